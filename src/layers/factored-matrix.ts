import type { Matrix } from "../linalg/matrix.ts";

/** Two factors of a matrix, `left * right` of r inner places. */
export interface Factors {
  readonly left: Matrix;
  readonly right: Matrix;
}

/** s_u of each factor, in the unit of its entries; 0 where the dtype tells it. */
export interface FactorErrors {
  readonly left: number;
  readonly right: number;
}

/** A matrix that is never stored as such, but as a product of two with few inner places. */
export interface FactoredMatrix {
  /** r, the inner side. */
  readonly rank: number;
  /** Entries of both factors, as they are stored. */
  readonly entries: number;
  /** @throws {CheckpointFormatError} If the file ends early. */
  read(): Promise<Factors>;
  /** Root mean square errors of the factors' entries, where a dtype does not tell them; see `Tensor.roundingError`. */
  roundingErrors?(): Promise<FactorErrors>;
}
