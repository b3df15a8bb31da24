import { describe, expect, test } from "vitest";
import { ops } from "../../src/autodiff/catalogue.ts";
import { parameter } from "../../src/autodiff/leaves.ts";
import { apply } from "../../src/autodiff/value.ts";
import { wasmKernels } from "../../src/backends/wasm/catalogue.ts";
import { wasmBackend } from "../../src/backends/wasm/wasm-backend.ts";
import { runsVariant } from "../../src/kernels/kernels.ts";
import { drawInputs } from "../autodiff/draw-inputs.ts";

/** Unit roundoff of float32. */
const eps = 2 ** -24;

test("every op has one kernel in WebAssembly", () => {
  const names = wasmKernels.map(({ op }) => op.name);
  expect(names.toSorted()).toEqual(ops.map(({ name }) => name).toSorted());
});

describe.each(["plain", "relaxed"] as const)("%s", (variant) => {
  describe.skipIf(!runsVariant(variant))("wasm", () => {
    test.each(ops.map((op) => [op.name, op] as const))("%s computes its trials", async (_, op) => {
      const backend = await wasmBackend({ variant });
      for (const [index, trial] of op.trials.entries()) {
        const entries = drawInputs(op, trial, index).map((each) => Float64Array.from(each, Math.fround));
        const leaves = trial.shapes.map((shape, place) => parameter(`p${place}`, shape));
        const state = new Map(leaves.map(({ shape }, place) => [`p${place}`, backend.alloc(shape)]));
        for (const [place, each] of entries.entries()) backend.write(state.get(`p${place}`)!, each);
        const value = apply(op, leaves, trial.attributes);
        const plan = await backend.compile({ outputs: { value } }, state);
        const { value: got } = await plan.run({});
        const expected = op.evaluate(entries, value);
        const norm = expected.reduce((most, each) => Math.max(most, Math.abs(each)), 1);
        expect(got!.length).toBe(expected.length);
        // At most some 40 roundings of numbers of the size of the largest.
        for (const [i, each] of expected.entries()) {
          expect(
            Math.abs(got![i]! - each),
            `trial ${index}, entry ${i}: ${got![i]} for ${each}`,
          ).toBeLessThan(40 * eps * norm);
        }
        plan.dispose();
      }
      await backend.dispose();
    });
  });
});
