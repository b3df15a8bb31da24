import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { pullBack } from "../../src/autodiff/differentiate.ts";
import { constant, parameter } from "../../src/autodiff/leaves.ts";
import { sizeOf } from "../../src/autodiff/shape.ts";
import { randomStream } from "../../src/linalg/random.ts";
import { blockMacs, modelMacs, multipliesOf, sidesOf } from "../../src/measure/macs.ts";
import { normal } from "../../src/models/initialisers.ts";
import { mlpBlock } from "../../src/models/parts/mlp-block.ts";
import { startTracing } from "../../src/models/tracer.ts";
import { type SparsityInput, sparsityOptions } from "../../src/sparsity/options.ts";
import { distance, norm, runValues } from "../models/run-values.ts";
import { tinyModels } from "../models/tiny-models.ts";

const side = fc.integer({ min: 1, max: 4096 });
const share = fc.double({ min: 0, max: 1, noNaN: true });

describe("a block's steps", () => {
  it("with V are (1 + s) / 2 of the dense ones, (1 + 5 s) / 6 in training: S26", () => {
    fc.assert(
      fc.property(side, side, share, (d, n, s) => {
        const sides = { inputs: d, neurons: n, outputs: d, gated: false, inputGradient: true };
        const { inference, training } = blockMacs(sides, { active: s, sloped: s });
        expect([inference.dense, training.dense]).toEqual([2 * n * d, 6 * n * d]);
        expect(inference.ratio).toBeCloseTo((1 + s) / 2, 14);
        expect(training.ratio).toBeCloseTo((1 + 5 * s) / 6, 14);
      }),
    );
  });

  it("are all of them at s = 1 and only K's at s = 0, of whatever form", () => {
    fc.assert(
      fc.property(
        fc.record({
          inputs: side,
          neurons: side,
          outputs: fc.option(side),
          gated: fc.boolean(),
          inputGradient: fc.boolean(),
        }),
        (sides) => {
          const full = blockMacs(sides, { active: 1, sloped: 1 });
          const none = blockMacs(sides, { active: 0, sloped: 0 });
          for (const of of ["inference", "training"] as const) {
            expect(full[of].ratio).toBe(1);
            expect(none[of].skipping).toBe(sides.neurons * sides.inputs);
            expect(none[of].dense).toBe(full[of].dense);
          }
        },
      ),
    );
  });

  it("err by no more than the shares do together", () => {
    const sides = { inputs: 3, neurons: 12, outputs: 3, gated: false, inputGradient: true };
    const [at, error] = [
      { active: 0.2, sloped: 0.3 },
      { active: 0.01, sloped: 0.02 },
    ];
    const { inference, training } = blockMacs(sides, at, error);
    const moved = blockMacs(sides, { active: 0.21, sloped: 0.32 });
    expect(inference.ratioError).toBeCloseTo(moved.inference.ratio - inference.ratio, 14);
    expect(training.ratioError).toBeCloseTo(moved.training.ratio - training.ratio, 14);
  });
});

const [tokens, inputs, neurons, outputs] = [4, 3, 7, 2];

/** Rows of a matrix that is stored row by row. */
function rows(entries: ArrayLike<number>, width: number): number[][] {
  const all = Array.from(entries);
  return Array.from({ length: all.length / width }, (_, i) => all.slice(i * width, (i + 1) * width));
}

