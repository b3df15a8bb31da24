import { describe, expect, test } from "vitest";
import { analyze } from "../../src/analysis/analyze.ts";
import type { AnalyzeOptions } from "../../src/analysis/analyze-options.ts";
import type { LayerResult } from "../../src/analysis/result.ts";
import { tensorOf } from "../../src/checkpoint/tensor.ts";
import type { Matrix } from "../../src/linalg/matrix.ts";
import { randomStream } from "../../src/linalg/random.ts";
import { gaussian, paretoMatrix, plant, transposed } from "../noise.ts";

async function layerOf({ rows, columns, data }: Matrix, options: AnalyzeOptions = {}): Promise<LayerResult> {
  const tensors = () => [tensorOf("fc.weight", [rows, columns], data)];
  const result = await analyze({ id: "one", tensors }, options);
  return result.checkpoints[0]!.layers[0]!;
}

/** Rows in another order. */
function shuffledRows({ rows, columns, data }: Matrix): Matrix {
  const { uniform } = randomStream(2, ["rows"]);
  const order = Array.from({ length: rows }, (_, i) => [uniform(), i] as const).sort((a, b) => a[0] - b[0]);
  const shuffled = new Float64Array(rows * columns);
  for (const [to, [, from]] of order.entries()) {
    shuffled.set(data.subarray(from * columns, (from + 1) * columns), to * columns);
  }
  return { rows, columns, data: shuffled };
}

const times = (matrix: Matrix, c: number): Matrix => ({ ...matrix, data: matrix.data.map((w) => c * w) });

describe("verdicts", () => {
  const heavy = paretoMatrix(300, 400, 3, "verdict");
  const spiked = plant(plant(gaussian(200, 300, 1, "verdict"), 40, "a"), 60, "b");
  const noise = gaussian(200, 200, 1, "verdict");

  test("a Pareto spectrum is heavy-tailed, with the exponent in its interval", async () => {
    const { verdict, verdictEvidence, powerLaw } = await layerOf(heavy);
    expect(verdict).toBe("heavy-tailed");
    expect(verdictEvidence).toContain("alpha = ");
    const [low, high] = powerLaw!.alphaInterval!;
    expect(low!).toBeLessThan(3);
    expect(high!).toBeGreaterThan(3);
    expect(powerLaw!.alternatives!.map(({ law }) => law).sort()).toEqual([
      "exponential",
      "lognormal",
      "truncated-power-law",
    ]);
  });

  test("noise has no reliable tail, and says why", async () => {
    const { verdict, powerLaw, metrics } = await layerOf(noise);
    expect(verdict).toBe("noise-like");
    expect(powerLaw!.reliable).toBe(false);
    expect(powerLaw!.reason!.length).toBeGreaterThan(10);
    expect(powerLaw!.pValue).toBeNull();
    // Neighbours repel each other: four standard errors.
    expect(Math.abs(metrics!.spacingRatio! - 0.5307)).toBeLessThan(4 * metrics!.spacingRatioStandardError!);
  });

  test.each([
    ["heavy-tailed", heavy],
    ["noise-with-spikes", spiked],
    ["noise-like", noise],
  ] as const)("%s stays so scaled, with its rows in another order, transposed", async (verdict, matrix) => {
    const plain = await layerOf(matrix);
    expect(plain.verdict).toBe(verdict);
    const others = [
      times(matrix, 1e-6),
      times(matrix, 1e6),
      times(matrix, 2 ** 30),
      shuffledRows(matrix),
      transposed(matrix),
    ];
    for (const other of others) {
      const layer = await layerOf(other);
      expect(layer.verdict).toBe(verdict);
      expect(layer.marchenkoPastur!.spikes.length).toBe(plain.marchenkoPastur!.spikes.length);
      expect(layer.powerLaw!.reliable).toBe(plain.powerLaw!.reliable);
      expect(Math.abs(layer.powerLaw!.alpha! / plain.powerLaw!.alpha! - 1)).toBeLessThan(1e-9);
    }
    const single = await layerOf({ ...matrix, data: Float32Array.from(matrix.data, (w) => 1e6 * w) });
    expect(single.verdict).toBe(verdict);
    expect(Math.abs(single.powerLaw!.alpha! / plain.powerLaw!.alpha! - 1)).toBeLessThan(1e-6);
  });

  test("rows and columns of unequal variance are named by a second opinion", async () => {
    const { normal } = randomStream(4, ["unequal"]);
    const matrix = gaussian(150, 220, 1, "unequal");
    const rowScale = Float64Array.from({ length: 150 }, () => Math.exp(0.35 * normal()));
    for (let i = 0; i < 150; i++) for (let j = 0; j < 220; j++) matrix.data[i * 220 + j]! *= rowScale[i]!;
    const layer = await layerOf(matrix);
    expect(layer.verdict).toBe("structured");
    const separable = layer.secondOpinions!.find(({ id }) => id === "separable-law")!;
    expect(separable.pValue).toBeGreaterThan(0.05);
    expect(layer.verdictEvidence).toContain("unequal variance");
  });
});

