import { describe, expect, test } from "vitest";
import { analyze } from "../../src/analysis/analyze.ts";
import { computeInProcess } from "../../src/analysis/compute.ts";
import { holdingOf, memoryBudget } from "../../src/analysis/memory-budget.ts";
import { entryCount, type Tensor, tensorOf } from "../../src/checkpoint/tensor.ts";
import { UsageError } from "../../src/errors.ts";
import { layersOf } from "../../src/layers/layers-of.ts";
import { typedArrayEngine } from "../../src/spectrum/typed-array-engine.ts";
import { wasmEngine } from "../../src/spectrum/wasm-engine.ts";

const compute = computeInProcess(wasmEngine("plain"), 0);
const megabyte = 1024 * 1024;

/** A tensor whose entries are a function of their place: nothing of it is held. `reads` counts entries read at once. */
function endless(name: string, shape: readonly number[], dtype: "F32" | "F64", reads: number[] = []): Tensor {
  const entry = (i: number) => (((i * 2654435761) >>> 0) / 2 ** 32 - 0.5) * 0.1;
  const fill = (into: Float32Array | Float64Array, start: number) => {
    reads.push(into.length);
    for (let i = 0; i < into.length; i++) into[i] = entry(start + i);
  };
  const count = entryCount(shape);
  return {
    name,
    dtype,
    shape,
    sizeBytes: count * (dtype === "F64" ? 8 : 4),
    file: "",
    storage: null,
    async read(start = 0, end = count) {
      const into = dtype === "F64" ? new Float64Array(end - start) : new Float32Array(end - start);
      fill(into, start);
      return into;
    },
    readInto: async (into, start) => fill(into, start),
  };
}

/** The same, of a file that can't be read in parts. */
function inOnePiece({ readInto: _, ...tensor }: Tensor): Tensor {
  return tensor;
}

const layerOf = (tensor: Tensor) => layersOf([tensor], {})[0]!;

describe("how a layer is held", () => {
  test("by rows from 64 MB on where it is tall and the file lets it, whole otherwise", () => {
    const tall = holdingOf(layerOf(endless("a.weight", [300_000, 64], "F32")), compute)!;
    // The sums of the Gram matrix have one order where blocks are of whole stretches.
    expect(tall.blockRows! % compute.rowsAtOnce({ rows: 300_000, columns: 64, entryBytes: 4 })!).toBe(0);
    expect(tall.blockRows! * 64 * 4).toBeLessThanOrEqual(16 * megabyte);
    expect(tall.bytes).toBeLessThan(40 * megabyte);
    const whole = [
      endless("a.weight", [64, 300_000], "F32"),
      endless("a.weight", [200_000, 64], "F32"),
      endless("a.weight", [300_000, 64], "F64"), // small values may need the accurate method
      inOnePiece(endless("a.weight", [300_000, 64], "F32")),
    ];
    for (const tensor of whole) {
      const { blockRows, bytes } = holdingOf(layerOf(tensor), compute)!;
      expect(blockRows).toBe(null);
      expect(bytes).toBeGreaterThan(tensor.sizeBytes);
    }
    const plain = computeInProcess(typedArrayEngine, 0);
    expect(holdingOf(layerOf(endless("a.weight", [300_000, 64], "F32")), plain)!.blockRows).toBe(null);
  });

  test("with room for products of integers where its format allows them", () => {
    const bytesOf = (dtype: "F32" | "BF16", columns: number) =>
      holdingOf({ ...layerOf(endless("a.weight", [2000, columns], "F32")), dtype }, compute)!.bytes;
    // Of 192 places as many rests as there may be, of 12 bytes each.
    for (const columns of [1000, 1700]) {
      expect(bytesOf("BF16", columns) - bytesOf("F32", columns)).toBeGreaterThan(12 * 192 * columns);
    }
  });

  test("skipped layers take nothing", () => {
    expect(holdingOf(layerOf(tensorOf("a.bias", [9], new Float32Array(9))), compute)).toBe(null);
  });
});

describe("a memory budget", () => {
  const layers = [layerOf(endless("a.weight", [1000, 1000], "F32"))]; // 4 MB and 4 MB of workspace, and more

  test("lets in what fits, in line, and the next when some is given back", async () => {
    const budget = await memoryBudget(layers, compute, 20e6);
    const entered: string[] = [];
    const enter = async (name: string, bytes: number) => {
      const giveBack = await budget.take(bytes);
      entered.push(name);
      return giveBack;
    };
    const first = await enter("first", 12e6);
    const second = enter("second", 9e6);
    const third = enter("third", 1e6);
    await new Promise((resolve) => setTimeout(resolve, 5));
    expect(entered).toEqual(["first"]);
    first();
    await Promise.all([second, third]);
    expect(entered).toEqual(["first", "second", "third"]);
  });

  test("refuses a layer that alone is more, by name, before anything is computed", async () => {
    await expect(memoryBudget(layers, compute, 5e6)).rejects.toThrow(UsageError);
    const told: string[] = [];
    const run = analyze(
      {
        id: "m",
        tensors: () => [endless("small.weight", [30, 20], "F32"), endless("a.weight", [1000, 1000], "F32")],
      },
      { maxMemory: 5e6, onProgress: ({ result }) => told.push(result.layer) },
    );
    await expect(run).rejects.toThrow(
      /a\.weight \(1000 x 1000\) takes [\d.]+ MB .* more than the 5 MB of --max-memory/,
    );
    expect(told).toEqual([]);
  });

  test("changes no number, and a matrix that is read by rows has those of the whole one", async () => {
    const reads: number[] = [];
    const byRows = endless("a.weight", [270_000, 64], "F32", reads);
    const { readInto: _, ...whole } = byRows;
    const a = await analyze({ id: "m", tensors: () => [byRows] }, { maxMemory: 45e6 });
    expect(Math.max(...reads)).toBeLessThanOrEqual(4 * megabyte);
    reads.length = 0;
    const b = await analyze({ id: "m", tensors: () => [whole] });
    expect(reads).toEqual([270_000 * 64]);
    expect(a.checkpoints).toEqual(b.checkpoints);
  });
});
