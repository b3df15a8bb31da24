/** Binary digits of a slice: whole numbers from -2^(sliceBits - 1) to 2^(sliceBits - 1). */
export const sliceBits = 9;
/** Products of two slices that float32 adds without rounding, in any order: 2^8 2^8 2^8 = 2^24. */
export const exactLength = 256;
/** 6 slices have 54 digits, one more than a float64. */
export const mostSlices = 6;

/** Slices are added until what is left of W is under this share of its Frobenius norm: 2^-15 of float32's own rounding. */
const negligible = 2 ** -40;
/** Entries are under twice the unit: so many steps of the first slice make one unit. */
const firstScale = 2 ** (sliceBits - 2);
const nextScale = 2 ** sliceBits;
/** Adding and subtracting it rounds a float64 under 2^51 to a whole number, ties to even. */
const rounder = 1.5 * 2 ** 52;

/** How many slices a matrix takes, and what they leave of it. */
export interface SlicePlan {
  /** 1 .. {@link mostSlices}. */
  readonly count: number;
  /** Frobenius norm of W less its slices, in units of `unit`; 0 where the slices are W. */
  readonly leftOut: number;
}

/** Weight of the product of slices a and b, from 0 on, in units of `unit` squared. */
export function sliceProductWeight(a: number, b: number): number {
  return 2 ** (-2 * (sliceBits - 2) - sliceBits * (a + b));
}

/**
 * The number of slices that a matrix needs.
 *
 *     W / unit = sum_t S_t 2^(-7 - 9 t) + E,   S_t whole, |S_t| <= 256
 *
 * @param data - entries, finite. @param unit - a power of two; entries are under twice it.
 * @source Ozaki, Ogita, Oishi & Rump 2012, Numerical Algorithms 59:95-118 (products of matrices without rounding, by slices).
 */
export function planSlices(data: Float32Array | Float64Array, unit: number): SlicePlan {
  const inverse = 1 / unit;
  const squares = new Float64Array(mostSlices);
  let total = 0;
  for (let i = 0; i < data.length; i++) {
    const entry = data[i]! * inverse;
    total += entry * entry;
    let rest = entry * firstScale;
    for (let t = 0; t < mostSlices; t++) {
      rest -= rest + rounder - rounder;
      if (rest === 0) break;
      squares[t]! += rest * rest;
      rest *= nextScale;
    }
  }
  // What is left is in steps of the slice; twice the rounding of the sums on top.
  const leftOf = (t: number) =>
    (Math.sqrt(squares[t]!) / firstScale / nextScale ** t) * (1 + data.length * Number.EPSILON);
  let last = 0;
  while (last < mostSlices - 1 && leftOf(last) > negligible * Math.sqrt(total)) last++;
  return { count: last + 1, leftOut: leftOf(last) };
}

/** A stretch of entries, row-major: where they are, and how far its rows are apart. */
export interface Stretch {
  readonly data: Float32Array | Float64Array;
  readonly first: number;
  readonly rows: number;
  readonly columns: number;
  readonly stride: number;
}

/**
 * Writes the slices of a stretch of W, as float32.
 *
 * @param slices - the arrays to write to, one a slice, `[.., pitch]` row-major; what they have beyond the stretch stays.
 */
export function writeSlices(
  { data, first, rows, columns, stride }: Stretch,
  unit: number,
  slices: readonly Float32Array[],
  pitch: number,
): void {
  const inverse = 1 / unit;
  const rest = new Float64Array(columns);
  for (let i = 0; i < rows; i++) {
    const from = first + i * stride;
    for (let j = 0; j < columns; j++) rest[j] = data[from + j]! * inverse * firstScale;
    for (const slice of slices) writeSlice(rest, slice, i * pitch);
  }
}

/** Rounds a row, and leaves what is rounded off in it, in steps of the next slice: a loop of its own, that is compiled well. */
function writeSlice(rest: Float64Array, slice: Float32Array, to: number): void {
  for (let j = 0; j < rest.length; j++) {
    const entry = rest[j]!;
    const whole = entry + rounder - rounder;
    slice[to + j] = whole;
    rest[j] = (entry - whole) * nextScale;
  }
}
