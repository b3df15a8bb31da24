import { existsSync, linkSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { analyze } from "../../src/analysis/analyze.ts";
import { type DenoisedSummary, requireDenoisable, writeDenoised } from "../../src/analysis/write-denoised.ts";
import { decodeEntries } from "../../src/checkpoint/decode.ts";
import { encodeEntries, type WritableDtype } from "../../src/checkpoint/encode.ts";
import { openCheckpoint } from "../../src/checkpoint/index.ts";
import { streamSafetensors } from "../../src/checkpoint/safetensors-writer.ts";
import { storedBytes } from "../../src/checkpoint/stored-bytes.ts";
import type { PlainDtype } from "../../src/checkpoint/tensor.ts";
import { UnreadableInputError, UsageError } from "../../src/errors.ts";
import { computeSpectrum } from "../../src/spectrum/compute-spectrum.ts";
import { numericalRank, rankTolerance } from "../../src/spectrum/rank.ts";
import { thinSvd } from "../../src/spectrum/singular-vectors.ts";
import { temporaryFolders } from "../checkpoint/temporary-folder.ts";
import { shardedFiles } from "../checkpoint/written-files.ts";
import { gaussian, plant } from "../noise.ts";

const folderOf = temporaryFolders();

interface Bytes {
  readonly name: string;
  readonly shape: readonly number[];
  readonly dtype: PlainDtype;
  readonly bytes: Uint8Array;
}

/** Planted directions, and the same under noise of standard deviation 0.02, as they are stored. */
function planted(name: string, rows: number, columns: number, dtype: WritableDtype) {
  const scale = 0.02;
  const threshold = scale * (rows * columns) ** 0.25;
  const zero = { rows, columns, data: new Float64Array(rows * columns) };
  const signal = [5, 4, 3].reduce((w, times) => plant(w, times * threshold, `${name} ${times}`), zero);
  const noise = gaussian(rows, columns, scale, name);
  const data = noise.data.map((entry, i) => entry + signal.data[i]!);
  const bytes = encodeEntries(data, dtype);
  return { signal, noise, tensor: { name, shape: [rows, columns], dtype, bytes } satisfies Bytes };
}

const dtypes = ["F32", "F16", "BF16", "F64"] as const;
const layers = dtypes.map((dtype, i) =>
  planted(`${dtype}.weight`, i % 2 === 0 ? 120 : 60, i % 2 === 0 ? 60 : 120, dtype),
);
const noise = gaussian(70, 90, 1, "noise alone").data;
/** Numbers that decoding and encoding would change: a NaN that signals, and an integer over 2^53. */
const strange: readonly Bytes[] = [
  { name: "bias", shape: [2], dtype: "F32", bytes: Uint8Array.of(1, 0, 160, 127, 0, 0, 128, 63) },
  { name: "steps", shape: [1], dtype: "I64", bytes: Uint8Array.of(1, 0, 0, 0, 0, 0, 32, 0) },
  { name: "small", shape: [3], dtype: "F8_E4M3", bytes: Uint8Array.of(1, 127, 255) },
  { name: "empty", shape: [0, 4], dtype: "F16", bytes: new Uint8Array(0) },
];
const inStack = planted("one of the stack", 40, 100, "F32");
const stack: Bytes = {
  name: "stack.weight",
  shape: [3, 40, 100],
  dtype: "F32",
  bytes: new Uint8Array(
    Buffer.concat([
      encodeEntries(gaussian(40, 100, 1, "stack 0").data, "F32"),
      inStack.tensor.bytes,
      encodeEntries(gaussian(40, 100, 1, "stack 2").data, "F32"),
    ]),
  ),
};
const tensors: readonly Bytes[] = [
  ...layers.map(({ tensor }) => tensor),
  { name: "noise.weight", shape: [70, 90], dtype: "F32", bytes: encodeEntries(noise, "F32") },
  ...strange,
  stack,
];

async function written(path: string, content: readonly Bytes[] = tensors): Promise<string> {
  const streamed = content.map(({ bytes, ...tensor }) => ({ ...tensor, bytes: () => [bytes] }));
  await streamSafetensors(path, streamed, { format: "pt", note: "mine" });
  return path;
}

async function bytesOf(path: string): Promise<Map<string, Uint8Array>> {
  const checkpoint = await openCheckpoint(path);
  const all = new Map<string, Uint8Array>();
  for (const tensor of checkpoint.tensors()) {
    const pieces: Uint8Array[] = [];
    for await (const piece of storedBytes(tensor)) pieces.push(piece);
    all.set(tensor.name, new Uint8Array(Buffer.concat(pieces)));
  }
  await checkpoint.close();
  return all;
}

/** Frobenius norm of the difference of stored entries and others. */
function distance(bytes: Uint8Array, dtype: PlainDtype, entries: Float64Array): number {
  const stored = decodeEntries(bytes.slice(), dtype);
  return Math.sqrt(entries.reduce((sum, entry, i) => sum + (stored[i]! - entry) ** 2, 0));
}

const resultOf = async (path: string, include?: string[]) =>
  (await analyze(path, include ? { include } : {})).checkpoints[0]!;

describe("a denoised checkpoint", () => {
  test("has planted layers denoised as predicted, in their dtypes, and all else bit for bit", async () => {
    const folder = folderOf({});
    const input = await written(join(folder, "in.safetensors"));
    const output = join(folder, "out.safetensors");
    const result = await resultOf(input);
    const summary = await writeDenoised(input, result, output);

    const denoisedNames = [...layers.map(({ tensor }) => tensor.name), "stack.weight[1]"];
    expect(summary.denoised.map(({ layer, rank }) => [layer, rank])).toEqual(
      denoisedNames.map((name) => [name, 3]),
    );
    expect(summary.leftAsTheyAre.map(({ layer }) => layer)).toEqual([
      "noise.weight",
      "stack.weight[0]",
      "stack.weight[2]",
    ]);

    const checkpoint = await openCheckpoint(output);
    expect(checkpoint.tensors().map(({ name, shape, dtype }) => ({ name, shape, dtype }))).toEqual(
      tensors.map(({ name, shape, dtype }) => ({ name, shape, dtype })),
    );
    const { "marchenko.denoised": told, ...metadata } = checkpoint.metadata;
    expect(metadata).toEqual({ format: "pt", note: "mine" });
    expect(JSON.parse(told!) as DenoisedSummary).toEqual(summary);

    const bytes = await bytesOf(output);
    for (const { name, bytes: before } of [tensors[4]!, ...strange]) expect(bytes.get(name)).toEqual(before);
    const part = stack.bytes.length / 3;
    const parts = [0, 1, 2].map((i) => bytes.get("stack.weight")!.slice(i * part, (i + 1) * part));
    expect(parts[0]).toEqual(stack.bytes.slice(0, part));
    expect(parts[2]).toEqual(stack.bytes.slice(2 * part));

    for (const [i, { signal, noise: added, tensor }] of [...layers, inStack].entries()) {
      const { predictedError } = summary.denoised[i]!;
      const after = tensor === inStack.tensor ? parts[1]! : bytes.get(tensor.name)!;
      const error = distance(after, tensor.dtype, signal.data);
      expect(error, tensor.name).toBeLessThan(0.5 * Math.hypot(...added.data));
      // Four standard errors, beside which the rounding of the dtype is nothing.
      expect(Math.abs(error - predictedError.absolute) / predictedError.absoluteStandardError).toBeLessThan(
        4,
      );
      const entries = decodeEntries(after.slice(), tensor.dtype);
      const [rows, columns] = tensor.shape;
      const spectrum = await computeSpectrum(
        { rows: rows!, columns: columns!, data: entries },
        { format: tensor.dtype, method: "accurate" },
      );
      expect(numericalRank(spectrum, rankTolerance(spectrum)), tensor.name).toBe(3);
    }
    await checkpoint.close();
  });

  test("is the same bytes when it is written again, and leaves nothing beside it", async () => {
    const folder = folderOf({});
    const input = await written(join(folder, "in.safetensors"), tensors.slice(0, 2));
    const result = await resultOf(input);
    for (const name of ["a.safetensors", "b.safetensors"])
      await writeDenoised(input, result, join(folder, name));
    expect(readFileSync(join(folder, "a.safetensors"))).toEqual(readFileSync(join(folder, "b.safetensors")));
    expect(readdirSync(folder).sort()).toEqual(["a.safetensors", "b.safetensors", "in.safetensors"]);
  });

  test("counts outliers under the bulk as lost, and does not make a layer zero that has no others", async () => {
    const below = (name: string, strength: number): Bytes => {
      const [rows, columns] = [60, 120];
      const { data } = plant(gaussian(rows, columns, 1, name), strength, name);
      const { left, values, right } = thinSvd({ rows, columns, data });
      // A quarter of the smallest singular value is far under what noise has.
      const lowered = data.map((entry, i) => {
        const [row, column] = [Math.floor(i / columns), i % columns];
        return entry - 0.75 * values[59]! * left[row * 60 + 59]! * right[column * 60 + 59]!;
      });
      return { name, shape: [rows, columns], dtype: "F64", bytes: encodeEntries(lowered, "F64") };
    };
    const both = below("both.weight", 60);
    const alone = below("alone.weight", 0);
    const folder = folderOf({});
    const input = await written(join(folder, "in.safetensors"), [both, alone]);
    const output = join(folder, "out.safetensors");
    const summary = await writeDenoised(input, await resultOf(input), output);
    expect(summary.denoised).toMatchObject([{ layer: "both.weight", rank: 1, outliersBelow: 1 }]);
    expect(summary.leftAsTheyAre).toEqual([
      { layer: "alone.weight", reason: expect.stringMatching(/^nothing stands out above the bulk/) },
    ]);
    expect((await bytesOf(output)).get("alone.weight")).toEqual(alone.bytes);
  });

  test("comes of shards too, and leaves excluded layers alone", async () => {
    const plain = layers.slice(0, 2).map(({ tensor: { name, shape, bytes, dtype } }) => ({
      name,
      shape,
      dtype,
      data: decodeEntries(bytes.slice(), dtype) as Float32Array,
    }));
    const folder = folderOf(Object.fromEntries(shardedFiles(plain)));
    const output = join(folderOf({}), "out.safetensors");
    const summary = await writeDenoised(folder, await resultOf(folder, ["F32*"]), output);
    expect(summary.denoised.map(({ layer }) => layer)).toEqual(["F32.weight"]);
    expect((await bytesOf(output)).get("F16.weight")).toEqual(layers[1]!.tensor.bytes);
    const [shard] = readdirSync(folder).filter((name) => name.endsWith(".safetensors"));
    for (const input of [folder, join(folder, "model.safetensors.index.json")])
      await expect(requireDenoisable([input], join(folder, shard!))).rejects.toThrow(UsageError);
  });
});

describe("is not written", () => {
  test("over a file of the checkpoint, whatever name it goes by, or for more checkpoints than one", async () => {
    const folder = folderOf({});
    const input = await written(join(folder, "in.safetensors"), tensors.slice(0, 1));
    const other = join(folder, "other.safetensors");
    linkSync(input, other);
    const before = readFileSync(input);
    const result = await resultOf(input);
    for (const output of [input, other, join(folder, ".", "in.safetensors")]) {
      await expect(requireDenoisable([input], output)).rejects.toThrow(/a file of the checkpoint/);
      await expect(writeDenoised(input, result, output)).rejects.toThrow(UsageError);
    }
    await expect(requireDenoisable([input, other], join(folder, "new.safetensors"))).rejects.toThrow(/got 2/);
    await expect(requireDenoisable([folder], join(folder, "new.safetensors"))).rejects.toThrow(/got 2/);
    expect(readFileSync(input)).toEqual(before);
  });

  test("when the checkpoint is another than was analysed, is cut short, or the run is stopped", async () => {
    const folder = folderOf({});
    const input = await written(join(folder, "in.safetensors"), tensors.slice(0, 1));
    const result = await resultOf(input);
    const output = join(folder, "out.safetensors");
    writeFileSync(output, "older");
    const stopped = AbortSignal.abort(new Error("enough"));
    await expect(writeDenoised(input, result, output, { signal: stopped })).rejects.toThrow("enough");
    await written(input, [{ ...tensors[0]!, shape: [60, 120] }]);
    await expect(writeDenoised(input, result, output)).rejects.toThrow(UnreadableInputError);
    await written(input, [{ ...tensors[0]!, name: "renamed.weight" }]);
    await expect(writeDenoised(input, result, output)).rejects.toThrow(/got no such layer/);
    expect(readFileSync(output, "utf8")).toBe("older");
    expect(readdirSync(folder).sort()).toEqual(["in.safetensors", "out.safetensors"]);
  });

  test("where a tensor gives other bytes than its shape has", async () => {
    const path = join(folderOf({}), "w.safetensors");
    const tensor = { name: "w", shape: [2], dtype: "U8" as const };
    for (const length of [1, 3]) {
      const bytes = () => [new Uint8Array(length)];
      await expect(streamSafetensors(path, [{ ...tensor, bytes }])).rejects.toThrow(RangeError);
    }
    expect(existsSync(path)).toBe(false);
  });
});
