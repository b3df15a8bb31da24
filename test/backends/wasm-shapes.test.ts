import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { parameter } from "../../src/autodiff/leaves.ts";
import { adamStep } from "../../src/autodiff/ops/adam-step.ts";
import { broadcastTo, sumTo } from "../../src/autodiff/ops/broadcasting.ts";
import { concatenate } from "../../src/autodiff/ops/concatenate.ts";
import { correct } from "../../src/autodiff/ops/correct.ts";
import { crossEntropy, crossEntropyGradientOp } from "../../src/autodiff/ops/cross-entropy.ts";
import { divide } from "../../src/autodiff/ops/divide.ts";
import { erf } from "../../src/autodiff/ops/error-function.ts";
import { exponential } from "../../src/autodiff/ops/exponential.ts";
import { gather, scatterAddOp } from "../../src/autodiff/ops/gather.ts";
import { hyperbolicTangent } from "../../src/autodiff/ops/hyperbolic-tangent.ts";
import { logSoftmax } from "../../src/autodiff/ops/log-softmax.ts";
import { logarithm } from "../../src/autodiff/ops/logarithm.ts";
import { minimum } from "../../src/autodiff/ops/minimum.ts";
import { movingAverage } from "../../src/autodiff/ops/moving-average.ts";
import { multiply } from "../../src/autodiff/ops/multiply.ts";
import { normalize, normalizeGradientOp, rootMeanSquareNormalize } from "../../src/autodiff/ops/normalize.ts";
import { permute } from "../../src/autodiff/ops/permute.ts";
import { applyPiecewise } from "../../src/autodiff/ops/piecewise-polynomial.ts";
import { pad, slice } from "../../src/autodiff/ops/slice.ts";
import { softmax, softmaxGradientOp } from "../../src/autodiff/ops/softmax.ts";
import { subtract } from "../../src/autodiff/ops/subtract.ts";
import { sumOfSquares } from "../../src/autodiff/ops/sum-of-squares.ts";
import type { Shape } from "../../src/autodiff/shape.ts";
import { sizeOf } from "../../src/autodiff/shape.ts";
import { apply, type Value } from "../../src/autodiff/value.ts";
import type { Backend } from "../../src/backends/backend.ts";
import { referenceBackend } from "../../src/backends/reference.ts";
import { wasmBackend } from "../../src/backends/wasm/wasm-backend.ts";
import { bestVariant } from "../../src/kernels/kernels.ts";
import { randomStream } from "../../src/linalg/random.ts";

const eps = 2 ** -24;
let backend: Backend;
beforeAll(async () => {
  if (bestVariant()) backend = await wasmBackend();
});
afterAll(async () => void (await backend?.dispose()));

/** Entries of the leaves p0, p1 ..., each by a standard normal draw and its place. */
type Entry = (normal: number, place: number) => number;

async function compute(
  on: Backend,
  value: Value,
  leaves: readonly Value[],
  entries: readonly Float32Array[],
) {
  const state = new Map(
    leaves.map((leaf, place) => {
      const tensor = on.alloc(leaf.shape);
      on.write(tensor, entries[place]!);
      return [`p${place}`, tensor];
    }),
  );
  const plan = await on.compile({ outputs: { value } }, state);
  const result = await plan.run({});
  plan.dispose();
  for (const tensor of state.values()) on.free(tensor);
  return Float64Array.from(result.value!);
}

/**
 * Expects the reference's entries.
 *
 * @param terms - numbers of the largest entry's size that an entry is the sum of.
 */
async function expectReference(
  make: (leaves: readonly Value[]) => Value,
  shapes: readonly Shape[],
  terms: number,
  entry: readonly (Entry | undefined)[] = [],
) {
  const leaves = shapes.map((shape, place) => parameter(`p${place}`, shape));
  const { normal } = randomStream(3, shapes.flat());
  const entries = shapes.map((shape, place) =>
    new Float32Array(sizeOf(shape)).map((_, i) => (entry[place] ?? ((each) => each))(normal(), i)),
  );
  const value = make(leaves);
  const got = await compute(backend, value, leaves, entries);
  const expected = await compute(referenceBackend(), value, leaves, entries);
  const norm = expected.reduce((most, each) => Math.max(most, Math.abs(each)), 1);
  expect(got.length).toBe(expected.length);
  const worst = expected.reduce((most, each, i) => Math.max(most, Math.abs(got[i]! - each)), 0);
  expect(worst).toBeLessThan(40 * eps * norm * Math.max(1, Math.sqrt(terms)));
  expect(Array.from(got).every((each, i) => Number.isNaN(each) === Number.isNaN(expected[i]!))).toBe(true);
}

