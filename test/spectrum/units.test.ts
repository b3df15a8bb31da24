import { expect, test } from "vitest";
import { computeSpectrum } from "../../src/spectrum/compute-spectrum.ts";
import { typedArrayEngine } from "../../src/spectrum/typed-array-engine.ts";
import { asBF16, gaussian } from "../noise.ts";

test("an engine gets the unit of the largest entry, whatever it is for short ones: slices of integers rest on it", async () => {
  const data = asBF16(gaussian(200, 100, 0.02, "units").data);
  const given: [number, number | null | undefined][] = [];
  const engine: typeof typedArrayEngine = {
    ...typedArrayEngine,
    singularValues(matrix, unit, shortUnit) {
      given.push([unit, shortUnit]);
      return typedArrayEngine.singularValues(matrix, unit, shortUnit);
    },
  };
  const w = { rows: 200, columns: 100, data };
  await computeSpectrum(w, { engine, format: "BF16" });
  for (let at = 0; at < data.length; at += 100) data[at]! *= 64;
  await computeSpectrum(w, { engine, format: "BF16" });
  await computeSpectrum(w, { engine, format: "F32" });
  const largest = data.reduce((most, entry) => Math.max(most, Math.abs(entry)), 0);
  const unit = 2 ** Math.floor(Math.log2(largest));
  expect(given).toEqual([
    [2 ** -4, 2 ** -5],
    [unit, 2 ** -5],
    [unit, null],
  ]);
});
