import { expect, test } from "vitest";
import { symmetricMatrixEigenvalues } from "../../src/kernels/gram-eigenvalues.ts";
import { runsVariant } from "../../src/kernels/kernels.ts";
import { randomStream } from "../../src/linalg/random.ts";
import { symmetricEigenvalues } from "../../src/linalg/symmetric-eigenvalues.ts";

for (const variant of ["relaxed", "plain"] as const) {
  test.skipIf(!runsVariant(variant))(`${variant}: eigenvalues of what is in a lower triangle`, () => {
    // Orders around a panel, a block and two, whose last ones are not full.
    for (const order of [1, 2, 3, 4, 5, 63, 64, 65, 130]) {
      const { normal } = randomStream(order, ["symmetric"]);
      const lower = Float64Array.from({ length: order * order }, normal);
      const found = symmetricMatrixEigenvalues(variant, lower.slice(), order);
      // What is above the diagonal is not read.
      const other = lower.map((entry, k) => (k % order > Math.floor(k / order) ? Number.NaN : entry));
      expect(symmetricMatrixEigenvalues(variant, other, order)).toEqual(found);
      const oracle = symmetricEigenvalues(lower.slice(), order);
      const largest = Math.max(Math.abs(oracle[0]!), oracle[order - 1]!);
      for (const [i, value] of oracle.entries()) {
        // Rounding of two reductions and iterations: eps per order each, as seen, four times over.
        expect(Math.abs(found[i]! - value)).toBeLessThanOrEqual(8 * (order + 4) * Number.EPSILON * largest);
      }
    }
  });
}
