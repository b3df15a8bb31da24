import { describe, expect, test } from "vitest";
import { referenceBackend } from "../../src/backends/reference.ts";
import { wasmBackend } from "../../src/backends/wasm/wasm-backend.ts";
import { type RandomStream, randomStream } from "../../src/linalg/random.ts";
import type { MeasuredPart } from "../../src/measure/measured-part.ts";
import { layersNoise } from "../../src/noise/checkpoint-noise.ts";
import { featureCovariances } from "../../src/noise/feature-covariance.ts";
import { noDistances } from "../../src/noise/laws/compare-laws.ts";
import { noiseLayers } from "../../src/noise/noise-layers.ts";
import { eachNoise, meanGradients, noiseMatrices, randomSigns } from "../../src/noise/noise-matrices.ts";
import { vectorRoles } from "../../src/noise/vector-roles.ts";
import { computeSpectrum } from "../../src/spectrum/compute-spectrum.ts";
import { numericalRank } from "../../src/spectrum/rank.ts";
import { tinyPart } from "../measure/tiny-part.ts";
import { tinyModels } from "../models/tiny-models.ts";
import { type Toy, toyPart, white } from "./toy.ts";

const places = [0, 1, 2, 3, 4, 5];
const norm = (data: ArrayLike<number>) => Math.sqrt(Array.from(data).reduce((sum, x) => sum + x * x, 0));

test("signs are never all alike, which would leave rounding errors alone; each is + as often as -", () => {
  const stream = randomStream(7, ["signs of a test"]);
  for (const count of [2, 3, 4, 32]) {
    let positive = 0;
    const draws = 400;
    for (let i = 0; i < draws; i++) {
      const signs = randomSigns(stream, count);
      expect(signs).toHaveLength(count);
      expect(new Set(signs)).toEqual(new Set([-1, 1]));
      positive += signs.filter((sign) => sign === 1).length;
    }
    // 4 standard deviations of the binomial distribution; those of signs that must differ are smaller.
    expect(Math.abs(positive / (draws * count) - 0.5)).toBeLessThan(4 * Math.sqrt(0.25 / (draws * count)));
  }
});

describe.each(tinyModels)("S16: noise of $name", (tiny) => {
  const part: MeasuredPart = tinyPart(tiny, { batchSize: 3, count: 8 });
  const layers = noiseLayers(part);

  test("a layer is each key and value matrix, whose gradient is made of its vectors", async () => {
    const matrices = part.traced.blocks.flatMap(({ key, value }) => (value === null ? [key] : [key, value]));
    expect(layers.map(({ tensor }) => tensor)).toEqual(matrices);
    const roles = await vectorRoles(part, layers, 0);
    for (const [l, role] of roles.entries()) {
      expect(role, layers[l]!.tensor).toBe(tiny.name === "gpt" ? "in-out" : "out-in");
    }
  });

  test("sums to zero over the partition, and single examples have few directions", async () => {
    const means = await meanGradients(part, layers, places);
    const sums = means.map(({ length }) => new Float64Array(length));
    const sizes = means.map(() => 0);
    await eachNoise(part, layers, places, means, (noise) => {
      for (const [l, own] of noise.entries()) {
        sizes[l]! += norm(own);
        for (let i = 0; i < own.length; i++) sums[l]![i]! += own[i]!;
      }
    });
    for (const [l, sum] of sums.entries()) expect(norm(sum)).toBeLessThanOrEqual(1e-6 * sizes[l]!);

    const found = await noiseMatrices(part, layers, places);
    for (const [l, { matrices, squaredNorms, entries }] of found.entries()) {
      const { shape, tokens } = layers[l]!;
      const data = (id: string) => matrices.find((each) => each.id === id)!.data;
      expect(entries.subarray(0, data("single-batch").length)).toEqual(data("single-batch"));
      expect(squaredNorms[0]).toBeCloseTo(norm(data("single-batch")) ** 2, 12);
      const example = data("single-example");
      if (norm(example) === 0) continue;
      const spectrum = await computeSpectrum({ rows: shape[0], columns: shape[1], data: example });
      const tolerance = 1e-12 * spectrum.singularValues[0]!;
      expect(numericalRank(spectrum, tolerance)).toBeLessThanOrEqual(Math.min(tokens, ...shape));
    }
  });
});

