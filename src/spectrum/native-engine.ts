import { UsageError } from "../errors.ts";
import { loadNativeLapack, nativeGramEigenvalues } from "../kernels/native-lapack.ts";
import { fromGramEigenvalues } from "./gram-accuracy.ts";
import type { SpectrumEngine } from "./spectrum-engine.ts";

/**
 * The engine that lets the system's BLAS and LAPACK work: float64 Gram matrix of the smaller side, `dsyevd`.
 *
 * On request only, since what it gives depends on the library: its last bits, within the same bounds as of any other
 * engine. Needs the package koffi and OpenBLAS, Accelerate or another LAPACK, which runs its own threads: as many as
 * the machine has cores, unless `OPENBLAS_NUM_THREADS` or the like says otherwise before Node starts.
 *
 * @param path - a shared library with BLAS and LAPACK; the system's by default.
 * @returns the engine, its library loaded.
 * @throws {UsageError} If koffi or a library is missing: it says which, and the command that installs it.
 * @source Golub & Van Loan 2013, Matrix Computations, section 8.6.3 (singular values by the Gram matrix).
 */
export async function nativeEngine(path?: string): Promise<SpectrumEngine> {
  const lapack = await loadNativeLapack(path);
  return {
    id: "native",
    isParallel: true,
    workspace: nativeWorkspace,
    rowsAtOnce: null,
    async singularValues(matrix, unit) {
      return fromGramEigenvalues(nativeGramEigenvalues(lapack, matrix, unit), unit);
    },
  };
}

/** The Gram matrix, and what `dsyevd` works in. */
function nativeWorkspace(order: number): number {
  return 2 * 8 * order ** 2;
}

/** The native engine as an entry of the catalogue: its library is loaded with the first matrix. */
export const nativeEngineOnDemand: SpectrumEngine = {
  id: "native",
  isParallel: true,
  workspace: nativeWorkspace,
  rowsAtOnce: null,
  prepare: () => loadNativeLapack(),
  singularValues: async (matrix, unit) => (await nativeEngine()).singularValues(matrix, unit),
};

/** The library that {@link nativeEngine} would use, in words, for `marchenko env`; null where there is none. */
export async function describeNative(path?: string): Promise<string | null> {
  try {
    return (await loadNativeLapack(path)).description;
  } catch (error) {
    if (error instanceof UsageError) return null;
    throw error;
  }
}
