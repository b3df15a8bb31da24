import { EigenvalueDecomposition, Matrix } from "ml-matrix";
import { randomStream } from "../../src/linalg/random.ts";

/** A planted model: noise plus directions, a scale per row, or directions taken away. */
export interface Planted {
  readonly rows: number;
  readonly columns: number;
  readonly scale: number;
  /** Planted singular values in units of `scale * sqrt(larger side)`. */
  readonly spikes?: readonly number[];
  /** Rows get log-normal sizes of this sigma: no single noise level describes them. */
  readonly spread?: number;
  /** Columns set to zero: as many zero singular values when columns are the smaller side. */
  readonly dead?: number;
}

/** Singular values, descending, of one draw of a planted model; the same name gives the same draw. */
export function plantedSingularValues(name: string, planted: Planted): number[] {
  const { rows, columns, scale, spikes = [], spread = 0, dead = 0 } = planted;
  const random = randomStream(7, ["example", name]);
  const large = Math.max(rows, columns);
  const small = Math.min(rows, columns);
  const matrix = new Matrix(large, small);
  for (let i = 0; i < large; i++) {
    const size = scale * Math.exp(spread * random.normal());
    for (let j = 0; j < small; j++) matrix.set(i, j, j < dead ? 0 : size * random.normal());
  }
  for (const spike of spikes) {
    const left = unitVector(large, random.normal);
    const right = unitVector(small, random.normal);
    const strength = spike * scale * Math.sqrt(large);
    for (let i = 0; i < large; i++) {
      for (let j = dead; j < small; j++) matrix.set(i, j, matrix.get(i, j) + strength * left[i]! * right[j]!);
    }
  }
  const gram = matrix.transpose().mmul(matrix);
  const values = new EigenvalueDecomposition(gram, { assumeSymmetric: true }).realEigenvalues;
  return values.map((value) => Math.sqrt(Math.max(0, value < 1e-9 ? 0 : value))).sort((a, b) => b - a);
}

function unitVector(length: number, normal: () => number): number[] {
  const vector = Array.from({ length }, normal);
  const norm = Math.hypot(...vector);
  return vector.map((entry) => entry / norm);
}
