import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { openCheckpoint, type Tensor, writeSafetensors } from "../../src/checkpoint/index.ts";
import { temporaryFolders } from "./temporary-folder.ts";

/** Files of torch 1.13 and of real projects, which stay outside of the project. */
const shared = fileURLToPath(new URL("../../../shared/", import.meta.url));
const cases = join(shared, "checkpoint-cases");
const realModels = join(shared, "real-models");
const folderOf = temporaryFolders();

interface Described {
  readonly name: string;
  readonly shape: readonly number[];
  readonly sha256_f32le: string;
}

async function sha256(tensor: Tensor): Promise<string> {
  const entries = Float32Array.from(await tensor.read());
  return createHash("sha256").update(new Uint8Array(entries.buffer)).digest("hex");
}

async function described(path: string): Promise<Described[]> {
  const checkpoint = await openCheckpoint(path);
  const all: Described[] = [];
  for (const tensor of checkpoint.tensors()) {
    all.push({ name: tensor.name, shape: tensor.shape, sha256_f32le: await sha256(tensor) });
  }
  await checkpoint.close();
  return all;
}

const byName = (a: { name: string }, b: { name: string }) => (a.name < b.name ? -1 : 1);

function listed(folder: string, file: string): Described[] {
  const manifest = JSON.parse(readFileSync(join(folder, "manifest.json"), "utf8"));
  const entries = (manifest.cases ?? manifest) as { file: string; tensors: Described[] }[];
  return entries
    .find((entry) => entry.file === file)!
    .tensors.map(({ name, shape, sha256_f32le }) => ({ name, shape, sha256_f32le }));
}

describe.skipIf(!existsSync(cases))("files that a reader of torch's may refuse", () => {
  for (const file of ["pt_whole_module.pt", "pt_torchscript.pt", "pt_bigendian.pt", "pt_tar.pth"]) {
    it(`${file} is read as its writer has it`, async () => {
      expect((await described(join(cases, file))).sort(byName)).toEqual(listed(cases, file).sort(byName));
    });
  }

  it("a pickle that would run a command is refused by the name of it, and leaves nothing behind", async () => {
    for (const file of ["bad_malicious_os_system.pt", "bad_plain_pickle.pkl"]) {
      await expect(openCheckpoint(join(cases, file))).rejects.toMatchObject({ exitCode: 3 });
    }
    await expect(openCheckpoint(join(cases, "bad_malicious_os_system.pt"))).rejects.toThrow(/posix\.system/);
    for (const folder of [cases, process.cwd()]) {
      expect(existsSync(join(folder, "ckpt_canary_pwned"))).toBe(false);
    }
  });

  it("a storage that is missing is named", async () => {
    await expect(openCheckpoint(join(cases, "bad_missing_storage.pt"))).rejects.toThrow(
      /fc2\.weight.*storage "7"/,
    );
  });

  it("tied tensors are known to be the same bytes, and views of one storage to be others", async () => {
    const tied = await openCheckpoint(join(cases, "pt_tied.pt"));
    const [wte, hidden, head] = tied.tensors();
    expect(wte!.storage).toBe(head!.storage);
    expect(wte!.storage).not.toBe(hidden!.storage);
    // What is the same stretch may have two shapes: `fused_q` is the first rows of `base`.
    const views = await openCheckpoint(join(cases, "pt_views.pt"));
    const keys = views.tensors().map(({ storage, shape }) => `${storage} ${shape}`);
    expect(new Set(keys).size).toBe(keys.length);
  });

  it("any range of a view is the same as that of the whole, whatever its strides", async () => {
    for (const file of ["pt_views.pt", "pt_legacy_views.pth"]) {
      for (const tensor of (await openCheckpoint(join(cases, file))).tensors()) {
        const whole = await tensor.read();
        for (const [start, end] of [
          [0, 1],
          [7, 7],
          [3, 10],
          [whole.length >> 1, whole.length],
        ] as const) {
          expect(await tensor.read(start, end)).toEqual(whole.slice(start, end));
          const bytes = await tensor.readBytes!(start, end);
          expect(new Float32Array(bytes.slice().buffer)).toEqual(whole.slice(start, end));
        }
      }
    }
  });
});

describe.skipIf(!existsSync(realModels))("real files of torch", () => {
  for (const file of ["crepe_tiny.pth", "onet.pt", "rnet.pt", "pnet.pt", "silero_vad.jit"]) {
    it(`${file} is read as its manifest says`, async () => {
      // Buffers without entries are not in the manifest.
      const all = (await described(join(realModels, file))).filter(({ shape }) => !shape.includes(0));
      expect(all.sort(byName)).toEqual(listed(realModels, file).sort(byName));
    });
  }

  it("what TorchScript and safetensors have in common, the basis of a Fourier transform, is equal byte by byte", async () => {
    // The two files are of different trainings: this buffer alone is in both.
    const script = await described(join(realModels, "silero_vad.jit"));
    const safetensors = await described(join(realModels, "silero_vad_16k.safetensors"));
    const of = (all: Described[], wanted: string) => all.find(({ name }) => name === wanted)!.sha256_f32le;
    expect(of(script, "_model.stft.forward_basis_buffer")).toBe(of(safetensors, "stft_conv.weight"));
  });

  it("the weights of silero's TorchScript are the same as safetensors, byte by byte", async () => {
    const script = await openCheckpoint(join(realModels, "silero_vad.jit"));
    const path = join(folderOf({}), "silero.safetensors");
    await writeSafetensors(
      path,
      await Promise.all(
        script.tensors().map(async (tensor) => {
          return { name: tensor.name, shape: tensor.shape, data: Float32Array.from(await tensor.read()) };
        }),
      ),
    );
    await script.close();
    const asSafetensors = (await described(path)).filter(({ shape }) => !shape.includes(0));
    // By the manifest, whose hashes are another reader's.
    expect(asSafetensors.sort(byName)).toEqual(listed(realModels, "silero_vad.jit").sort(byName));
  });
});
