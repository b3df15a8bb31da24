import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { constant, input, parameter } from "../../../dist/autodiff/leaves.js";
import { add } from "../../../dist/autodiff/ops/add.js";
import { sum, sumTo } from "../../../dist/autodiff/ops/broadcasting.js";
import { linear } from "../../../dist/autodiff/ops/linear.js";
import { softmax } from "../../../dist/autodiff/ops/softmax.js";
import type { Value } from "../../../dist/autodiff/value.js";
import { type GpuBackend, gpuBackend } from "../../../dist/backends/gpu/gpu-backend.js";
import { referenceBackend } from "../../../dist/backends/reference.js";
import {
  distance,
  graphs,
  networkProgram,
  randomProgram,
  runAll,
  updatePrograms,
} from "../../conformance/programs.ts";
import { describeGpu } from "./adapter.ts";

describeGpu("plans on the GPU", () => {
  let backend: GpuBackend;
  beforeAll(async () => {
    backend = await gpuBackend();
  });
  afterAll(() => backend.dispose());

  test("random graphs give what the reference gives", async () => {
    await fc.assert(
      fc.asyncProperty(graphs, async (graph) => {
        const program = randomProgram(graph);
        const got = await runAll(backend, program);
        const expected = await runAll(referenceBackend(), program);
        // Two runs of up to 16 steps, each of some 40 roundings at most that no step makes 4 times larger on average.
        for (const [i, entries] of expected.entries()) {
          expect(distance(got[i]!, entries)).toBeLessThan(1e-3);
        }
      }),
      { numRuns: 20 },
    );
  });

  test("parameters take their new entries together", async () => {
    for (const program of updatePrograms()) {
      const expected = await runAll(referenceBackend(), program);
      const got = await runAll(backend, program);
      for (const [i, entries] of expected.entries()) {
        const norm = entries.reduce((most, each) => Math.max(most, Math.abs(each)), 1);
        // Sums of 19 500 products at most; float32's roundoff.
        expect(distance(got[i]!, entries)).toBeLessThan(2 ** -24 * 150 * norm);
      }
    }
  });

  test("training steps of a network are those of the reference, by updates in place", async () => {
    const program = networkProgram();
    const expected = await runAll(referenceBackend(), program);
    const got = await runAll(backend, program);
    // Numbers of size 1, each from sums of up to 170 products, through three steps.
    for (const [i, entries] of expected.entries()) {
      expect(distance(got[i]!, entries)).toBeLessThan(2 ** -24 * 170 * 3);
    }
    expect(got[4]![0]).toBeLessThan(got[0]![0]!);
  });

  test("buffers are used again: a deep graph needs no more than a shallow one", async () => {
    const bytes = async (depth: number): Promise<number> => {
      let value: Value = input("x", [256, 256]);
      for (let i = 0; i < depth; i++) value = softmax(value);
      const before = backend.bytes;
      const plan = await backend.compile({ outputs: { value: sumTo(value, [256]) } }, new Map());
      const taken = backend.bytes - before;
      plan.dispose();
      expect(backend.bytes).toBe(before);
      return taken;
    };
    expect(await bytes(50)).toBe(await bytes(3));
  });

  test("two plans work in the same memory", async () => {
    const x = input("x", [256, 256]);
    const large = await backend.compile({ outputs: { y: sum(softmax(linear(x, 2))) } }, new Map());
    const before = backend.bytes;
    const small = await backend.compile({ outputs: { y: sum(softmax(x)) } }, new Map());
    expect(backend.bytes).toBe(before);
    const entries = new Float32Array(256 * 256).map((_, i) => i % 7);
    for (const plan of [large, small, large]) {
      expect((await plan.run({ x: entries })).y![0]).toBeCloseTo(256, 3);
    }
    large.dispose();
    expect((await small.run({ x: entries })).y![0]).toBeCloseTo(256, 3);
    small.dispose();
  });

  test("a run that reads nothing updates all the same", async () => {
    const w = parameter("w", [1000]);
    const tensor = backend.alloc([1000]);
    const plan = await backend.compile(
      { outputs: { w }, updates: [{ parameter: w, value: linear(w, 1, 1) }] },
      new Map([["w", tensor]]),
    );
    for (let i = 0; i < 20; i++) expect(await plan.run({}, [])).toEqual({});
    expect((await backend.read(tensor))[999]).toBe(20);
    plan.dispose();
    backend.free(tensor);
  });

  test("what is missing, unknown or of another size is named", async () => {
    const w = parameter("w", [3]);
    const program = { outputs: { y: add(w, input("x", [3])) } };
    await expect(backend.compile(program, new Map())).rejects.toThrow(/no tensor was given for/);
    await expect(backend.compile(program, new Map([["w", { shape: [3] }]]))).rejects.toThrow(
      /none of this backend/,
    );
    const other = await gpuBackend();
    const plan = await other.compile(program, new Map([["w", other.alloc([3])]]));
    await expect(plan.run({})).rejects.toThrow(/the input x \[3\] was not given/);
    await expect(plan.run({ x: [1, 2, 3], z: 1 })).rejects.toThrow(/no input z/);
    await expect(plan.run({ x: [1, 2, 3] }, ["z"])).rejects.toThrow(/no output z/);
    expect((await plan.run({ x: [1, 2, 3] })).y).toEqual(Float32Array.of(1, 2, 3));
    expect(() => other.write(other.alloc([2]), [1])).toThrow(/2 entries can't take 1/);
    await other.dispose();
    await other.dispose();
    await expect(plan.run({ x: [1, 2, 3] })).rejects.toThrow(/disposed/);
    await expect(other.compile(program, new Map())).rejects.toThrow(/disposed/);
  });

  test("an array that the GPU can't bind is refused, and what was there still works", async () => {
    expect(() => backend.alloc([2 ** 20, 2 ** 12])).toThrow(/MiB is needed, and this GPU binds/);
    const plan = await backend.compile({ outputs: { y: sum(constant(1, [10])) } }, new Map());
    expect((await plan.run({})).y).toEqual(Float32Array.of(10));
    plan.dispose();
  });
});
