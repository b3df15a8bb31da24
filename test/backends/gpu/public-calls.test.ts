import { afterAll, beforeAll, expect, test } from "vitest";
import { input, parameter } from "../../../dist/autodiff/leaves.js";
import { contraction } from "../../../dist/autodiff/ops/contraction.js";
import type { Backend } from "../../../dist/backends/backend.js";
import { publicCallsBackend } from "../../../dist/backends/gpu/public-calls.js";
import { findGpu, importGpuJs } from "../../../dist/backends/gpu/webgpu-package.js";
import { referenceBackend } from "../../../dist/backends/reference.js";
import { distance, networkProgram, runAll, updatePrograms } from "../../conformance/programs.ts";
import { describeGpu } from "./adapter.ts";

describeGpu("programs by gpu.js's public calls", () => {
  let backend: Backend;
  beforeAll(async () => {
    backend = publicCallsBackend(await importGpuJs(), await findGpu());
  });
  afterAll(async () => {
    await backend.dispose();
    Reflect.deleteProperty(globalThis, "navigator");
  });

  test("training steps are those of the reference", async () => {
    const program = networkProgram();
    const expected = await runAll(referenceBackend(), program);
    const got = await runAll(backend, program);
    for (const [i, entries] of expected.entries()) {
      expect(distance(got[i]!, entries)).toBeLessThan(2 ** -24 * 170 * 3);
    }
  });

  test("parameters take their new entries together", async () => {
    for (const program of updatePrograms().slice(0, 3)) {
      const expected = await runAll(referenceBackend(), program);
      const got = await runAll(backend, program);
      for (const [i, entries] of expected.entries()) {
        const norm = entries.reduce((most, each) => Math.max(most, Math.abs(each)), 1);
        expect(distance(got[i]!, entries)).toBeLessThan(2 ** -24 * 150 * norm);
      }
    }
  });

  test("a product of odd sizes, and what is missing is named", async () => {
    const w = parameter("w", [3, 5]);
    const tensor = backend.alloc([3, 5]);
    backend.write(
      tensor,
      new Float32Array(15).map((_, i) => i),
    );
    const plan = await backend.compile(
      { outputs: { y: contraction(w, input("x", [2, 5]), "mk,nk->mn") } },
      new Map([["w", tensor]]),
    );
    const x = new Float32Array(10).map((_, i) => i);
    expect((await plan.run({ x })).y).toEqual(Float32Array.of(30, 80, 80, 255, 130, 430));
    await expect(plan.run({})).rejects.toThrow(/the input x/);
  });
});