describe("S16: a linear map of Gaussian inputs and gradients", () => {
  const toy: Toy = { outputs: 160, inputs: 80, tokens: 16, batchSize: 64, batches: 40 };
  const noiseOf = async (more: Partial<Toy>) => {
    const backend = await wasmBackend();
    try {
      const part = toyPart(backend, { ...toy, ...more });
      const all = Array.from({ length: part.count }, (_, place) => place);
      const [layer] = await layersNoise(part, noiseLayers(part), {
        seed: 3,
        centred: false,
        noisePlaces: all.filter((place) => place % 2 === 0),
        heldOutPlaces: all.filter((place) => place % 2 === 1),
        simulated: noDistances(),
      });
      return layer!;
    } finally {
      await backend.dispose();
    }
  };
  type Layer = Awaited<ReturnType<typeof noiseOf>>;
  const lawOf = ({ matrices }: Layer, matrix: string, law: string) =>
    matrices.find((each) => each.matrix === matrix)!.laws.find((each) => each.law === law)!;

  test("isotropic noise is Marchenko-Pastur, raw and whitened, and nothing else than its reference", async () => {
    const layer = await noiseOf({});
    for (const matrix of ["random-signs", "half", "whitened"]) {
      expect(lawOf(layer, matrix, "marchenko-pastur").ksDistance!, matrix).toBeLessThan(0.03);
    }
    expect(lawOf(layer, "gaussian", "marchenko-pastur").pValue!).toBeGreaterThan(0.01);
    const signed = layer.matrices.find(({ matrix }) => matrix === "random-signs")!;
    expect(signed.verdict).toBe("noise-like");
    expect(signed.marchenkoPastur!.spikes).toEqual([]);
    // What the error of 20480 tokens' covariances leaves is known, too.
    expect(lawOf(layer, "whitened", "separable-law").pValue!).toBeGreaterThan(0.01);
    // A batch is a product of 160 x 1024 and 1024 x 80, which is told from Marchenko-Pastur.
    expect(lawOf(layer, "single-batch", "marchenko-pastur").pValue!).toBeLessThan(0.01);
    expect(lawOf(layer, "single-batch", "product-law").ksDistance!).toBeLessThan(0.03);
    expect(lawOf(layer, "single-batch", "product-law").pValue!).toBeGreaterThan(0.01);
    // One example is a product over its 16 tokens: all other singular values are zero, the law's atom.
    const example = layer.matrices.find(({ matrix }) => matrix === "single-example")!;
    expect(example.concentration!.rank).toBe(16);
    expect(lawOf(layer, "single-example", "product-law").pValue!).toBeGreaterThan(0.01);
    // Gaussian vectors: alpha / p of a sample covariance is 1 / (1 + p / tokens).
    for (const [side, p] of [
      ["inputs", 80],
      ["outputGradients", 160],
    ] as const) {
      const { alphaRatio, tokens } = layer.anisotropy[side]!;
      expect(tokens).toBe(20 * 64 * 16);
      expect(Math.abs(alphaRatio * (1 + p / tokens) - 1)).toBeLessThan(0.01);
    }
    // Sums of many products are Gaussian.
    expect(["gaussian", "unequal-variances"]).toContain(layer.tail!.verdict);
  });

  test("anisotropic noise is the separable law, and Marchenko-Pastur once it is whitened", async () => {
    const scaled =
      (ratio: number) =>
      (stream: RandomStream, width: number): Float64Array =>
        white(stream, width).map((entry, i) => entry * ratio ** (i / width));
    const layer = await noiseOf({ x: scaled(20), eta: scaled(8) });
    expect(lawOf(layer, "random-signs", "marchenko-pastur").ksDistance!).toBeGreaterThan(0.2);
    expect(lawOf(layer, "random-signs", "product-law").ksDistance!).toBeGreaterThan(0.2);
    const separable = lawOf(layer, "random-signs", "separable-law");
    expect(separable.ksDistance!).toBeLessThan(0.03);
    expect(separable.pValue!).toBeGreaterThan(0.01);
    expect(lawOf(layer, "whitened", "marchenko-pastur").ksDistance!).toBeLessThan(0.03);
    // Participation of variances 400^(-u), u uniform: (int)^2 / int of squares = 2 (1 - 1/400)^2 / (ln 400 (1 - 1/400^2)).
    const expected = (2 * (1 - 1 / 400) ** 2) / (Math.log(400) * (1 - 1 / 400 ** 2));
    const { alphaRatio, alphaRatioStandardError } = layer.anisotropy.inputs!;
    expect(Math.abs(alphaRatio / expected - 1)).toBeLessThan(0.03);
    expect(alphaRatioStandardError!).toBeLessThan(0.01);
    expect(layer.anisotropy.inputs!.deltaRatio).toBeCloseTo(Math.sqrt(1 - alphaRatio), 12);
  });

  test("a dead layer has nulls with their reasons", async () => {
    const layer = await noiseOf({
      outputs: 12,
      inputs: 9,
      batches: 4,
      eta: (_, width) => new Float64Array(width),
    });
    expect(layer).toMatchObject({
      noiseToSignal: null,
      tail: null,
      anisotropy: { outputGradients: null },
      reasons: {
        tail: "all gradients are zero",
        noiseToSignal: "the mean gradient is zero",
        "anisotropy.outputGradients": "all of them are zero",
        whitened: "inputs or gradients are all zero",
      },
    });
    for (const { spectrum, reason } of layer.matrices) {
      expect(spectrum).toBeNull();
      expect(reason).toBe("every entry is zero");
    }
  });
});