const side = fc.integer({ min: 1, max: 40 });
const shapes = fc.array(fc.integer({ min: 1, max: 7 }), { minLength: 1, maxLength: 5 });
const ran = bestVariant() === null;

test.skipIf(ran)("arrays that are repeated along any axes", async () => {
  const repeated = shapes.chain((shape) =>
    fc.record({
      shape: fc.constant(shape),
      a: fc.array(fc.boolean(), { minLength: shape.length, maxLength: shape.length }),
      b: fc.array(fc.boolean(), { minLength: shape.length, maxLength: shape.length }),
      dropped: fc.integer({ min: 0, max: shape.length }),
    }),
  );
  await fc.assert(
    fc.asyncProperty(repeated, async ({ shape, a, b, dropped }) => {
      const aShape = shape.map((each, axis) => (a[axis] ? 1 : each));
      const bShape = shape.map((each, axis) => (b[axis] ? 1 : each)).slice(dropped);
      for (const op of [multiply, subtract, minimum, divide]) {
        const away: Entry = (each) => each + Math.sign(each);
        await expectReference(([x, y]) => op(x!, y!), [aShape, bShape], 1, [undefined, away]);
      }
      await expectReference(([x]) => broadcastTo(x!, shape), [bShape], 1);
      await expectReference(([x]) => sumTo(x!, bShape), [shape], sizeOf(shape));
    }),
    { numRuns: 60 },
  );
});

test.skipIf(ran)("rows of any length", async () => {
  await fc.assert(
    fc.asyncProperty(side, side, async (rows, width) => {
      const shape = [rows, width];
      const many = width * rows;
      await expectReference(([x]) => softmax(x!), [shape], 1);
      await expectReference(([x]) => logSoftmax(x!), [shape], 1);
      await expectReference(([y, g]) => apply(softmaxGradientOp, [y!, g!], null), [shape, shape], width);
      await expectReference(([x]) => normalize(x!, 0.01), [shape], 10);
      await expectReference(([x]) => rootMeanSquareNormalize(x!, 0.01), [shape], 1);
      for (const centred of [true, false]) {
        const attributes = { centred, epsilon: 0.5 };
        await expectReference(
          ([x, g]) => apply(normalizeGradientOp, [x!, g!], attributes),
          [shape, shape],
          width,
        );
      }
      const label: Entry = (_, i) => (i % (width + 1)) - 1;
      for (const smoothing of [0, 0.2]) {
        await expectReference(([z, y]) => crossEntropy(z!, y!, smoothing), [shape, [rows]], 1, [
          undefined,
          label,
        ]);
        await expectReference(
          (inputs) => apply(crossEntropyGradientOp, inputs, { smoothing }),
          [shape, [rows], [rows]],
          1,
          [undefined, label],
        );
      }
      await expectReference(([z, y]) => correct(z!, y!), [shape, [rows]], 1, [undefined, label]);
      await expectReference(([x]) => sumOfSquares(x!), [shape], many);
    }),
    { numRuns: 40 },
  );
});

test.skipIf(ran)("sums of many entries, over all and over columns", async () => {
  await expectReference(([x]) => sumTo(x!, []), [[50_001]], 50_001);
  await expectReference(([x]) => sumOfSquares(x!), [[50_001]], 50_001);
  await expectReference(([x]) => sumTo(x!, [37]), [[1003, 37]], 1003);
  await expectReference(([x]) => sumTo(x!, [3, 1, 37]), [[3, 301, 37]], 301);
  await expectReference(([x]) => sumTo(x!, [41, 1]), [[41, 3001]], 3001);
  await expectReference(([x]) => sumTo(x!, [1, 7, 1]), [[11, 7, 13]], 143);
});

test.skipIf(ran)("axes in any order, and parts of arrays", async () => {
  const orders = shapes.chain((shape) =>
    fc.record({
      shape: fc.constant(shape),
      axes: fc.shuffledSubarray(Array.from(shape.keys()), { minLength: shape.length }),
      axis: fc.integer({ min: 0, max: shape.length - 1 }),
      before: fc.integer({ min: 0, max: 3 }),
      after: fc.integer({ min: 0, max: 3 }),
    }),
  );
  await fc.assert(
    fc.asyncProperty(orders, async ({ shape, axes, axis, before, after }) => {
      await expectReference(([x]) => permute(x!, axes), [shape], 1);
      await expectReference(([x]) => pad(x!, axis, before, after), [shape], 1);
      const long = shape.with(axis, shape[axis]! + before + after);
      await expectReference(([x]) => slice(x!, axis, before, shape[axis]!), [long], 1);
      await expectReference(([x, y]) => concatenate([x!, y!, x!], axis), [shape, long], 1);
    }),
    { numRuns: 60 },
  );
});

