import { describe, expect, test } from "vitest";
import { affineTensor, onePlace, placesAlong, placesInBlocks } from "../../src/checkpoint/affine-tensor.ts";
import { type Tensor, tensorOf } from "../../src/checkpoint/tensor.ts";
import { layersOf } from "../../src/layers/layers-of.ts";
import { randomStream } from "../../src/linalg/random.ts";
import { productSpectrum } from "../../src/spectrum/product-spectrum.ts";
import { rankTolerance } from "../../src/spectrum/rank.ts";

const shape = [12, 8];

/** Whole numbers with a scale a row: 1, 2, 3, ... */
function quantized(name: string): Tensor {
  const codes = tensorOf(
    name,
    shape,
    Float32Array.from({ length: 96 }, (_, i) => (i * 37) % 19),
  );
  const scales = Float64Array.from({ length: 12 }, (_, row) => row + 1);
  return affineTensor(codes, { dtype: "QU8", places: placesAlong(shape, 0), steps: () => ({ scales }) });
}

const rms = (steps: readonly number[]) =>
  Math.sqrt(steps.reduce((sum, step) => sum + step * step, 0) / steps.length / 12);

describe("affine quantisation", () => {
  const codes = tensorOf("q", [2, 5], Float32Array.of(0, 1, 2, 3, 4, 5, 6, 7, 8, 9));

  test("gives (q - z) s by the whole, along an axis and in blocks, and the error of a range by its own steps", async () => {
    const whole = affineTensor(codes, {
      dtype: "Q",
      places: onePlace,
      steps: () => ({ scales: [0.5], offset: -1 }),
    });
    expect([...(await whole.read(2, 5))]).toEqual([0, 0.5, 1]);
    expect(await whole.roundingError!()).toBe(rms([0.5]));

    const along = { scales: [1, 2, 3, 4, 5], zeroPoints: [0, 1, 0, 1, 0] };
    const axis = affineTensor(codes, { dtype: "Q", places: placesAlong([2, 5], 1), steps: () => along });
    expect([...(await axis.read(4, 8))]).toEqual([20, 5, 10, 21]);
    expect(await axis.roundingError!(4, 7)).toBeCloseTo(rms([5, 1, 2]), 15);

    // Blocks of 2 along an axis of 5: the last has one place.
    const blocks = { scales: [1, 2, 3, 4, 5, 6] };
    const blocked = affineTensor(codes, {
      dtype: "Q",
      places: placesInBlocks([2, 5], 1, 2),
      steps: () => blocks,
    });
    expect([...(await blocked.read())]).toEqual([0, 1, 4, 6, 12, 20, 24, 35, 40, 54]);
    expect(await blocked.roundingError!()).toBeCloseTo(rms([1, 1, 2, 2, 3, 4, 4, 5, 5, 6]), 15);
    expect(await blocked.roundingError!(3, 3)).toBe(0);
  });
});

describe("a part of a quantised tensor", () => {
  test("has the error of its own rows", async () => {
    const layers = layersOf([quantized("layers.0.self_attn.in_proj_weight")]);
    expect(layers.map(({ role }) => role)).toEqual(["query", "key", "value"]);
    const errors = await Promise.all(layers.map((layer) => layer.roundingError!()));
    expect(layers.map(({ shape }) => shape[0])).toEqual([8, 2, 2]);
    const rows = [
      [1, 2, 3, 4, 5, 6, 7, 8],
      [9, 10],
      [11, 12],
    ];
    errors.forEach((error, i) => void expect(error).toBeCloseTo(rms(rows[i]!), 14));
  });

  test("has that of its own columns where outputs are columns", async () => {
    const codes = tensorOf("h.0.attn.c_attn.weight", [2, 6], new Float32Array(12).fill(3));
    const scales = [1, 2, 3, 4, 5, 6];
    const tensor = affineTensor(codes, {
      dtype: "QI8",
      places: placesAlong([2, 6], 1),
      steps: () => ({ scales }),
    });
    const errors = await Promise.all(layersOf([tensor]).map((layer) => layer.roundingError!()));
    [
      [1, 2],
      [3, 4],
      [5, 6],
    ].forEach((steps, i) => void expect(errors[i]).toBeCloseTo(rms(steps), 14));
  });
});

describe("tensors that make a matrix together", () => {
  const { normal } = randomStream(3, ["rounding errors"]);
  const draw = (count: number, scale: number) => Float32Array.from({ length: count }, () => scale * normal());

  test("weight norm has the error of w = g v / ||v||, as rounding v and g to bfloat16 shows", async () => {
    const [rows, columns] = [60, 80];
    const v = draw(rows * columns, 1);
    const g = Float32Array.from({ length: rows }, (_, i) => 1 + i / 7);
    const bf16 = (data: Float32Array) => data.map((entry) => roundedToBf16(entry));
    const pair = (direction: Float32Array, norms: Float32Array) => [
      { ...tensorOf("conv.weight_v", [rows, columns], direction), dtype: "BF16" },
      { ...tensorOf("conv.weight_g", [rows, 1], norms), dtype: "BF16" },
    ];
    const [exact] = layersOf(pair(v, g));
    const [rounded] = layersOf(pair(bf16(v), bf16(g)));
    const [w, stored] = [await exact!.read(), await rounded!.read()].map(({ data }) => Array.from(data));
    const actual = Math.sqrt(w!.reduce((sum, entry, i) => sum + (entry - stored![i]!) ** 2, 0) / w!.length);
    const told = await rounded!.roundingError!();
    // An error of a norm is one of a whole row: the mean square of 60, uniform, is known to sqrt(0.8 / 60) = 12 %.
    expect(told / actual).toBeGreaterThan(0.8);
    expect(told / actual).toBeLessThan(1.25);
  });

  test("low-rank factors that are quantised have the tolerance of their own steps, and it holds", async () => {
    const [out, rank, inputs] = [60, 4, 50];
    const [b, a] = [draw(out * rank, 1), draw(rank * inputs, 1)];
    const step = 1 / 16;
    const codes = (data: Float32Array) => data.map((entry) => Math.round(entry / step));
    const factor = (name: string, shape: readonly number[], data: Float32Array) =>
      affineTensor(tensorOf(name, shape, codes(data)), {
        dtype: "QI8",
        places: onePlace,
        steps: () => ({ scales: [step] }),
      });
    const [layer] = layersOf([
      factor("q.lora_A.weight", [rank, inputs], a),
      factor("q.lora_B.weight", [out, rank], b),
    ]);
    const { left, right } = await layer!.factored!.read();
    const errors = await layer!.factored!.roundingErrors!();
    expect(errors).toEqual({ left: rms([step]), right: rms([step]) });
    const stored = productSpectrum(left, right, "F32", errors);
    const exact = productSpectrum(
      { rows: out, columns: rank, data: b },
      { rows: rank, columns: inputs, data: a },
      "F32",
    );
    // Weyl: singular values move by at most the norm of the difference, which the tolerance is three times of.
    for (let i = 0; i < rank; i++) {
      const moved = Math.abs(stored.singularValues[i]! - exact.singularValues[i]!);
      expect(moved).toBeLessThan(rankTolerance(stored) / 3);
      expect(moved).toBeGreaterThan(rankTolerance(exact));
    }
  });
});

/** To nearest, ties to even. */
function roundedToBf16(value: number): number {
  const words = new Uint32Array(Float32Array.of(value).buffer);
  const word = words[0]!;
  words[0] = (word + 0x7fff + ((word >>> 16) & 1)) & 0xffff0000;
  return new Float32Array(words.buffer)[0]!;
}