/** A block by loops that leave out what makes no difference, and count their multiplications. */
function byLoops(
  { x, k, g, v, p, a, slope, gz }: Record<"x" | "k" | "g" | "v" | "p" | "a" | "slope" | "gz", number[][]>,
  form: { readonly gated: boolean; readonly valued: boolean },
) {
  const count = { inference: 0, training: 0 };
  let phases: readonly (keyof typeof count)[] = ["inference", "training"];
  const times = (left: number, right: number) => {
    for (const phase of phases) count[phase]++;
    return left * right;
  };
  const zeros = (like: number[][]) => like.map((row) => row.map(() => 0));
  const [z, dx, dk, dg, dv] = [zeros(gz), zeros(x), zeros(k), zeros(g), zeros(v)];
  for (let t = 0; t < tokens; t++) {
    for (let j = 0; j < neurons; j++) {
      phases = ["inference", "training"];
      let dot = 0;
      for (let i = 0; i < inputs; i++) dot += times(x[t]![i]!, k[j]![i]!);
      expect(dot).toBeCloseTo(p[t]![j]!, 12);
      const [isActive, isSloped] = [a[t]![j] !== 0, slope[t]![j] !== 0];
      // A sloped neuron that isn't active needs its gate in training only.
      let u = 1;
      if (form.gated && (isActive || isSloped)) {
        if (!isActive) phases = ["training"];
        u = 0;
        for (let i = 0; i < inputs; i++) u += times(x[t]![i]!, g[j]![i]!);
      }
      const h = a[t]![j]! * u;
      phases = ["inference", "training"];
      if (form.valued && isActive) {
        for (let o = 0; o < outputs; o++) z[t]![o]! += times(h, v[o]![j]!);
      }
      if (!form.valued) z[t]![j] = h;
      phases = ["training"];
      let gh = form.valued ? 0 : gz[t]![j]!;
      if (form.valued && (isSloped || (form.gated && isActive))) {
        for (let o = 0; o < outputs; o++) gh += times(gz[t]![o]!, v[o]![j]!);
      }
      if (form.valued && isActive) {
        for (let o = 0; o < outputs; o++) dv[o]![j]! += times(gz[t]![o]!, h);
      }
      const eta = gh * u * slope[t]![j]!;
      if (isSloped) {
        for (let i = 0; i < inputs; i++) dk[j]![i]! += times(eta, x[t]![i]!);
        for (let i = 0; i < inputs; i++) dx[t]![i]! += times(eta, k[j]![i]!);
      }
      if (form.gated && isActive) {
        const gu = gh * a[t]![j]!;
        for (let i = 0; i < inputs; i++) dg[j]![i]! += times(gu, x[t]![i]!);
        for (let i = 0; i < inputs; i++) dx[t]![i]! += times(gu, g[j]![i]!);
      }
    }
  }
  return { count, results: { z, dx, dk, ...(form.gated && { dg }), ...(form.valued && { dv }) } };
}

