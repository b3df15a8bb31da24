import type { Law } from "../../laws/law.ts";
import type { RandomStream } from "../../linalg/random.ts";

/** What is known of a noise matrix before it is looked at. */
export interface NoiseSetting {
  readonly rows: number;
  readonly columns: number;
  /** Outer products that are summed in it; null where it is no such sum. */
  readonly samples: number | null;
  /** Eigenvalues of the covariances along rows and columns, of held-out batches; null where there are none. */
  readonly rowVariances: Float64Array | null;
  readonly columnVariances: Float64Array | null;
}

/** A law with what it takes to simulate it. */
export interface SettledLaw {
  /** Of the min(rows, columns) squared singular values, in any unit. */
  readonly law: Law;
  readonly parameters: Readonly<Record<string, number>>;
  /** Settings of equal keys have the same law: what was simulated for one holds for the others. Null: only this one. */
  readonly key: string | null;
  /** Squared singular values of a matrix of the law that are not 0 by shape, in any order and unit. */
  draw(stream: RandomStream): Promise<Float64Array>;
}

/** A law that a noise matrix's spectrum is held against: one a file, listed in `catalogue.ts`. */
export interface NoiseLaw {
  /** Of the law in `src/laws`. */
  readonly id: string;
  readonly name: string;
  /** What the matrix would have to be. */
  readonly meaning: string;
  /** @returns the law, or why this matrix has none: a sentence. */
  settle(setting: NoiseSetting): SettledLaw | string;
}
