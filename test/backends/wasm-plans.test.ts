import fc from "fast-check";
import { describe, expect, test } from "vitest";
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
import { referenceBackend } from "../../dist/backends/reference.js";
import { startHelpers } from "../../dist/backends/wasm/helpers.js";
import { Lockstep, lockstepMemory } from "../../dist/backends/wasm/lockstep.js";
import { type WasmBackend, wasmBackend } from "../../dist/backends/wasm/wasm-backend.js";
import { compileTrainingKernels } from "../../dist/kernels/training-kernels.js";
import { bestVariant } from "../../src/kernels/kernels.ts";
import { randomStream } from "../../src/linalg/random.ts";

const variant = bestVariant();

/** Runs a program some times, its parameters starting from the given entries: all outputs, then the parameters. */
async function runAll(
  on: Backend,
  program: Program,
  parameters: ReadonlyMap<Value, ArrayLike<number>>,
  feeds: readonly Feed[],
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
function distance(a: Float64Array, b: Float64Array): number {
  if (a.length !== b.length) return Number.POSITIVE_INFINITY;
  return a.reduce((most, each, i) => {
    const difference = Object.is(each, b[i]) ? 0 : Math.abs(each - b[i]!);
    return Number.isNaN(difference) ? Number.POSITIVE_INFINITY : Math.max(most, difference);
  }, 0);
}

async function withBackends(threads: readonly number[], use: (backends: WasmBackend[]) => Promise<void>) {
  const backends = await Promise.all(threads.map((count) => wasmBackend({ threads: count })));
  try {
    await use(backends);
  } finally {
    await Promise.all(backends.map((each) => each.dispose()));
  }
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

const graphs = fc.record({
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

describe.skipIf(variant === null)("plans in WebAssembly", () => {
  test("random graphs give what the reference gives, and the same bits for any number of threads", async () => {
    await withBackends([1, 2, 3], async (backends) => {
      await fc.assert(
        fc.asyncProperty(graphs, async ({ rows, columns, steps, updated }) => {
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
          const program = { outputs, updates };
          const [first, ...others] = await Promise.all(
            backends.map((backend) => runAll(backend, program, state, feeds)),
          );
          for (const other of others) {
            expect(other.every((entries, i) => distance(entries, first![i]!) === 0)).toBe(true);
          }
          const expected = await runAll(referenceBackend(), program, state, feeds);
          // Two runs of up to 16 steps, each of some 40 roundings at most that no step makes 4 times larger on average.
          for (const [i, entries] of expected.entries()) {
            expect(distance(first![i]!, entries)).toBeLessThan(1e-3);
          }
        }),
        { numRuns: 100 },
      );
    });
  });

  test("parameters take their new entries together", async () => {
    await withBackends([1, 2], async (backends) => {
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
      for (const program of programs) {
        const expected = await runAll(referenceBackend(), program, state, [{}, {}, {}]);
        for (const backend of backends) {
          const got = await runAll(backend, program, state, [{}, {}, {}]);
          for (const [i, entries] of expected.entries()) {
            const norm = entries.reduce((most, each) => Math.max(most, Math.abs(each)), 1);
            // Sums of 19 500 products at most; float32's roundoff.
            const tolerance = 2 ** -24 * 150 * norm;
            expect(distance(got[i]!, entries)).toBeLessThan(tolerance);
          }
        }
      }
    });
  });

  test("training steps of a network are those of the reference", async () => {
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
    const expected = await runAll(referenceBackend(), program, state, feeds);
    await withBackends([1, 2], async (backends) => {
      for (const backend of backends) {
        const got = await runAll(backend, program, state, feeds);
        // Numbers of size 1, each from sums of up to 170 products, through three steps.
        for (const [i, entries] of expected.entries()) {
          expect(distance(got[i]!, entries)).toBeLessThan(2 ** -24 * 170 * 3);
        }
      }
    });
    // The loss falls: what was updated is what the loss is made of.
    expect(expected[4]![0]).toBeLessThan(expected[0]![0]!);
  });

  test("programs share tensors, and memory that is given back is used again", async () => {
    const backend = await wasmBackend();
    const w = parameter("w", [1000]);
    const tensor = backend.alloc([1000]);
    backend.write(tensor, new Float32Array(1000).fill(2));
    const state = new Map([["w", tensor]]);
    const doubled = await backend.compile(
      { outputs: {}, updates: [{ parameter: w, value: linear(w, 2) }] },
      state,
    );
    const total = await backend.compile({ outputs: { total: sum(w) } }, state);
    await doubled.run({});
    expect((await total.run({})).total).toEqual(Float32Array.of(4000));
    doubled.dispose();
    total.dispose();
    await expect(total.run({})).rejects.toThrow(/disposed/);
    for (let i = 0; i < 50; i++) {
      // 8 GiB in all.
      const large = backend.alloc([40_000_000]);
      if (i === 1) expect((await backend.read(large)).every((each) => each === 0)).toBe(true);
      if (i === 0) backend.write(large, new Float32Array(40_000_000).fill(1));
      backend.free(large);
    }
    await backend.dispose();
    await backend.dispose();
  }, 60_000);

  test("what is missing, unknown or of another size is named", async () => {
    const backend = await wasmBackend();
    const w = parameter("w", [3]);
    const program = { outputs: { y: add(w, input("x", [3])) } };
    await expect(backend.compile(program, new Map())).rejects.toThrow(
      /no tensor was given for the parameter w/,
    );
    const wrong = new Map([["w", backend.alloc([4])]]);
    await expect(backend.compile(program, wrong)).rejects.toThrow(/w has shape \[3\], its tensor \[4\]/);
    await expect(backend.compile(program, new Map([["w", { shape: [3] }]]))).rejects.toThrow(
      /none of this backend/,
    );
    const plan = await backend.compile(program, new Map([["w", backend.alloc([3])]]));
    await expect(plan.run({})).rejects.toThrow(/the input x \[3\] was not given/);
    await expect(plan.run({ x: [1, 2] })).rejects.toThrow(/shape \[3\], and 2 entries came/);
    await expect(plan.run({ x: [1, 2, 3], z: 1 })).rejects.toThrow(/no input z/);
    await expect(plan.run({ x: [1, 2, 3] }, ["z"])).rejects.toThrow(/no output z/);
    expect((await plan.run({ x: [1, 2, 3] })).y).toEqual(Float32Array.of(1, 2, 3));
    expect(() => backend.write(backend.alloc([2]), [1])).toThrow(/2 entries can't take 1/);
    await backend.dispose();
    await expect(plan.run({ x: [1, 2, 3] })).rejects.toThrow(/disposed/);
    await expect(backend.compile(program, new Map())).rejects.toThrow(/disposed/);
  });

  test("more than 4 GiB are refused, and what was there still works", async () => {
    const backend = await wasmBackend();
    expect(() => backend.alloc([2 ** 30, 2])).toThrow(
      /8\.\d GiB are needed, and a WebAssembly memory has 4 GiB/,
    );
    const large = parameter("large", [2 ** 12]);
    const small = new Map([["large", backend.alloc([2 ** 12])]]);
    const huge = { outputs: { y: broadcastTo(large, [2 ** 20, 2 ** 12]) } };
    await expect(backend.compile(huge, small)).rejects.toThrow(RangeError);
    const plan = await backend.compile({ outputs: { y: sum(large) } }, small);
    expect((await plan.run({})).y).toEqual(Float32Array.of(0));
    await backend.dispose();
  });

  test("buffers are used again: a deep graph needs no more than a shallow one", async () => {
    const backend = await wasmBackend();
    const x = input("x", [1024, 1024]);
    let value: Value = x;
    // 4.7 GiB of values, more than there is, if each had a place of its own.
    for (let i = 0; i < 1200; i++) value = softmax(value);
    const plan = await backend.compile({ outputs: { value: sumTo(value, [1024]) } }, new Map());
    expect(plan.profile()).toEqual([]);
    plan.dispose();
    await backend.dispose();
  });

  test("a thread that fails is an error, not a wait without end", async () => {
    const memory = new WebAssembly.Memory({ initial: 16, maximum: 65536, shared: true });
    const helpers = await startHelpers(2, memory, variant!, compileTrainingKernels(variant!));
    const broken = { kind: "call", kernel: "missing", args: [], count: 9, step: 1 } as const;
    const list = [{ ...broken, label: "", waits: false, isSmall: false }];
    helpers.send(0, { list, areas: { contraction: 0, tiles: 0, slotCount: 0 } });
    helpers.start(0);
    const round = helpers.passSoon();
    await expect(helpers.passLater(round ?? 0)).rejects.toThrow(/undefined|ended/);
    expect(() => helpers.start(0)).toThrow(/undefined|ended/);
    await helpers.close();
  });

  test("a plan that a thread has before it hears of it is run", async () => {
    const shared = lockstepMemory();
    const [caller, thread] = [new Lockstep(shared, 2), new Lockstep(shared, 2)];
    caller.start(5);
    const ran: number[] = [];
    // One message is handled, none announced; the announcement ends the second look.
    expect(
      thread.serve(0, 1, (id) => {
        ran.push(id);
        caller.announce();
        caller.announce();
      }),
    ).toBe(1);
    expect(ran).toEqual([5]);
  });

  test("a profile tells what was computed, how often, and the operations of products", async () => {
    let now = 0;
    const backend = await wasmBackend({ clock: () => now++ });
    const [a, b] = [input("a", [8, 16]), input("b", [4, 16])];
    const product = contraction(a, b, "ik,jk->ij");
    const plan = await backend.compile({ outputs: { y: hyperbolicTangent(linear(product, 2)) } }, new Map());
    const feed = { a: new Float32Array(128), b: new Float32Array(64) };
    await plan.run(feed);
    await plan.run(feed);
    // The clock goes on by 1 with each look. 2 * 8 * 16 * 4 operations, twice.
    expect(plan.profile()).toEqual([
      { label: "contraction 8 x 4 x 16", count: 2, seconds: 2, operations: 2048 },
      { label: "linear hyperbolic-tangent", count: 2, seconds: 2, operations: 0 },
    ]);
    await backend.dispose();
  });
});
