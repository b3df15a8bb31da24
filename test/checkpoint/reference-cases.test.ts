import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { foreignFormats } from "../../src/checkpoint/foreign-formats.ts";
import { formats } from "../../src/checkpoint/formats.ts";
import { type Checkpoint, openCheckpoint, openCheckpoints, type Tensor } from "../../src/checkpoint/index.ts";
import { CheckpointFormatError, MarchenkoError, UnreadableInputError } from "../../src/errors.ts";

/** Files of the reference writers, which stay outside of the project. */
const shared = fileURLToPath(new URL("../../../shared/", import.meta.url));
const folder = join(shared, "checkpoint-cases");
const realModels = join(shared, "real-models");

interface Case {
  readonly file: string;
  readonly format: string;
  readonly expect: "ok" | "ok-or-clear-refusal" | "reject";
  readonly tensors: readonly {
    readonly name: string;
    readonly dtype: string;
    readonly shape: readonly number[];
    readonly sha256_f32le: string;
  }[];
}

async function sha256(tensor: Tensor): Promise<string> {
  const entries = Float32Array.from(await tensor.read());
  return createHash("sha256").update(new Uint8Array(entries.buffer)).digest("hex");
}

async function described(checkpoint: Checkpoint) {
  const all = checkpoint.tensors().map(async (tensor) => ({
    name: tensor.name,
    dtype: tensor.dtype,
    shape: tensor.shape,
    sha256_f32le: await sha256(tensor),
  }));
  return Promise.all(all);
}

const byName = (a: { name: string }, b: { name: string }) => (a.name < b.name ? -1 : 1);

describe.skipIf(!existsSync(folder))("the reference cases", () => {
  const read = existsSync(folder) ? readFileSync(join(folder, "manifest.json"), "utf8") : '{"cases":[]}';
  const { cases } = JSON.parse(read) as { cases: readonly Case[] };
  const readable = new Set(formats.map(({ id }) => id));
  const mine = cases.filter(({ format }) => readable.has(format));

  for (const { file, format, tensors } of mine.filter((entry) => entry.expect === "ok")) {
    it(`reads every tensor of ${file} as its writer has it`, async () => {
      const checkpoint = await openCheckpoint(join(folder, file));
      expect(checkpoint.format).toBe(format);
      const expected = tensors.map(({ name, dtype, shape, sha256_f32le }) => ({
        name,
        dtype,
        shape,
        sha256_f32le,
      }));
      expect((await described(checkpoint)).sort(byName)).toEqual(expected.sort(byName));
      await checkpoint.close();
    });
  }

  for (const { file } of mine.filter((entry) => entry.expect === "reject")) {
    it(`refuses ${file} with an error that says what to do`, async () => {
      const error: unknown = await openCheckpoint(join(folder, file)).catch((thrown: unknown) => thrown);
      expect(error instanceof CheckpointFormatError || error instanceof UnreadableInputError).toBe(true);
      expect((error as Error).message).toMatch(/download|save|run|pickled objects are never loaded/i);
    });
  }

  for (const { file, format } of cases.filter((entry) => !readable.has(entry.format))) {
    it(`names the format of ${file}, which is not read yet`, async () => {
      const error: unknown = await openCheckpoint(join(folder, file)).catch((thrown: unknown) => thrown);
      expect(error, format).toBeInstanceOf(UnreadableInputError);
      expect((error as Error).message).toContain("Readable are");
      const titles = foreignFormats.map(({ title }) => title);
      expect(titles.some((title) => (error as Error).message.includes(title))).toBe(true);
    });
  }

  it("says of a Git LFS pointer that it is one", async () => {
    await expect(openCheckpoint(join(folder, "bad_git_lfs_pointer.safetensors"))).rejects.toThrow(
      /git lfs pull/,
    );
  });

  it("opens a sharded model by its folder like by its index", async () => {
    const byFolder = await openCheckpoint(join(folder, "st_sharded"));
    const byIndex = await openCheckpoint(join(folder, "st_sharded/model.safetensors.index.json"));
    expect(byFolder.format).toBe("safetensors-sharded");
    expect(await described(byFolder)).toEqual(await described(byIndex));
    expect(byFolder.files).toHaveLength(2);
  });

  it("never throws anything but an error of this package, whatever is named", async () => {
    const paths = [...new Set(cases.flatMap(({ file }) => [file, dirname(file)]))];
    for (const path of paths.filter((name) => name !== ".")) {
      const outcome: unknown = await openCheckpoints(join(folder, path)).catch((thrown: unknown) => thrown);
      if (outcome instanceof Error) expect(outcome, path).toBeInstanceOf(MarchenkoError);
    }
  });
});

describe.skipIf(!existsSync(realModels))("real trained models", () => {
  it("are read as their manifest says", async () => {
    const manifest = readFileSync(join(realModels, "manifest.json"), "utf8");
    const file = "silero_vad_16k.safetensors";
    const checkpoint = await openCheckpoint(join(realModels, file));
    expect(checkpoint.tensors().length).toBeGreaterThan(5);
    for (const tensor of checkpoint.tensors()) {
      expect(manifest).toContain(await sha256(tensor));
    }
  });
});
