import { loadSome, storeSome } from "./lanes";

// Functions of two arrays that are aligned. An operand is read with a stride from row to row of the result and one, 0 or
// 1, from entry to entry of a row: the same shape, a row repeated, a number a row and a number are all such.

const adds = 0;
const subtracts = 1;
const multiplies = 2;
const divides = 3;
const takesSmaller = 4;
const compares = 5;

@inline
function combine(kind: i32, a: v128, b: v128): v128 {
  if (kind == adds) return f32x4.add(a, b);
  if (kind == subtracts) return f32x4.sub(a, b);
  if (kind == multiplies) return f32x4.mul(a, b);
  if (kind == divides) return f32x4.div(a, b);
  if (kind == takesSmaller) return f32x4.min(a, b);
  return v128.and(f32x4.le(a, b), f32x4.splat(1));
}

/** A part of a row; an operand that doesn't move is one number. */
@inline
function combineRow(kind: i32, a: usize, b: usize, out: usize, n: i32, aMoves: bool, bMoves: bool): void {
  let x = v128.load32_splat(a);
  let y = v128.load32_splat(b);
  const eights = out + (<usize>(n & ~7) << 2);
  while (out < eights) {
    if (aMoves) x = v128.load(a);
    if (bMoves) y = v128.load(b);
    v128.store(out, combine(kind, x, y));
    if (aMoves) x = v128.load(a, 16);
    if (bMoves) y = v128.load(b, 16);
    v128.store(out, combine(kind, x, y), 16);
    if (aMoves) a += 32;
    if (bMoves) b += 32;
    out += 32;
  }
  if (n & 4) {
    if (aMoves) x = v128.load(a);
    if (bMoves) y = v128.load(b);
    v128.store(out, combine(kind, x, y));
    if (aMoves) a += 16;
    if (bMoves) b += 16;
    out += 16;
  }
  const left = n & 3;
  if (left) {
    if (aMoves) x = loadSome(a, left, 0);
    if (bMoves) y = loadSome(b, left, 1);
    storeSome(out, combine(kind, x, y), left);
  }
}

@inline
function combineAll(
  kind: i32,
  a: usize,
  aRow: i32,
  aStep: i32,
  b: usize,
  bRow: i32,
  bStep: i32,
  out: usize,
  width: i32,
  first: i32,
  end: i32,
): void {
  let row = first / width;
  let column = first - row * width;
  while (first < end) {
    const n = min(width - column, end - first);
    const atA = a + (<usize>(row * aRow + column * aStep) << 2);
    const atB = b + (<usize>(row * bRow + column * bStep) << 2);
    const to = out + (<usize>first << 2);
    if (aStep & bStep) combineRow(kind, atA, atB, to, n, true, true);
    else if (aStep) combineRow(kind, atA, atB, to, n, true, false);
    else combineRow(kind, atA, atB, to, n, false, bStep != 0);
    first += n;
    column = 0;
    row++;
  }
}

/** out <- a + b, entries [first, end) of rows of `width`. @param aRow, aStep - entries from row to row, and in a row. */
export function add(a: usize, aRow: i32, aStep: i32, b: usize, bRow: i32, bStep: i32, out: usize, width: i32, first: i32, end: i32): void {
  combineAll(adds, a, aRow, aStep, b, bRow, bStep, out, width, first, end);
}

/** out <- a - b. */
export function subtract(a: usize, aRow: i32, aStep: i32, b: usize, bRow: i32, bStep: i32, out: usize, width: i32, first: i32, end: i32): void {
  combineAll(subtracts, a, aRow, aStep, b, bRow, bStep, out, width, first, end);
}

/** out <- a b. */
export function multiply(a: usize, aRow: i32, aStep: i32, b: usize, bRow: i32, bStep: i32, out: usize, width: i32, first: i32, end: i32): void {
  combineAll(multiplies, a, aRow, aStep, b, bRow, bStep, out, width, first, end);
}

/** out <- a / b. */
export function divide(a: usize, aRow: i32, aStep: i32, b: usize, bRow: i32, bStep: i32, out: usize, width: i32, first: i32, end: i32): void {
  combineAll(divides, a, aRow, aStep, b, bRow, bStep, out, width, first, end);
}

/** out <- the smaller of a and b. */
export function minimum(a: usize, aRow: i32, aStep: i32, b: usize, bRow: i32, bStep: i32, out: usize, width: i32, first: i32, end: i32): void {
  combineAll(takesSmaller, a, aRow, aStep, b, bRow, bStep, out, width, first, end);
}

/** out <- 1 where a <= b, else 0. */
export function notAbove(a: usize, aRow: i32, aStep: i32, b: usize, bRow: i32, bStep: i32, out: usize, width: i32, first: i32, end: i32): void {
  combineAll(compares, a, aRow, aStep, b, bRow, bStep, out, width, first, end);
}
