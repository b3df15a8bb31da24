import { describe, expect, test } from "vitest";
import { computeSpectrum } from "../../src/spectrum/compute-spectrum.ts";
import { needsAccuracy } from "../../src/spectrum/spectrum-method.ts";

/** A diagonal of 1 down to 1e-9, turned by a Householder reflection from each side: known singular values. */
function graded(order: number): { rows: number; columns: number; data: Float64Array; values: number[] } {
  const values = Array.from({ length: order }, (_, i) => 10 ** ((-9 * i) / (order - 1)));
  const data = new Float64Array(order * order);
  const v = Array.from({ length: order }, (_, i) => Math.sin(i + 1));
  const norm = v.reduce((sum, x) => sum + x * x, 0);
  const reflect = (i: number, k: number) => (i === k ? 1 : 0) - (2 * v[i]! * v[k]!) / norm;
  for (let i = 0; i < order; i++) {
    for (let j = 0; j < order; j++) {
      for (let k = 0; k < order; k++) data[i * order + j]! += reflect(i, k) * values[k]! * reflect(k, j);
    }
  }
  return { rows: order, columns: order, data, values };
}

describe("the method", () => {
  test("auto computes float64 matrices again where squaring loses their small singular values", async () => {
    const { values, ...matrix } = graded(30);
    const gram = await computeSpectrum(matrix, { method: "gram" });
    const auto = await computeSpectrum(matrix);
    expect(gram.method).toBe("gram");
    expect(gram.singularValues[29]).toBe(0);
    expect(needsAccuracy(gram)).toBe(true);
    expect(auto.method).toBe("accurate");
    for (const [i, value] of values.entries()) {
      // Forming the matrix rounded its entries: eps s_1, as the accurate path's own error.
      const allowed = auto.relativeErrorBounds[i]! * value + 4 * Number.EPSILON;
      expect(Math.abs(auto.singularValues[i]! - value)).toBeLessThan(allowed);
    }
  });

  test("auto stays with the Gram matrix for float32, whose rounding is larger than what squaring loses", async () => {
    const { rows, columns, data } = graded(30);
    const spectrum = await computeSpectrum({ rows, columns, data: Float32Array.from(data) });
    expect(spectrum.method).toBe("gram");
  });

  test("accurate and gram can be asked for, and agree where both can tell", async () => {
    const { rows, columns, data } = graded(30);
    const single = { rows, columns, data: Float32Array.from(data) };
    const accurate = await computeSpectrum(single, { method: "accurate" });
    const gram = await computeSpectrum(single, { method: "gram" });
    expect(accurate.method).toBe("accurate");
    for (let i = 0; i < 30; i++) {
      if (gram.singularValues[i] === 0) continue;
      const bound = gram.relativeErrorBounds[i]! + accurate.relativeErrorBounds[i]!;
      expect(Math.abs(gram.singularValues[i]! / accurate.singularValues[i]! - 1)).toBeLessThan(bound);
    }
  });
});
