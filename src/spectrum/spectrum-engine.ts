import type { GramStep, MatrixShape } from "../kernels/gram-eigenvalues.ts";
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
  /**
   * A text that settles, with the package's version, every bit of the values: what the engine was built from, and
   * how this machine rounds where that is left to it. Absent
   * where that is beyond the package, a library of the system: its values are not kept for another run.
   */
  readonly build?: () => string;
  /** Why this machine can't run it; null or absent when it can. */
  readonly unavailable?: () => string | null;
  /** Set where what it loads writes to the process's stderr by itself. */
  readonly talks?: true;
  /** Loads what it needs, as the first matrix would. @throws {UsageError} If that is missing. */
  readonly prepare?: () => Promise<unknown>;
  /**
   * @param matrix - W, any shape with at least one entry, all entries finite and not all zero.
   * @param unit - a power of two near the largest entry, to divide by (`unitOf` of the census).
   * @param shortUnit - one in which nearly all entries have few digits (`shortUnit` of the census), or null: some engines
   *   divide by this one, and multiply such entries faster. It changes last bits.
   * @throws {ConvergenceError} If the iteration does not converge.
   */
  singularValues(matrix: Matrix, unit: number, shortUnit?: number | null): Promise<SingularValues>;
  /** Set where it has threads, or a device, of its own, which a worker a core would get in the way of. */
  readonly isParallel?: true;
  /** Set where it runs in the process's main thread only: other threads are not asked. */
  readonly staysInThread?: true;
  /** What other threads need to have of the engine, made once: structured-cloneable. Absent: nothing. */
  readonly compile?: () => unknown;
  /** Takes what another thread's `compile` made. */
  readonly adopt?: (compiled: unknown) => void;
  /** A matrix that shows how fast it is with large ones; absent: one of any size does. */
  readonly sample?: { readonly rows: number; readonly columns: number };
  /**
   * Bytes that the singular values of a matrix take beside its entries, for a smaller side of `order`.
   *
   * @param mayBeShort - whether its entries may be short, as their format may be.
   */
  workspace(order: number, mayBeShort?: boolean): number;
  /** A tall matrix may come to a {@link team} in blocks of a multiple of so many rows, all but the last; null: whole. */
  readonly rowsAtOnce: number | null;
  /** Splits the work on one matrix among threads, and over its rows; null where that does not pay. Absent: it can't. */
  readonly team?: (
    shape: MatrixShape,
    unit: number,
    size: number,
    shortUnit?: number | null,
  ) => TeamWork | null;
  /** Runs one thread's part of a step of {@link team}; thread 0 gets the result in the last one. */
  readonly runPart?: (part: unknown) => SingularValues | null;
}

/** One matrix for several threads, or for one that gets it by and by: each runs `engine.runPart` on its part. */
export interface TeamWork {
  /** Parts by rank: structured-cloneable, shared memory inside. Steps follow each other, one at a time. */
  step(step: GramStep): readonly unknown[];
  /** Makes the other threads give up when one is lost. */
  readonly abandon: () => void;
  /** Called when all threads have ended the last step well. */
  readonly release: () => void;
}