describe("covariances", () => {
  test("are those of the tokens, centred or not, with a jackknife that is the spread of repetitions", async () => {
    const toy: Toy = {
      outputs: 3,
      inputs: 4,
      tokens: 2,
      batchSize: 8,
      batches: 200,
      x: (stream, width) => white(stream, width).map((entry, i) => entry * (i + 1) + 2),
    };
    const part = toyPart(referenceBackend(), toy);
    const layers = noiseLayers(part);
    const of = async (from: number, count: number, centred: boolean) => {
      const held = Array.from({ length: count }, (_, k) => from + k);
      const [[inputs]] = (await featureCovariances(part, layers, held, { centred })) as [[never]];
      return inputs as Awaited<ReturnType<typeof featureCovariances>>[number][number];
    };
    const whole = await of(0, 200, true);
    // Variances 1, 4, 9, 16 and means of 2, to within errors of a few percent of 3200 tokens.
    for (const i of [0, 1, 2, 3])
      expect(Math.abs(whole.covariance[5 * i]! / (i + 1) ** 2 - 1)).toBeLessThan(0.12);
    const raw = await of(0, 200, false);
    for (const i of [0, 1, 2, 3])
      expect(raw.covariance[5 * i]!).toBeGreaterThan(whole.covariance[5 * i]! + 2);
    const parts = await Promise.all(Array.from({ length: 20 }, (_, k) => of(10 * k, 10, true)));
    const values = parts.map(({ anisotropy }) => anisotropy!.alphaRatio);
    const mean = values.reduce((sum, value) => sum + value / 20, 0);
    const variance = values.reduce((sum, value) => sum + (value - mean) ** 2 / 19, 0);
    const told = parts.reduce((sum, { standardErrors }) => sum + standardErrors!.alphaRatio ** 2 / 20, 0);
    // A variance of 20 values is known to a third.
    expect(told / variance).toBeGreaterThan(1 / 3);
    expect(told / variance).toBeLessThan(3);
    expect((await of(0, 1, false)).standardErrors).toBeNull();
  });
});
