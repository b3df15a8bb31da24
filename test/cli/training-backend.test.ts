import { expect, test } from "vitest";
import { input, parameter } from "../../src/autodiff/leaves.ts";
import { sum } from "../../src/autodiff/ops/broadcasting.ts";
import { linear } from "../../src/autodiff/ops/linear.ts";
import { multiply } from "../../src/autodiff/ops/multiply.ts";
import { type Backend, OutOfMemoryError } from "../../src/backends/backend.ts";
import { referenceBackend } from "../../src/backends/reference.ts";
import { trialRun } from "../../src/backends/trial-run.ts";
import { faster } from "../../src/cli/training-backend.ts";

const w = parameter("w", [3]);
const step = {
  outputs: { loss: sum(multiply(w, input("x", [3]))) },
  updates: [{ parameter: w, value: linear(w, 2) }],
};

/** A backend whose runs take so long by `clock`; it notes what is allocated, freed and disposed of. */
function slowBackend(name: string, milliseconds: number) {
  const own = referenceBackend();
  const noted = { allocated: 0, freed: 0, runs: 0, disposed: 0 };
  const backend: Backend = {
    ...own,
    name,
    alloc(shape) {
      noted.allocated++;
      return own.alloc(shape);
    },
    free: () => noted.freed++,
    async compile(program, state) {
      const plan = await own.compile(program, state);
      return {
        ...plan,
        run(...args) {
          now += milliseconds;
          noted.runs++;
          return plan.run(...args);
        },
      };
    },
    dispose: async () => {
      noted.disposed++;
    },
  };
  return { backend, noted };
}

let now = 0;
const clock = () => now;

test("a trial is the shortest of some runs, and leaves nothing behind", async () => {
  const { backend, noted } = slowBackend("slow", 7);
  expect(await trialRun(backend, step, clock)).toBe(7);
  expect(noted).toEqual({ allocated: 1, freed: 1, runs: 6, disposed: 0 });
});

test("what takes a second or more is run twice", async () => {
  const { backend, noted } = slowBackend("slow", 1500);
  expect(await trialRun(backend, step, clock)).toBe(1500);
  expect(noted.runs).toBe(2);
});

test.each([
  [2, 5, "gpu, a card"],
  [5, 2, "wasm"],
  [3, 3, "wasm"],
])("of %i ms on the GPU and %i ms on the CPU it takes the less", async (onGpu, onCpu, taken) => {
  const gpu = slowBackend("gpu, a card", onGpu);
  const cpu = slowBackend("wasm", onCpu);
  const { backend, why } = await faster(gpu.backend, cpu.backend, step, clock);
  expect(backend.name).toBe(taken);
  expect(why).toBe(`a step takes ${onGpu} ms on the gpu, a card, and ${onCpu} ms on the CPU`);
  expect([gpu.noted.disposed, cpu.noted.disposed]).toEqual(taken === "wasm" ? [1, 0] : [0, 1]);
});

test("what has not the memory isn't taken", async () => {
  const full: Backend = {
    ...referenceBackend(),
    alloc() {
      throw new OutOfMemoryError("4 GiB");
    },
  };
  const cpu = slowBackend("wasm", 9);
  const { backend, why } = await faster({ ...full, name: "gpu, a card" }, cpu.backend, step, clock);
  expect(backend.name).toBe("wasm");
  expect(why).toContain("more memory than there is on the gpu, a card");
});

test("a GPU that fails is left, and the reason said", async () => {
  const cpu = slowBackend("wasm", 9);
  const gpu = slowBackend("gpu, a card", 1);
  const broken = { ...gpu.backend, compile: () => Promise.reject(new Error("no such shader")) };
  const { backend, why } = await faster(broken, cpu.backend, step, clock);
  expect(backend.name).toBe("wasm");
  expect(why).toBe("the gpu, a card, can't run a step (no such shader)");
  expect([gpu.noted.disposed, gpu.noted.freed]).toEqual([1, 1]);
});