describe("what is asked for", () => {
  test("vectors: a direction of one coordinate is found there, one of all is not localised", async () => {
    const matrix = plant(gaussian(120, 160, 1, "vectors"), 60, "spread");
    matrix.data[7 * 160 + 30]! += 90;
    const layer = await layerOf(matrix, { vectors: true });
    const [first, second] = layer.marchenkoPastur!.spikes;
    // The larger side has length 160, which is the columns here.
    expect(first!.vectors!.left.coordinates[0]!.index).toBe(30);
    expect(first!.vectors!.right.coordinates[0]!.index).toBe(7);
    expect(first!.vectors!.left.porterThomasPValue).toBeLessThan(1e-6);
    expect(second!.vectors!.left.porterThomasPValue).toBeGreaterThan(1e-4);
    expect(second!.vectors!.left.participationRatio).toBeGreaterThan(30);
    expect(first!.vectors!.residual).toBeLessThan(1e-10);
    expect((await layerOf(matrix)).marchenkoPastur!.spikes[0]!.vectors).toBeUndefined();
  });

  test("the permutation null: a planted direction is gone when shuffled, large entries are not", async () => {
    const planted = await layerOf(plant(gaussian(60, 80, 1, "permuted"), 45, "p"), { null: "permute" });
    expect(planted.permutationNull!.draws).toBe(19);
    expect(planted.permutationNull!.spikeCount).toBe(1);
    expect(planted.permutationNull!.largestPValue).toBe(1 / 20);
    expect(planted.permutationNull!.entrySpikes).toBeLessThan(0.5);
    const entries = gaussian(60, 80, 1, "entries");
    for (let k = 0; k < 4; k++) entries.data[k * 997]! = 60 + k;
    const shuffled = (await layerOf(entries, { null: "permute" })).permutationNull!;
    expect(shuffled.entrySpikes).toBeGreaterThan(2);
    expect(shuffled.largestPValue).toBeGreaterThan(0.05);
    expect((await layerOf(entries, { null: "permute" })).permutationNull).toEqual(shuffled);
    expect((await layerOf(entries, { null: "permute", seed: 1 })).permutationNull).not.toEqual(shuffled);
  });

  test("the comparable exponent does not depend on the shape, as the plain one does", async () => {
    const layer = await layerOf(gaussian(64, 256, 1, "farms"), { comparableAlpha: true });
    expect(layer.comparableAlpha).toMatchObject({ blocks: 4, blockRows: 64, blockColumns: 64 });
    expect((await layerOf(gaussian(64, 256, 1, "farms"))).comparableAlpha).toBeUndefined();
  });

  test("advice to shrink comes with outliers of a noise bulk, and with nothing else", async () => {
    const { shrinkage, marchenkoPastur } = await layerOf(plant(gaussian(100, 150, 1, "shrink"), 50, "s"));
    expect(shrinkage!.rank).toBe(1);
    // Gavish & Donoho 2014, equation 11, at q = 2/3.
    const q = 2 / 3;
    const lambda = Math.sqrt(2 * (q + 1) + (8 * q) / (q + 1 + Math.sqrt(q * q + 14 * q + 1)));
    expect(shrinkage!.hardThreshold / (marchenkoPastur!.scale * Math.sqrt(150))).toBeCloseTo(lambda, 9);
    expect(shrinkage!.relativeError!).toBeGreaterThan(0);
    expect((await layerOf(gaussian(100, 150, 1, "shrink"))).shrinkage).toBeUndefined();
  });
});
