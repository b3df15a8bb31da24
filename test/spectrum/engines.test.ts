import { expect, test } from "vitest";
import { UsageError } from "../../src/errors.ts";
import { bestVariant } from "../../src/kernels/kernels.ts";
import { engineById, engines } from "../../src/spectrum/engines.ts";
import { describeEngine } from "../conformance/engine.ts";

const runsRelaxed = bestVariant() === "relaxed";

for (const engine of engines) {
  if (engine.id === "wasm-relaxed" && !runsRelaxed) {
    test.skip("engine wasm-relaxed: this Node has no relaxed SIMD without a flag", () => {});
  } else if (!["native", "gpu"].includes(engine.id)) describeEngine(engine); // those have files of their own: they may be absent
}

test("engines are found by their id, and an unknown one is refused with the list", () => {
  for (const engine of engines) expect(engineById(engine.id)).toBe(engine);
  expect(() => engineById("lapack")).toThrow(UsageError);
  expect(() => engineById("lapack")).toThrow(/typed-array/);
});
