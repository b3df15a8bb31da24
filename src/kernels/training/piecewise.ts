import { loadSome, madd, storeSome } from "./lanes";

/** Where x is in the piece to the right of a break: above it, or at it where the right piece owns it. NaN is not. */
@inline
function isRight(x: v128, at: v128, owns: bool): v128 {
  return owns ? f32x4.ge(x, at) : f32x4.gt(x, at);
}

@inline
function twoPieces(
  x: v128,
  at: v128,
  owns: bool,
  l0: v128,
  l1: v128,
  l2: v128,
  r0: v128,
  r1: v128,
  r2: v128,
): v128 {
  const right = isRight(x, at, owns);
  const c2 = v128.bitselect(r2, l2, right);
  const c1 = v128.bitselect(r1, l1, right);
  const c0 = v128.bitselect(r0, l0, right);
  return madd(madd(c2, x, c1), x, c0);
}

/**
 * out <- a function of two pieces of degree at most 2.
 *
 * @param at - the break. @param owns - 1 when the break is the right piece's.
 * @param l0, l1, l2 - coefficients of the left piece. @param r0, r1, r2 - of the right one.
 */
export function piecewiseOfTwo(
  x: usize,
  out: usize,
  at: f32,
  owns: i32,
  l0: f32,
  l1: f32,
  l2: f32,
  r0: f32,
  r1: f32,
  r2: f32,
  first: i32,
  end: i32,
): void {
  const at4 = f32x4.splat(at);
  const left0 = f32x4.splat(l0);
  const left1 = f32x4.splat(l1);
  const left2 = f32x4.splat(l2);
  const right0 = f32x4.splat(r0);
  const right1 = f32x4.splat(r1);
  const right2 = f32x4.splat(r2);
  const isOwned = owns != 0;
  x += <usize>first << 2;
  out += <usize>first << 2;
  const n = end - first;
  const fours = out + (<usize>(n & ~3) << 2);
  while (out < fours) {
    v128.store(out, twoPieces(v128.load(x), at4, isOwned, left0, left1, left2, right0, right1, right2));
    x += 16;
    out += 16;
  }
  if (n & 3) {
    const some = loadSome(x, n & 3, 0);
    storeSome(out, twoPieces(some, at4, isOwned, left0, left1, left2, right0, right1, right2), n & 3);
  }
}

/** Horner's scheme, from the highest power. */
@inline
function polynomial(x: v128, coefficients: usize, degree: i32): v128 {
  let y = f32x4.splat(0);
  for (let power = degree; power >= 0; power--) {
    y = madd(y, x, v128.load32_splat(coefficients + (<usize>power << 2)));
  }
  return y;
}

@inline
function anyPieces(x: v128, table: usize, pieces: i32, degree: i32): v128 {
  const piece = <usize>(degree + 1) << 2;
  let y = polynomial(x, table, degree);
  table += piece;
  for (let i = 1; i < pieces; i++) {
    const right = isRight(x, v128.load32_splat(table), load<f32>(table, 4) != 0);
    y = v128.bitselect(polynomial(x, table + 8, degree), y, right);
    table += piece + 8;
  }
  return y;
}

/**
 * out <- a piecewise polynomial.
 *
 * @param table - the first piece's coefficients, degree + 1 of them, then for each other piece the break before it, 1
 * when it owns that break or 0, and its coefficients.
 */
export function piecewise(
  x: usize,
  out: usize,
  table: usize,
  pieces: i32,
  degree: i32,
  first: i32,
  end: i32,
): void {
  x += <usize>first << 2;
  out += <usize>first << 2;
  const n = end - first;
  const fours = out + (<usize>(n & ~3) << 2);
  while (out < fours) {
    v128.store(out, anyPieces(v128.load(x), table, pieces, degree));
    x += 16;
    out += 16;
  }
  if (n & 3) storeSome(out, anyPieces(loadSome(x, n & 3, 0), table, pieces, degree), n & 3);
}