describe.each([
  ["K and V", { gated: false, valued: true }],
  ["K, gate and V", { gated: true, valued: true }],
  ["K alone", { gated: false, valued: false }],
] as const)("a toy of %s", (_, form) => {
  it.each<[string, SparsityInput["activation"]]>([
    ["relu", "relu"],
    ["jsrelu", "jsrelu"],
    ["a flat piece that isn't zero", { name: "shift", inner: "relu", dx: 0.3, dy: 0.5 }],
  ])("of %s counts what loops do that leave nothing needed out", async (name, activation) => {
    const tracer = startTracing(sparsityOptions.parse({ activation }), {
      batchSize: 1,
      training: false,
      labelSmoothing: 0,
    });
    const x = parameter("x", [1, tokens, inputs]);
    const layer = (of: string, ins: number, outs: number) => ({
      name: of,
      inputs: ins,
      outputs: outs,
      initial: normal(1),
      bias: null,
    });
    const block = mlpBlock(tracer, x, {
      name: "block",
      key: layer("key", inputs, neurons),
      value: form.valued ? layer("value", neurons, outputs) : null,
      ...(form.gated && { gate: layer("gate", inputs, neurons) }),
      scale: null,
      tokens,
    });
    const draw = (of: string, size: number) => {
      const draws = randomStream(1, [name, of]);
      return Float64Array.from({ length: size }, () => draws.normal());
    };
    const weights = new Map([
      ["x", draw("x", tokens * inputs)],
      ["key.weight", draw("key", neurons * inputs)],
      ["gate.weight", draw("gate", neurons * inputs)],
      ["value.weight", draw("value", outputs * neurons)],
    ]);
    const gz = draw("gz", sizeOf(block.shape));
    const at = (of: string) => tracer.taps.get(`block.0.mlp.${of}`)!;
    const wanted = new Map([
      ["dx", x],
      ...Array.from(tracer.parameters, ([of, { value }]) => [`d${of[0]}`, value] as const),
    ]);
    const gradients = pullBack(block, Array.from(wanted.values()), constant(gz, block.shape));
    const outcomes = Object.fromEntries(Array.from(wanted.keys(), (of, i) => [of, gradients[i]!]));
    const found = (await runValues(
      {
        p: at("preActivation"),
        a: at("activation"),
        slope: tracer.activation.derivative(at("preActivation")),
        z: block,
        ...outcomes,
      },
      weights,
    )) as Record<string, Float64Array>;
    const width = form.valued ? outputs : neurons;
    const { count, results } = byLoops(
      {
        x: rows(weights.get("x")!, inputs),
        k: rows(weights.get("key.weight")!, inputs),
        g: rows(weights.get("gate.weight")!, inputs),
        v: rows(weights.get("value.weight")!, neurons),
        p: rows(found.p!, neurons),
        a: rows(found.a!, neurons),
        slope: rows(found.slope!, neurons),
        gz: rows(gz, width),
      },
      form,
    );
    for (const [of, entries] of Object.entries(results)) {
      // A dozen sums of numbers of size 1 to 10.
      expect(distance(entries.flat(), found[of]!), of).toBeLessThan(1e-12 * Math.max(1, norm(found[of]!)));
    }
    const shareOf = (of: Float64Array) => of.filter((each) => each !== 0).length / of.length;
    const shares = { active: shareOf(found.a!), sloped: shareOf(found.slope!) };
    expect(shares.sloped).toBeGreaterThan(0.2);
    expect(shares.sloped).toBeLessThan(0.8);
    const sides = sidesOf(tracer, tracer.blocks[0]!);
    const all = { ...sides, inputGradient: true };
    const { inference, training } = blockMacs(all, shares);
    expect(tokens * inference.skipping).toBeCloseTo(count.inference, 9);
    expect(tokens * training.skipping).toBeCloseTo(count.training, 9);
    // And without leaving anything out, what the graph has.
    expect(tokens * inference.dense).toBe(multipliesOf([block]));
    expect(tokens * training.dense).toBe(multipliesOf([block, ...gradients]));
  });
});

describe.each(tinyModels)("$name", ({ model, sizes }) => {
  const batchSize = 2;
  const traced = model.trace(sizes, sparsityOptions.parse({}), {
    batchSize,
    training: false,
    labelSmoothing: 0,
  });

  it("has its blocks' steps among its own, which don't depend on the batch", () => {
    const { inference, training } = modelMacs(traced, batchSize);
    const blocks = traced.blocks.map((block) => {
      const { tokens: count, ...own } = sidesOf(traced, block);
      const full = blockMacs(own, { active: 1, sloped: 1 });
      return { inference: count * full.inference.dense, training: count * full.training.dense };
    });
    const total = (of: "inference" | "training") => blocks.reduce((sum, each) => sum + each[of], 0);
    expect(total("inference")).toBeLessThan(inference);
    expect(total("training")).toBeLessThan(training);
    // Backward takes twice as many as forward, but for products of the data.
    expect(training).toBeLessThanOrEqual(3 * inference);
    expect(training).toBeGreaterThan(2 * inference);
    const larger = model.trace(sizes, sparsityOptions.parse({}), {
      batchSize: 5,
      training: false,
      labelSmoothing: 0,
    });
    expect(modelMacs(larger, 5)).toEqual({ inference, training });
  });
});

it("784-512-512-10 takes 784 512 + 512 512 + 512 10 steps forward", () => {
  const [mlp] = tinyModels;
  const traced = mlp!.model.trace({}, sparsityOptions.parse({}), {
    batchSize: 1,
    training: false,
    labelSmoothing: 0,
  });
  const forward = 784 * 512 + 512 * 512 + 512 * 10;
  // The gradient of the pixels is nobody's.
  expect(modelMacs(traced, 1)).toEqual({ inference: forward, training: 3 * forward - 784 * 512 });
  expect(traced.blocks.map((block) => sidesOf(traced, block).inputGradient)).toEqual([false, true]);
});
