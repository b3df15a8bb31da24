import { cpus } from "node:os";
import { expect, test } from "vitest";
import { UsageError } from "../../src/errors.ts";
import { bestVariant } from "../../src/kernels/kernels.ts";
import { engineById, engines } from "../../src/spectrum/engines.ts";
import { fastestEngine } from "../../src/spectrum/wasm-engine.ts";
import { describeEngine } from "../conformance/engine.ts";

const runsRelaxed = bestVariant() === "relaxed";

for (const engine of engines) {
  if (["wasm-relaxed", "wasm-paired"].includes(engine.id) && !runsRelaxed) {
    test.skip(`engine ${engine.id}: this Node has no relaxed SIMD without a flag`, () => {});
  } else if (!["native", "gpu"].includes(engine.id)) describeEngine(engine); // those have files of their own: they may be absent
}

test("products come in pairs by default where relaxed SIMD runs on a processor of AMD, and not elsewhere", () => {
  const isPaired = runsRelaxed && /^AMD (EPYC|Ryzen)/.test(cpus()[0]?.model ?? "");
  expect(fastestEngine().id === "wasm-paired").toBe(isPaired);
});

test("engines are found by their id, and an unknown one is refused with the list", () => {
  for (const engine of engines) expect(engineById(engine.id)).toBe(engine);
  expect(() => engineById("lapack")).toThrow(UsageError);
  expect(() => engineById("lapack")).toThrow(/typed-array/);
});
