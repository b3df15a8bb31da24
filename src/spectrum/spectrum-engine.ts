import type { Matrix } from "../linalg/matrix.ts";

/** Singular values as an engine gives them. */
export interface SingularValues {
  /** Descending, >= 0, length min(rows, columns); a value under `resolution` is 0. */
  readonly values: Float64Array;
  /** Bound on the relative error of each, same order; 1 for a value that is 0. */
  readonly relativeErrorBounds: Float64Array;
  /** Values under this cannot be told from zero. */
  readonly resolution: number;
  readonly method: string;
  readonly exact: boolean;
}

/** Something that computes singular values. Engines agree with each other within their bounds. */
export interface SpectrumEngine {
  /** Stable id, written into the provenance: "typed-array". */
  readonly id: string;
  /** Why this machine can't run it; null or absent when it can. */
  readonly unavailable?: () => string | null;
  /**
   * @param matrix - W, any shape with at least one entry, all entries finite and not all zero.
   * @param unit - a power of two near the largest entry, to divide by (`unitOf` of the census).
   * @throws {ConvergenceError} If the iteration does not converge.
   */
  singularValues(matrix: Matrix, unit: number): Promise<SingularValues>;
  /** Runs one thread's part of {@link team}; thread 0 gets the result. */
  readonly runPart?: (part: unknown) => SingularValues | null;
  /** Splits the work on one matrix among threads; null where that does not pay. Absent: it can't. */
  readonly team?: (matrix: Matrix, unit: number, size: number) => TeamWork | null;
}

/** One matrix for several threads: each gets `parts[rank]`, sent to it, and runs `engine.runPart`. */
export interface TeamWork {
  /** Structured-cloneable; shared memory inside. */
  readonly parts: readonly unknown[];
  /** Makes the other threads give up when one is lost. */
  readonly abandon: () => void;
  /** Called when all threads have ended their parts well. */
  readonly release: () => void;
}
