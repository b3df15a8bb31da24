import fc from "fast-check";
import { differentiate } from "../../dist/autodiff/differentiate.js";
import { constant, input, parameter } from "../../dist/autodiff/leaves.js";
import { adamStep } from "../../dist/autodiff/ops/adam-step.js";
import { add } from "../../dist/autodiff/ops/add.js";
import { broadcastTo, sum, sumRows, sumTo } from "../../dist/autodiff/ops/broadcasting.js";
import { concatenate } from "../../dist/autodiff/ops/concatenate.js";
import { contraction } from "../../dist/autodiff/ops/contraction.js";
import { crossEntropy } from "../../dist/autodiff/ops/cross-entropy.js";
import { detach } from "../../dist/autodiff/ops/detach.js";
import { divide } from "../../dist/autodiff/ops/divide.js";
import { gather } from "../../dist/autodiff/ops/gather.js";
import { hyperbolicTangent } from "../../dist/autodiff/ops/hyperbolic-tangent.js";
import { linear } from "../../dist/autodiff/ops/linear.js";
import { minimum } from "../../dist/autodiff/ops/minimum.js";
import { movingAverage } from "../../dist/autodiff/ops/moving-average.js";
import { multiply } from "../../dist/autodiff/ops/multiply.js";
import { normalize } from "../../dist/autodiff/ops/normalize.js";
import { permute } from "../../dist/autodiff/ops/permute.js";
import { applyPiecewise } from "../../dist/autodiff/ops/piecewise-polynomial.js";
import { reshape } from "../../dist/autodiff/ops/reshape.js";
import { slice } from "../../dist/autodiff/ops/slice.js";
import { softmax } from "../../dist/autodiff/ops/softmax.js";
import { squareRoot } from "../../dist/autodiff/ops/square-root.js";
import { sumOfSquares } from "../../dist/autodiff/ops/sum-of-squares.js";
import type { Program } from "../../dist/autodiff/program.js";
import type { Value } from "../../dist/autodiff/value.js";
import type { Backend, Feed } from "../../dist/backends/backend.js";
import { randomStream } from "../../src/linalg/random.ts";

/** A program, what its parameters start from, and what it is fed in each of some runs. */
export interface RunnableProgram {
  readonly program: Program;
  readonly parameters: ReadonlyMap<Value, ArrayLike<number>>;
  readonly feeds: readonly Feed[];
}

/** Runs a program: all outputs of each run, then the parameters. */
export async function runAll(
  on: Backend,
  { program, parameters, feeds }: RunnableProgram,
): Promise<Float64Array[]> {
  const state = new Map(
    Array.from(parameters, ([{ shape, attributes }, entries]) => {
      const tensor = on.alloc(shape);
      on.write(tensor, entries);
      return [(attributes as { name: string }).name, tensor] as const;
    }),
  );
  const plan = await on.compile(program, state);
  const results: Float64Array[] = [];
  for (const feed of feeds) {
    results.push(...Object.values(await plan.run(feed)).map((each) => Float64Array.from(each)));
  }
  for (const tensor of state.values()) {
    results.push(Float64Array.from(await on.read(tensor)));
    on.free(tensor);
  }
  plan.dispose();
  return results;
}

/** Largest difference; infinite between arrays of different lengths, or where only one has a number. */
export function distance(a: Float64Array, b: Float64Array): number {
  if (a.length !== b.length) return Number.POSITIVE_INFINITY;
  return a.reduce((most, each, i) => {
    const difference = Object.is(each, b[i]) ? 0 : Math.abs(each - b[i]!);
    return Number.isNaN(difference) ? Number.POSITIVE_INFINITY : Math.max(most, difference);
  }, 0);
}

const relu = { breaks: [0], owners: ["left"], pieces: [[0], [0, 1]] } as const;

/**
 * What a graph grows by: each makes of two matrices [rows, columns] another one, with entries of size 1 at most when
 * theirs are, and changes it by little more than theirs change: rounding errors don't grow.
 */
