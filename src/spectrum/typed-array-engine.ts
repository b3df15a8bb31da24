import { gram } from "../linalg/gram.ts";
import { symmetricEigenvalues } from "../linalg/symmetric-eigenvalues.ts";
import { fromGramEigenvalues } from "./gram-accuracy.ts";
import type { SpectrumEngine } from "./spectrum-engine.ts";

/**
 * The engine in plain TypeScript, at hand where WebAssembly is not: float64 Gram matrix of the smaller side,
 * Householder tridiagonalisation, implicit QL, square root.
 */
export const typedArrayEngine: SpectrumEngine = {
  id: "typed-array",
  build: () => "",
  rowsAtOnce: null,
  workspace: (order) => 2 * 8 * order ** 2,
  async singularValues(matrix, unit) {
    const order = Math.min(matrix.rows, matrix.columns);
    return fromGramEigenvalues(symmetricEigenvalues(gram(matrix, unit), order), unit);
  },
};
