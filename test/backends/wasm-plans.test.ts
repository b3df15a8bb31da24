import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { input, parameter } from "../../dist/autodiff/leaves.js";
import { add } from "../../dist/autodiff/ops/add.js";
import { broadcastTo, sum, sumTo } from "../../dist/autodiff/ops/broadcasting.js";
import { contraction } from "../../dist/autodiff/ops/contraction.js";
import { hyperbolicTangent } from "../../dist/autodiff/ops/hyperbolic-tangent.js";
import { linear } from "../../dist/autodiff/ops/linear.js";
import { softmax } from "../../dist/autodiff/ops/softmax.js";
import type { Value } from "../../dist/autodiff/value.js";
import { referenceBackend } from "../../dist/backends/reference.js";
import { startHelpers } from "../../dist/backends/wasm/helpers.js";
import { Lockstep, lockstepMemory } from "../../dist/backends/wasm/lockstep.js";
import { type WasmBackend, wasmBackend } from "../../dist/backends/wasm/wasm-backend.js";
import { compileTrainingKernels } from "../../dist/kernels/training-kernels.js";
import { bestVariant } from "../../src/kernels/kernels.ts";
import {
  distance,
  graphs,
  networkProgram,
  randomProgram,
  runAll,
  updatePrograms,
} from "../conformance/programs.ts";

const variant = bestVariant();

async function withBackends(threads: readonly number[], use: (backends: WasmBackend[]) => Promise<void>) {
  const backends = await Promise.all(threads.map((count) => wasmBackend({ threads: count })));
  try {
    await use(backends);
  } finally {
    await Promise.all(backends.map((each) => each.dispose()));
  }
}

describe.skipIf(variant === null)("plans in WebAssembly", () => {
  test("random graphs give what the reference gives, and the same bits for any number of threads", async () => {
    await withBackends([1, 2, 3], async (backends) => {
      await fc.assert(
        fc.asyncProperty(graphs, async (graph) => {
          const program = randomProgram(graph);
          const [first, ...others] = await Promise.all(backends.map((backend) => runAll(backend, program)));
          for (const other of others) {
            expect(other.every((entries, i) => distance(entries, first![i]!) === 0)).toBe(true);
          }
          const expected = await runAll(referenceBackend(), program);
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
      for (const program of updatePrograms()) {
        const expected = await runAll(referenceBackend(), program);
        for (const backend of backends) {
          const got = await runAll(backend, program);
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
    const program = networkProgram();
    const expected = await runAll(referenceBackend(), program);
    await withBackends([1, 2], async (backends) => {
      for (const backend of backends) {
        const got = await runAll(backend, program);
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
