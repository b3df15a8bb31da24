import { describe, expect, test } from "vitest";
import { analyze } from "../../src/analysis/analyze.ts";
import type { AnalyzeOptions } from "../../src/analysis/analyze-options.ts";
import type { LayerResult } from "../../src/analysis/result.ts";
import { tensorOf } from "../../src/checkpoint/tensor.ts";
import type { Matrix } from "../../src/linalg/matrix.ts";
import { randomStream } from "../../src/linalg/random.ts";
import { roundedTo } from "../comparison/rounded-to.ts";
import { gaussian, paretoMatrix, plant, transposed } from "../noise.ts";

function sourceOf({ rows, columns, data }: Matrix) {
  return { id: "one", tensors: () => [tensorOf("fc.weight", [rows, columns], data)] };
}

async function layerOf(matrix: Matrix, options: AnalyzeOptions = {}): Promise<LayerResult> {
  const result = await analyze(sourceOf(matrix), options);
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

  test("a bulk of fewer than 8 values has no test, and decides nothing", async () => {
    let matrix = gaussian(9, 40, 1, "few");
    for (const name of ["a", "b", "c"]) matrix = plant(matrix, 60, name);
    const { verdict, verdictEvidence, marchenkoPastur } = await layerOf(matrix);
    expect(marchenkoPastur!.spikes.length).toBe(3);
    expect(marchenkoPastur!.pValue).toBeNull();
    expect(verdict).toBe("undetermined");
    expect(verdictEvidence).toContain("6 values beside 3 outliers");
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

  describe("of a square matrix in bfloat16, some of whose smallest values are within its rounding", () => {
    const roundedLayer = async (scaleOf: (row: number) => number, seed: string): Promise<LayerResult> => {
      const { rows, columns, data } = gaussian(768, 768, 1, seed);
      const scaled = Float32Array.from(data, (w, k) => w * scaleOf(Math.floor(k / columns)));
      const tensor = { ...tensorOf("fc.weight", [rows, columns], roundedTo("BF16", scaled)), dtype: "BF16" };
      const { checkpoints } = await analyze({ id: "one", tensors: () => [tensor] });
      return checkpoints[0]!.layers[0]!;
    };
    const seeds = ["one", "two", "three", "four"];

    test.each(seeds)(
      "noise is fitted with all its values, and needs no second opinion (%s)",
      async (seed) => {
        const layer = await roundedLayer(() => 1, seed);
        expect(layer.concentration!.rank).toBeLessThan(768);
        expect(layer.marchenkoPastur!.pValue).toBeGreaterThan(0.05);
        expect(layer.secondOpinions).toBeUndefined();
      },
    );

    test("rows of unequal variance have one", async () => {
      const layer = await roundedLayer((row) => (row % 2 ? 3 : 1), "five");
      expect(layer.secondOpinions!.map(({ id }) => id)).toContain("separable-law");
    });
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
    expect(shuffled.explainedSpikeCount).toBe(4);
    expect(shuffled.largestPValue).toBeGreaterThan(0.05);
    expect((await layerOf(entries, { null: "permute" })).permutationNull).toEqual(shuffled);
    expect((await layerOf(entries, { null: "permute", seed: 1 })).permutationNull).not.toEqual(shuffled);
  });

  test("the permutation null does not blame entries for a mean that was not removed", async () => {
    const matrix = gaussian(60, 80, 1, "r1");
    for (let i = 0; i < matrix.data.length; i++) matrix.data[i]! += 0.5;
    const { checkpoints } = await analyze(sourceOf(matrix), { null: "permute" });
    const [layer] = checkpoints[0]!.layers;
    expect(layer!.marchenkoPastur!.spikes).toHaveLength(1);
    expect(layer!.permutationNull!.entrySpikes).toBeLessThan(0.5);
    expect(checkpoints[0]!.findings.map(({ id }) => id)).not.toContain("heavy-entries");
    for (let k = 0; k < 3; k++) matrix.data[k * 997]! = 60 + k;
    const { findings } = (await analyze(sourceOf(matrix), { null: "permute" })).checkpoints[0]!;
    expect(findings.find(({ id }) => id === "heavy-entries")!.evidence).toMatch(/^3 outliers are no larger /);
    const one = gaussian(60, 80, 1, "one entry");
    one.data[100] = 60;
    const single = (await analyze(sourceOf(one), { null: "permute" })).checkpoints[0]!.findings;
    expect(single.find(({ id }) => id === "heavy-entries")!.evidence).toMatch(/^one outlier is no larger /);
  });

  test("the permutation null is the same for W and W', square or not", async () => {
    for (const columns of [60, 40]) {
      const matrix = plant(gaussian(60, columns, 1, "turned"), 30, "turned");
      const plain = (await layerOf(matrix, { null: "permute" })).permutationNull;
      expect((await layerOf(transposed(matrix), { null: "permute" })).permutationNull).toEqual(plain);
    }
  });

  test("the permutation null of sparse, constant and low-rank matrices has null where there is no fit", async () => {
    const permuted = async (matrix: Matrix, options: AnalyzeOptions = {}) => {
      const result = await analyze(sourceOf(matrix), { null: "permute", ...options });
      const { permutationNull } = result.checkpoints[0]!.layers[0]!;
      return { ...permutationNull!, found: permutationNull, warnings: result.warnings.join("\n") };
    };
    const n = 48;
    const of = (entry: (i: number, j: number) => number) => ({
      rows: n,
      columns: n,
      data: Float64Array.from({ length: n * n }, (_, k) => entry(Math.floor(k / n), k % n)),
    });
    const identity = await permuted(of((i, j) => (i === j ? 1 : 0)));
    expect(identity.fitted).toBe(19);
    expect(identity.ksDistance).toBeGreaterThan(0);
    // Entry for entry the shuffles are the matrix again, its rows and columns in another order: no order is special.
    const single = await permuted(of((i, j) => (i === 3 && j === 5 ? 1 : 0)));
    expect(single).toMatchObject({ largestPValue: 1, spikeCount: 0, fitted: 0, ksDistance: null });
    expect(single).toMatchObject({ ksPValue: null, entrySpikes: null, explainedSpikeCount: null });
    expect(single.warnings).toContain("no Marchenko-Pastur fit of its entries in random order");
    // 0.1 is no float64: the mean has to leave nothing of it.
    expect(await permuted(of(() => 0.1))).toMatchObject({ largest: 0, largestPValue: 1, spikeCount: 0 });
    const lowRank = await permuted(
      plant(
        of(() => 0),
        1e-300,
        "rank one",
      ),
    );
    expect(lowRank).toMatchObject({ spikeCount: 1, fitted: 19, ksPValue: null });
    expect(lowRank.largestStandardDeviation).toBeGreaterThan(0);
    expect(lowRank.warnings).toContain("no fit to compare");
    const few = await permuted(gaussian(5, 40, 1, "few"));
    expect(few.found).toBeNull();
    expect(few.warnings).toContain("fewer than 8 singular values: fc.weight");
    const estimate = await analyze(sourceOf(gaussian(40, 40, 1, "estimate")), {
      null: "permute",
      comparableAlpha: true,
      method: "lanczos",
    });
    expect(estimate.checkpoints[0]!.layers[0]).toMatchObject({
      permutationNull: null,
      comparableAlpha: null,
    });
    expect(estimate.warnings.filter((text) => text.includes(", the spectrum is an estimate"))).toHaveLength(
      2,
    );
  });

  test("the comparable exponent does not depend on the shape, as the plain one does", async () => {
    const layer = await layerOf(gaussian(64, 256, 1, "farms"), { comparableAlpha: true });
    const block = { blockRows: 64, blockColumns: 64 };
    expect(layer.comparableAlpha).toMatchObject({ blocks: 4, blocksUsed: 4, ...block });
    expect((await layerOf(gaussian(64, 256, 1, "farms"))).comparableAlpha).toBeUndefined();
  });

  test("comparable exponents of a run are of blocks of one size, and layers without one are named", async () => {
    const identity = new Float64Array(48 * 48);
    for (let i = 0; i < 48; i++) identity[49 * i] = 1;
    const tensors = () => [
      tensorOf("small", [10, 64], gaussian(10, 64, 1, "small").data),
      tensorOf("middle", [48, 70], gaussian(48, 70, 1, "middle").data),
      tensorOf("large", [96, 64], gaussian(96, 64, 1, "large").data),
      tensorOf("identity", [48, 48], identity),
    ];
    const run = async (options: AnalyzeOptions) => {
      const { checkpoints, warnings } = await analyze({ id: "run", tensors }, options);
      return {
        sides: checkpoints[0]!.layers.map(({ comparableAlpha }) => comparableAlpha?.blockRows ?? null),
        warnings: warnings.filter((text) => text.includes("no exponent on blocks")),
      };
    };
    const usual = await run({ comparableAlpha: true });
    expect(usual.sides).toEqual([null, 32, 32, null]);
    expect(usual.warnings).toEqual([
      "run: no exponent on blocks of 32 x 32, which are larger than the layer: small",
      "run: no exponent on blocks of 32 x 32, none has 8 singular values above the rank tolerance, with an upper half not all equal: identity",
    ]);
    expect((await run({ comparableAlpha: true, include: ["middle", "large"] })).sides).toContain(48);
    expect((await run({ comparableAlpha: 10 })).sides.slice(0, 3)).toEqual([10, 10, 10]);
    await expect(run({ comparableAlpha: 7 })).rejects.toThrow("at least 8, got 7");
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
