import type { Matrix } from "../linalg/matrix.ts";

/** Two factors of a matrix, `left * right` of r inner places. */
export interface Factors {
  readonly left: Matrix;
  readonly right: Matrix;
}

/** A matrix that is never stored as such, but as a product of two with few inner places. */
export interface FactoredMatrix {
  /** r, the inner side. */
  readonly rank: number;
  /** Entries of both factors, as they are stored. */
  readonly entries: number;
  /** @throws {CheckpointFormatError} If the file ends early. */
  read(): Promise<Factors>;
}
