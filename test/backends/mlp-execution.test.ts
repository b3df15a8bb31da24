import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type MlpWeights, mlpExecution, mostActiveShare } from "../../src/backends/wasm/mlp-execution.ts";
import { runsVariant } from "../../src/kernels/kernels.ts";
import { randomStream } from "../../src/linalg/random.ts";
import { createActivation } from "../../src/sparsity/activations/catalogue.ts";

type Layout = "out-in" | "in-out";
interface Sizes {
  readonly inputs: number;
  readonly neurons: number;
  readonly outputs: number;
  readonly layout?: Layout;
  /** Mean of b_K: the lower, the fewer are active. */
  readonly shift?: number;
  readonly biases?: boolean;
}

/** The functions that are zero on a region, one-sided and two-sided, with their formulas; and one that is zero nowhere. */
const sigmas = {
  relu: { spec: "relu", of: (p: number) => Math.max(p, 0) },
  jsrelu: { spec: "jsrelu", of: (p: number) => (p > 0 ? p * p * 0.5 + p : 0) },
  "s-shaped": {
    spec: { name: "s-shaped", inner: "relu", h: 1 },
    of: (p: number) => Math.max(p - 1, 0) - Math.max(-p - 1, 0),
  },
  silu: { spec: "silu", of: (p: number) => p / (1 + Math.exp(-p)) },
} as const;
type Sigma = keyof typeof sigmas;

function randomBlock(sigma: Sigma, sizes: Sizes, seed: number): MlpWeights {
  const { inputs, neurons, outputs, layout = "out-in", shift = -1, biases = true } = sizes;
  const { normal } = randomStream(seed, ["block"]);
  const draw = (length: number, scale: number, mean = 0) =>
    Float32Array.from({ length }, () => mean + scale * normal());
  return {
    key: { inputs, outputs: neurons, entries: draw(inputs * neurons, inputs ** -0.5), layout },
    keyBias: biases ? draw(neurons, 0.3, shift) : null,
    activate: createActivation(sigmas[sigma].spec).apply,
    value: { inputs: neurons, outputs, entries: draw(neurons * outputs, neurons ** -0.5), layout },
    valueBias: biases ? draw(outputs, 1) : null,
  };
}

/** Z in float64, by its formula, and the sum of its terms' sizes with an allowance for errors of a_ij. */
function blockOf({ key, keyBias, value, valueBias }: MlpWeights, sigma: Sigma, x: Float32Array) {
  const at = ({ inputs, outputs, entries, layout }: MlpWeights["key"], o: number, i: number) =>
    entries[layout === "in-out" ? i * outputs + o : o * inputs + i]!;
  const rows = x.length / key.inputs;
  const z = new Float64Array(rows * value.outputs);
  let active = 0;
  for (let t = 0; t < rows; t++) {
    const a = Float64Array.from({ length: key.outputs }, (_, j) => {
      let p = keyBias?.[j] ?? 0;
      for (let i = 0; i < key.inputs; i++) p += at(key, j, i) * x[t * key.inputs + i]!;
      return sigmas[sigma].of(p);
    });
    active += a.filter((each) => each !== 0).length;
    for (let o = 0; o < value.outputs; o++) {
      z[t * value.outputs + o] =
        (valueBias?.[o] ?? 0) + a.reduce((sum, each, j) => sum + each * at(value, o, j), 0);
    }
  }
  return { z, activeShare: active / (rows * key.outputs) };
}

function distance(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let square = 0;
  for (let i = 0; i < b.length; i++) square += (a[i]! - b[i]!) ** 2;
  return Math.sqrt(square);
}

const norm = (entries: ArrayLike<number>): number =>
  Math.hypot(...Array.from({ length: entries.length }, (_, i) => entries[i]!));

const tokens = (rows: number, inputs: number, seed = 1) => {
  const { normal } = randomStream(seed, ["tokens"]);
  return Float32Array.from({ length: rows * inputs }, normal);
};

