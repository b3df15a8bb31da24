import { censusOf, joinCensus, unitOf } from "../linalg/entry-census.ts";
import { type FloatFormatName, roundingErrorRms } from "../linalg/float-formats.ts";
import { triangularFactor } from "../linalg/householder-qr.ts";
import type { Matrix } from "../linalg/matrix.ts";
import { accurateSingularValues } from "./accurate.ts";
import type { Spectrum } from "./spectrum.ts";

const unitRoundoff = Number.EPSILON / 2;
/** Constant of the error bound, as of `accurateSingularValues`. */
const boundConstant = 16;

/**
 * The singular values of a product of two factors, which is never formed:
 *
 *     B = Q_1 R_1,  A' = Q_2 R_2,  s(B A) = s(R_1 R_2')
 *
 * Backward stable: errors are at most `16 eps sqrt(N) ||B||_F ||A||_F`. The values after the r-th are 0, exactly.
 *
 * @param left - B, [rows, r], all finite.
 * @param right - A, [r, columns], all finite.
 * @param format - in which the factors are stored.
 * @param errors - root mean square errors of the factors' entries, where they are larger than their format's.
 * @returns the spectrum of B A, min(rows, columns) values in the unit of B times that of A. Its `roundingError` is that
 *   of entries whose rounding reaches as far as that of the factors does.
 * @source Golub & Van Loan 2013, Matrix Computations, section 5.4.9 (R-bidiagonalisation, applied to both factors).
 * @example
 * ```ts
 * import { productSpectrum } from "marchenko";
 * const left = { rows: 3, columns: 1, data: Float64Array.of(1, 2, 2) };
 * const right = { rows: 1, columns: 2, data: Float64Array.of(3, 4) };
 * productSpectrum(left, right, "F64").singularValues[0]; // 15
 * ```
 */
export function productSpectrum(
  left: Matrix,
  right: Matrix,
  format: FloatFormatName,
  errors: { readonly left: number; readonly right: number } = { left: 0, right: 0 },
): Spectrum {
  const { rows } = left;
  const { columns } = right;
  const rank = left.columns;
  const larger = Math.max(rows, columns);
  const smaller = Math.min(rows, columns);
  const [leftCensus, rightCensus] = [censusOf(left.data), censusOf(right.data)];
  const singularValues = new Float64Array(smaller);
  const relativeErrorBounds = new Float64Array(smaller);
  const shape = { rows, columns, larger, smaller, format, exact: true, singularValues, relativeErrorBounds };
  if (leftCensus.isZero || rightCensus.isZero) {
    return { ...shape, resolution: 0, roundingError: 0, method: "zero" };
  }
  const [leftUnit, rightUnit] = [unitOf(leftCensus), unitOf(rightCensus)];
  const unit = leftUnit * rightUnit;
  const b = rows >= rank ? triangle(left, leftUnit) : scaled(left, leftUnit);
  const a = columns > rank ? transposed(triangle(right, rightUnit)) : scaled(right, rightUnit);
  const core = multiply(b, a);
  const found = accurateSingularValues(core);
  const floor = boundConstant * unitRoundoff * Math.sqrt(larger) * frobenius(b) * frobenius(a);
  for (let i = 0; i < Math.min(smaller, rank); i++) {
    const value = found.values[i] ?? 0;
    relativeErrorBounds[i] = value > floor ? floor / value : 1;
    singularValues[i] = value > floor ? value * unit : 0;
  }
  // dB A + B dA: independent errors of root mean square u reach u (sqrt r + sqrt side) by themselves.
  const ofFactor = (census: typeof leftCensus, error: number, side: number) =>
    Math.max(error, roundingErrorRms(census, format)) * (Math.sqrt(rank) + Math.sqrt(side));
  const reach =
    ofFactor(leftCensus, errors.left, rows) * accurateSingularValues(a).values[0]! * rightUnit +
    ofFactor(rightCensus, errors.right, columns) * accurateSingularValues(b).values[0]! * leftUnit;
  return {
    ...shape,
    resolution: floor * unit,
    roundingError: reach / (Math.sqrt(larger) + Math.sqrt(smaller)),
    method: "product",
  };
}

/** How large the entries of both factors are. */
export function censusOfProduct(left: Matrix, right: Matrix) {
  return joinCensus(censusOf(left.data), censusOf(right.data));
}

/** R of the tall orientation, over the unit. */
function triangle(matrix: Matrix, unit: number): Matrix {
  const side = Math.min(matrix.rows, matrix.columns);
  return { rows: side, columns: side, data: triangularFactor(matrix, unit) };
}

function scaled({ rows, columns, data }: Matrix, unit: number): Matrix {
  return { rows, columns, data: Float64Array.from(data, (entry) => entry / unit) };
}

function transposed({ rows, columns, data }: Matrix): Matrix {
  const flipped = new Float64Array(rows * columns);
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < columns; j++) flipped[j * rows + i] = data[i * columns + j]!;
  }
  return { rows: columns, columns: rows, data: flipped };
}

function multiply(b: Matrix, a: Matrix): Matrix {
  const data = new Float64Array(b.rows * a.columns);
  for (let i = 0; i < b.rows; i++) {
    const to = i * a.columns;
    for (let k = 0; k < a.rows; k++) {
      const factor = b.data[i * b.columns + k]!;
      if (factor === 0) continue;
      for (let j = 0, from = k * a.columns; j < a.columns; j++, from++)
        data[to + j]! += factor * a.data[from]!;
    }
  }
  return { rows: b.rows, columns: a.columns, data };
}

function frobenius({ data }: Matrix): number {
  let sum = 0;
  for (const entry of data) sum += entry * entry;
  return Math.sqrt(sum);
}
