import { UsageError } from "../errors.ts";
import { censusOf, joinCensus, unitOf } from "../linalg/entry-census.ts";
import { asMatrix, type MatrixLike } from "../linalg/matrix.ts";
import type { Probe } from "./lanczos-probe.ts";

/** Rows that are multiplied at once. */
const panel = 4;

/** A matrix that is read by whole rows, from first to last, as often as needed: one that memory does not hold. */
export interface RowBlocks {
  readonly rows: number;
  readonly columns: number;
  /** A new reading: blocks of whole rows, row-major, `first` the number of rows before the block. */
  blocks(): AsyncIterable<{ readonly first: number; readonly data: Float32Array | Float64Array }>;
}

export function rowsOf(source: MatrixLike | RowBlocks): RowBlocks {
  if ("blocks" in source) return source;
  const { rows, columns, data } = asMatrix(source);
  return {
    rows,
    columns,
    async *blocks() {
      yield { first: 0, data };
    },
  };
}

/** Reads W once, checks blocks and entries; a power of two near the largest entry. */
export async function unitOfRows(w: RowBlocks): Promise<number> {
  let all = censusOf(new Float64Array(0));
  let next = 0;
  for await (const { first, data } of w.blocks()) {
    if (first !== next || data.length % w.columns !== 0) {
      throw new UsageError(
        `blocks must be whole rows of ${w.columns} entries in their order: expected row ${next}, got row ${first} ` +
          `and ${data.length} entries`,
      );
    }
    next += data.length / w.columns;
    const census = censusOf(data);
    if (census.nonFinite > 0) {
      throw new UsageError(
        `an estimate needs finite entries, got ${census.nonFinite} NaN or infinite from row ${first}`,
      );
    }
    all = joinCensus(all, census);
  }
  if (next !== w.rows) throw new UsageError(`blocks must make up ${w.rows} rows, got ${next}`);
  return unitOf(all);
}

/**
 * Reads W once, a panel of rows at a time, counted from the first row of all so that blocks leave no trace.
 *
 * @param use - gets the panel as float64 over `unit`, rows beyond the last 0, and the number of rows before it.
 */
export async function eachPanel(
  w: RowBlocks,
  unit: number,
  use: (rows: Float64Array, first: number) => void,
): Promise<void> {
  const entries = new Float64Array(panel * w.columns);
  const inverse = 1 / unit;
  let filled = 0;
  let first = 0;
  for await (const { data } of w.blocks()) {
    for (let from = 0; from < data.length; ) {
      const count = Math.min(data.length - from, entries.length - filled);
      for (let i = 0; i < count; i++) entries[filled + i] = data[from + i]! * inverse;
      from += count;
      filled += count;
      if (filled < entries.length) continue;
      use(entries, first);
      first += panel;
      filled = 0;
    }
  }
  if (filled > 0) use(entries.fill(0, filled), first);
}

/** For each probe, the row after `step` of its basis becomes W'W times row `step`; the sum of squares of W. */
export async function multiplyTall(
  w: RowBlocks,
  unit: number,
  probes: readonly Probe[],
  step: number,
): Promise<number> {
  const n = w.columns;
  const dots = new Float64Array(panel);
  const squares = new Float64Array(2);
  await eachPanel(w, unit, (rows) => {
    if (step === 0) addSquares(rows, squares);
    for (const { basis } of probes) {
      dotRows(rows, n, basis, step * n, dots);
      addRows(rows, n, dots, basis, (step + 1) * n);
    }
  });
  return squares[0]!;
}

/** The same of W W', which takes two readings. */
export async function multiplyWide(
  w: RowBlocks,
  unit: number,
  probes: readonly Probe[],
  step: number,
): Promise<number> {
  const n = w.rows;
  const images = probes.map(() => new Float64Array(w.columns));
  const four = new Float64Array(panel);
  const squares = new Float64Array(2);
  await eachPanel(w, unit, (rows, first) => {
    if (step === 0) addSquares(rows, squares);
    for (const [i, { basis }] of probes.entries()) {
      four.fill(0);
      four.set(basis.subarray(step * n + first, step * n + Math.min(n, first + panel)));
      addRows(rows, w.columns, four, images[i]!, 0);
    }
  });
  await eachPanel(w, unit, (rows, first) => {
    for (const [i, { basis }] of probes.entries()) {
      dotRows(rows, w.columns, images[i]!, 0, four);
      basis.set(four.subarray(0, Math.min(panel, n - first)), (step + 1) * n + first);
    }
  });
  return squares[0]!;
}

/** The products of the panel's rows with x. */
export function dotRows(
  rows: Float64Array,
  n: number,
  x: Float64Array,
  at: number,
  dots: Float64Array,
): void {
  let sum0 = 0;
  let sum1 = 0;
  let sum2 = 0;
  let sum3 = 0;
  for (let j = 0; j < n; j++) {
    const xj = x[at + j]!;
    sum0 += rows[j]! * xj;
    sum1 += rows[n + j]! * xj;
    sum2 += rows[2 * n + j]! * xj;
    sum3 += rows[3 * n + j]! * xj;
  }
  dots[0] = sum0;
  dots[1] = sum1;
  dots[2] = sum2;
  dots[3] = sum3;
}

/** y <- y + the panel's rows times four numbers. */
export function addRows(
  rows: Float64Array,
  n: number,
  factors: Float64Array,
  y: Float64Array,
  at: number,
): void {
  const f0 = factors[0]!;
  const f1 = factors[1]!;
  const f2 = factors[2]!;
  const f3 = factors[3]!;
  for (let j = 0; j < n; j++) {
    y[at + j] =
      y[at + j]! + (rows[j]! * f0 + rows[n + j]! * f1 + (rows[2 * n + j]! * f2 + rows[3 * n + j]! * f3));
  }
}

/** Adds to a sum what is lost of it by rounding too, and so is right to 2 eps (Kahan 1965). */
export function addSquares(entries: Float64Array, sumAndLoss: Float64Array): void {
  let sum = sumAndLoss[0]!;
  let loss = sumAndLoss[1]!;
  for (let i = 0; i < entries.length; i++) {
    const term = entries[i]! * entries[i]! - loss;
    const next = sum + term;
    loss = next - sum - term;
    sum = next;
  }
  sumAndLoss[0] = sum;
  sumAndLoss[1] = loss;
}