describe.each((["plain", "relaxed"] as const).filter(runsVariant))("an MLP block, %s", (variant) => {
  test("is its formula in float64, and has the same bits in every way", () => {
    fc.assert(
      fc.property(
        fc.record({
          sigma: fc.constantFrom(...(Object.keys(sigmas) as Sigma[])),
          rows: fc.constantFrom(1, 2, 16, 17, 40),
          inputs: fc.integer({ min: 1, max: 40 }),
          neurons: fc.oneof(fc.integer({ min: 1, max: 60 }), fc.constantFrom(385, 500)),
          outputs: fc.integer({ min: 1, max: 70 }),
          layout: fc.constantFrom<Layout>("out-in", "in-out"),
          biases: fc.boolean(),
          seed: fc.integer({ min: 0, max: 1e6 }),
        }),
        ({ sigma, rows, seed, ...sizes }) => {
          const weights = randomBlock(sigma, sizes, seed);
          const execution = mlpExecution(weights, { variant });
          const x = tokens(rows, sizes.inputs, seed);
          const { z } = blockOf(weights, sigma, x);
          const dense = execution.run(x, "dense");
          const skipping = execution.run(x, "skipping");
          expect(skipping.output).toEqual(dense.output);
          expect(execution.run(x).output).toEqual(dense.output);
          expect([dense.activeShare, dense.skippedRows, skipping.skippedRows]).toEqual([null, 0, rows]);
          // Two sums of d and n products and a function with slopes of some 5 at most, in float32: each of the d + n
          // roundings of 2^-24 is relative to no more than some norms of Z and of its terms, A and V being of norm sqrt n and 1.
          const roundings = (sizes.inputs + sizes.neurons + 20) * 2 ** -24;
          expect(distance(skipping.output, z)).toBeLessThan(
            10 * roundings * (norm(z) + Math.sqrt(rows * sizes.outputs)),
          );
        },
      ),
      { seed: 11, numRuns: 40 },
    );
  });

  test("is the same for tokens one by one, and for more than are worked on at once", () => {
    const weights = randomBlock("relu", { inputs: 12, neurons: 50, outputs: 20 }, 3);
    const execution = mlpExecution(weights, { variant });
    const x = tokens(530, 12);
    const whole = execution.run(x);
    expect(whole.skippedRows).toBe(530);
    const { z, activeShare } = blockOf(weights, "relu", x);
    expect(distance(whole.output, z) / norm(z)).toBeLessThan(1e-6);
    // A pre-activation within rounding of zero may fall on its other side: of 26500, one in a million.
    expect(whole.activeShare).toBeCloseTo(activeShare, 3);
    for (let t = 0; t < 530; t += 23) {
      const { output } = execution.run(x.subarray(12 * t, 12 * t + 12));
      expect(output).toEqual(whole.output.slice(20 * t, 20 * t + 20));
    }
  });

  test("keeps no entry of earlier runs, for as many numbers of tokens as come", () => {
    const weights = randomBlock("s-shaped", { inputs: 9, neurons: 33, outputs: 7 }, 4);
    const kept = mlpExecution(weights, { variant });
    for (const rows of [3, 50, 1, 20, 7, 50, 3, 600, 2, 50, 1]) {
      const x = tokens(rows, 9, rows);
      expect(kept.run(x).output).toEqual(mlpExecution(weights, { variant }).run(x).output);
    }
  });

  test("takes the dense way by itself where most are active", () => {
    const sizes = { inputs: 8, neurons: 200, outputs: 6 };
    const x = tokens(60, 8);
    for (const [shift, few] of [
      [-2, true],
      [3, false],
    ] as const) {
      const execution = mlpExecution(randomBlock("relu", { ...sizes, shift }, 5), { variant });
      const { activeShare, skippedRows } = execution.run(x);
      expect(activeShare! < mostActiveShare).toBe(few);
      expect(skippedRows).toBe(few ? 60 : 0);
      expect(execution.run(x, "skipping").skippedRows).toBe(60);
    }
    const smooth = mlpExecution(randomBlock("silu", sizes, 5), { variant });
    expect(smooth.run(x)).toMatchObject({ activeShare: 1, skippedRows: 0 });
  });

  test("without an active neuron gives the bias; without tokens nothing", () => {
    const weights = randomBlock("relu", { inputs: 8, neurons: 50, outputs: 6, shift: -1e3 }, 6);
    const execution = mlpExecution(weights, { variant });
    const { output, activeShare } = execution.run(tokens(2, 8));
    expect(activeShare).toBe(0);
    expect(Array.from(output)).toEqual([
      ...Array.from(weights.valueBias!),
      ...Array.from(weights.valueBias!),
    ]);
    expect(execution.run([])).toMatchObject({
      output: new Float32Array(0),
      activeShare: null,
      skippedRows: 0,
    });
  });

  test("lets NaN of a token through, and skips nothing where V is not finite", () => {
    const weights = randomBlock("relu", { inputs: 8, neurons: 50, outputs: 6 }, 7);
    const x = tokens(20, 8);
    x[8] = Number.NaN;
    const execution = mlpExecution(weights, { variant });
    const { output } = execution.run(x, "skipping");
    expect(output).toEqual(execution.run(x, "dense").output);
    expect(output.slice(6, 12).every(Number.isNaN)).toBe(true);
    expect(output.filter(Number.isNaN).length).toBe(6);

    const entries = Float32Array.from(weights.value.entries);
    entries[3] = Number.POSITIVE_INFINITY;
    const wild = mlpExecution({ ...weights, value: { ...weights.value, entries } }, { variant });
    expect(wild.run(x, "skipping")).toMatchObject({ skippedRows: 0, activeShare: null });
    expect(wild.run(x, "skipping").output[0]).toBeNaN();
  });

  test("tells what each part took, by the clock that it is given", () => {
    let now = 0;
    const clock = () => now++;
    const weights = randomBlock("relu", { inputs: 8, neurons: 50, outputs: 6 }, 8);
    const execution = mlpExecution(weights, { variant, clock });
    expect(execution.run(tokens(3, 8), "dense").seconds).toEqual({
      key: 1,
      activation: 1,
      list: 0,
      value: 1,
      bias: 1,
    });
    expect(execution.run(tokens(3, 8), "skipping").seconds.list).toBe(1);
  });
});

test("weights and tokens that don't fit are refused", () => {
  const weights = randomBlock("relu", { inputs: 3, neurons: 5, outputs: 2 }, 9);
  expect(() => mlpExecution(weights).run([1, 2, 3, 4])).toThrow(
    "tokens of 3 entries can't be 4 entries in all",
  );
  expect(() => mlpExecution({ ...weights, keyBias: [1, 2] })).toThrow(
    "the key bias must have 5 entries, not 2",
  );
  expect(() => mlpExecution({ ...weights, key: { ...weights.key, entries: [1] } })).toThrow(
    "the key matrix must have 15 entries, not 1",
  );
  const value = { inputs: 4, outputs: 2, entries: new Float32Array(8) };
  expect(() => mlpExecution({ ...weights, value })).toThrow("a value matrix of 4 neurons doesn't fit");
});