const growths: readonly ((a: Value, b: Value) => Value)[] = [
  (a, b) => linear(add(a, b), 0.5),
  (a, b) => multiply(a, b),
  (a) => hyperbolicTangent(a),
  (a) => applyPiecewise(relu, a),
  (a) => softmax(a),
  (a) => linear(normalize(a, 1), 0.2),
  (a, b) => linear(add(a, linear(sumRows(b), 1 / b.shape[1]!)), 0.5),
  (a, b) => linear(add(a, linear(sumTo(b, [b.shape[1]!]), 1 / b.shape[0]!)), 0.5),
  (a) => broadcastTo(linear(sumTo(a, [a.shape[1]!]), 1 / a.shape[0]!), a.shape),
  (a) => detach(reshape(permute(reshape(a, [a.shape[0]!, 2, a.shape[1]! / 2]), [0, 2, 1]), a.shape)),
  (a, b) => {
    const half = a.shape[1]! / 2;
    return concatenate([slice(a, 1, half, half), slice(b, 1, 0, half)], 1);
  },
  (a, b) =>
    linear(contraction(contraction(a, b, "ik,jk->ij"), a, "ij,jk->ik"), 1 / (a.shape[0]! * a.shape[1]!)),
  (a, b) => multiply(a, linear(sumOfSquares(b), 1 / (b.shape[0]! * b.shape[1]!))),
  (a) =>
    gather(
      a,
      constant(
        Array.from({ length: a.shape[0]! }, (_, i) => (i * 3) % a.shape[0]!),
        [a.shape[0]!],
      ),
    ),
];

/** What {@link randomProgram} is made by. */
export const graphs = fc.record({
  rows: fc.constantFrom(1, 7, 67, 190),
  columns: fc.constantFrom(2, 6, 100),
  steps: fc.array(
    fc.record({
      growth: fc.nat(growths.length - 1),
      left: fc.nat(100),
      right: fc.nat(100),
      read: fc.boolean(),
    }),
    { minLength: 1, maxLength: 16 },
  ),
  updated: fc.array(fc.nat(100), { minLength: 0, maxLength: 2 }),
});

type Graph = typeof graphs extends fc.Arbitrary<infer T> ? T : never;

/** A deep graph of two parameters and an input. */
export function randomProgram({ rows, columns, steps, updated }: Graph): RunnableProgram {
  const shape = [rows, columns];
  const parameters = [parameter("p", shape), parameter("q", shape)];
  const values: Value[] = [...parameters, input("x", shape)];
  const outputs: Record<string, Value> = {};
  // Late values are picked more often, so that graphs are deep.
  const pick = (place: number) => values[Math.max(0, values.length - 1 - (place % 5))]!;
  for (const [i, { growth, left, right, read }] of steps.entries()) {
    values.push(growths[growth]!(pick(left), pick(right)));
    if (read) outputs[`v${i}`] = values.at(-1)!;
  }
  outputs.last = values.at(-1)!;
  outputs.p = parameters[0]!;
  outputs.x = values[2]!;
  const updates = updated.map((place, i) => ({ parameter: parameters[i]!, value: pick(place) }));
  const draws = randomStream(4, [rows, columns]);
  const draw = () => new Float32Array(rows * columns).map(() => 2 * draws.uniform() - 1);
  const state = new Map(parameters.map((each) => [each, draw()]));
  const feeds = [{ x: draw() }, { x: draw() }];
  return { program: { outputs, updates }, parameters: state, feeds };
}