test.skipIf(ran)("rows of tables, of numbers inside and outside of them", async () => {
  await fc.assert(
    fc.asyncProperty(side, side, side, async (rows, width, count) => {
      const place: Entry = (_, i) => ((i * 7) % (rows + 2)) - 1;
      await expectReference(([t, p]) => gather(t!, p!), [[rows, width], [count]], 1, [undefined, place]);
      await expectReference(
        ([v, p]) => apply(scatterAddOp, [v!, p!], { rows }),
        [[count, width], [count]],
        count,
        [undefined, place],
      );
    }),
    { numRuns: 40 },
  );
});

test.skipIf(ran)("functions of one number, in any number of entries, and optimisers' steps", async () => {
  const three = {
    breaks: [-0.5, 0.75],
    owners: ["left", "right"],
    pieces: [[-1, 2, 1, -0.5], [0.25], [0, 0, 1]],
  } as const;
  await fc.assert(
    fc.asyncProperty(side, async (count) => {
      const shape = [count];
      const positive: Entry = (each) => each * each + 0.01;
      for (const f of [erf, exponential, hyperbolicTangent])
        await expectReference(([x]) => f(x!), [shape], 1);
      await expectReference(([x]) => logarithm(x!), [shape], 1, [positive]);
      await expectReference(([x]) => applyPiecewise(three, x!), [shape], 1);
      await expectReference(([m, g, c]) => movingAverage(m!, g!, c!, 0.9, 2), [shape, shape, []], 1);
      await expectReference(
        ([w, m, v, rate, a, b]) => adamStep(w!, m!, v!, rate!, a!, b!, { epsilon: 1e-8, weightDecay: 0.1 }),
        [shape, shape, shape, [], [], []],
        1,
        [undefined, undefined, positive, () => 0.1, () => 0.5, () => 0.25],
      );
    }),
    { numRuns: 30 },
  );
});

test.skipIf(ran)(
  "functions are accurate to some units in the last place, over all of their range",
  async () => {
    const count = 20_000;
    const { uniform } = randomStream(5, ["range"]);
    /** Largest error, in units of the last place of the exact value. */
    const worst = async (f: (x: Value) => Value, exact: (x: number) => number, draw: () => number) => {
      const x = new Float32Array(count).map(draw);
      const got = await compute(backend, f(parameter("p0", [count])), [parameter("p0", [count])], [x]);
      return x.reduce((most, each, i) => {
        const value = exact(each);
        const unit = 2 ** (Math.max(-126, Math.floor(Math.log2(Math.abs(value)))) - 23);
        return Math.max(most, Math.abs(got[i]! - value) / unit);
      }, 0);
    };
    expect(await worst(exponential, Math.exp, () => 175 * uniform() - 86.9)).toBeLessThan(2);
    expect(await worst(logarithm, Math.log, () => 2 ** (250 * uniform() - 125))).toBeLessThan(2);
    expect(await worst(logarithm, Math.log, () => 0.9 + 0.2 * uniform())).toBeLessThan(2);
    expect(await worst(hyperbolicTangent, Math.tanh, () => 20 * uniform() - 10)).toBeLessThan(3);
  },
);

test.skipIf(ran)("infinities and what is no number give what they should", async () => {
  const special = Float32Array.of(
    Number.NaN,
    Number.POSITIVE_INFINITY,
    Number.NEGATIVE_INFINITY,
    0,
    -1,
    1e-42,
  );
  const x = parameter("p0", [6]);
  const of = async (value: Value) => Array.from(await compute(backend, value, [x], [special]));
  const inf = Number.POSITIVE_INFINITY;
  expect((await of(exponential(x))).slice(0, 4)).toEqual([Number.NaN, inf, 0, 1]);
  expect((await of(logarithm(x))).slice(0, 5)).toEqual([Number.NaN, inf, Number.NaN, -inf, Number.NaN]);
  // ln 1e-42 = -96.7: a denormal number.
  expect((await of(logarithm(x)))[5]).toBeCloseTo(Math.log(special[5]!), 4);
  expect((await of(hyperbolicTangent(x))).slice(0, 4)).toEqual([Number.NaN, 1, -1, 0]);
  expect((await of(erf(x))).slice(0, 4)).toEqual([Number.NaN, 1, -1, 0]);
  const relu = { breaks: [0], owners: ["left"], pieces: [[0], [0, 1]] } as const;
  expect((await of(applyPiecewise(relu, x)))[0]).toBeNaN();
  // A causal mask's -infinity takes no share.
  const row = parameter("p0", [1, 3]);
  const masked = await compute(backend, softmax(row), [row], [Float32Array.of(0, -inf, 0)]);
  expect(Array.from(masked)).toEqual([0.5, 0, 0.5]);
});