/** Programs whose parameters take each other's entries, by what is special in them. */
export function updatePrograms(): RunnableProgram[] {
  const shape = [150, 130];
  const [p, q, r] = ["p", "q", "r"].map((name) => parameter(name, shape)) as [Value, Value, Value];
  const draws = randomStream(4, ["updates"]);
  const state = new Map([p, q, r].map((each) => [each, new Float32Array(150 * 130).map(draws.normal)]));
  const programs: Program[] = [
    // A swap.
    {
      outputs: { p },
      updates: [
        { parameter: p, value: q },
        { parameter: q, value: p },
      ],
    },
    // A ring, one of it by a computation.
    {
      outputs: { sum: add(p, q) },
      updates: [
        { parameter: p, value: q },
        { parameter: q, value: linear(r, 0.5) },
        { parameter: r, value: p },
      ],
    },
    // A new value from the old ones of others, whose own new values come first.
    {
      outputs: { q, total: sum(multiply(p, q)) },
      updates: [
        { parameter: p, value: linear(p, 0.5, 1) },
        { parameter: q, value: linear(add(q, p), 0.5) },
        { parameter: r, value: linear(add(r, linear(q, 1, 1)), 0.5) },
      ],
    },
    // Chains that read each other's new values, and one value for two parameters.
    (() => {
      const average = movingAverage(p, q, constant(1), 0.9, 1);
      const next = linear(add(r, average), 0.5);
      return {
        outputs: { average },
        updates: [
          { parameter: p, value: average },
          { parameter: r, value: next },
          { parameter: q, value: next },
        ],
      };
    })(),
    // Of two updates the last counts; entries are kept by one to itself.
    {
      outputs: {},
      updates: [
        { parameter: p, value: q },
        { parameter: p, value: linear(p, 2) },
        { parameter: q, value: q },
      ],
    },
    // Repeated rows of the old entries, and a constant.
    {
      outputs: { p },
      updates: [
        { parameter: p, value: add(p, linear(slice(p, 0, 3, 1), 0.5)) },
        { parameter: q, value: constant(3, shape) },
        { parameter: r, value: reshape(detach(permute(r, [0, 1])), shape) },
      ],
    },
  ];
  return programs.map((program) => ({ program, parameters: state, feeds: [{}, {}, {}] }));
}

/** Three training steps of a perceptron by Adam, with clipping. */
export function networkProgram(): RunnableProgram {
  const [batch, widths] = [90, [30, 170, 10]] as const;
  const draws = randomStream(4, ["network"]);
  const state = new Map<Value, Float32Array>();
  const kept = (name: string, shape: readonly number[], scale: number): Value => {
    const value = parameter(name, shape);
    const count = shape.reduce((a, b) => a * b, 1);
    state.set(
      value,
      new Float32Array(count).map(() => scale * draws.normal()),
    );
    return value;
  };
  let x: Value = input("x", [batch, widths[0]]);
  const weights: Value[] = [];
  for (const layer of [1, 2] as const) {
    const [from, to] = [widths[layer - 1]!, widths[layer]!];
    const [w, b] = [kept(`w${layer}`, [to, from], from ** -0.5), kept(`b${layer}`, [to], 0.1)];
    x = add(contraction(applyPiecewise(relu, x), w, "bi,oi->bo"), b);
    weights.push(w, b);
  }
  const labels = constant(
    Array.from({ length: batch }, (_, i) => i % 10),
    [batch],
  );
  const loss = linear(sum(crossEntropy(x, labels)), 1 / batch);
  const gradients = differentiate(loss, weights);
  const norm = squareRoot(gradients.map(sumOfSquares).reduce(add));
  const clip = minimum(constant(1), divide(constant(0.5), norm));
  const updates = weights.flatMap((w, i) => {
    const [m, v] = [kept(`m${i}`, w.shape, 0), kept(`v${i}`, w.shape, 0)];
    const first = movingAverage(m, gradients[i]!, clip, 0.9, 1);
    const second = movingAverage(v, gradients[i]!, clip, 0.99, 2);
    const step = { epsilon: 0.1, weightDecay: 0.1 };
    const next = adamStep(w, first, second, input(`rate${i}`), constant(0.5), constant(0.5), step);
    return [
      { parameter: m, value: first },
      { parameter: v, value: second },
      { parameter: w, value: next },
    ];
  });
  const rates = { rate0: 0.1, rate1: 0.1, rate2: 0.1, rate3: 0.1 };
  const feeds = [1, 2, 3].map(() => ({
    ...rates,
    x: new Float32Array(batch * widths[0]).map(draws.normal),
  }));
  const program = { outputs: { loss, norm }, updates };
  return { program, parameters: state, feeds };
}
