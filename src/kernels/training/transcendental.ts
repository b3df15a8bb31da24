import { madd } from "./lanes";

// Functions of four numbers. The polynomials interpolate at Chebyshev points of the intervals named, in float64.

const ln2High: f32 = 0.693145751953125;
const ln2Low: f32 = 1.42860682030941723212e-6;

/** 1.5 2^23: what is added to it is rounded to a whole number, which its last bits hold. */
const rounding: f32 = 12582912;

/** e^x; 0 below e^-86.99 = 1.65e-38: denormal numbers are slow, and no use here. */
@inline
export function exp4(x: v128): v128 {
  // pmax and pmin are one instruction, unlike max and min, and keep NaN in this order.
  const bounded = f32x4.pmin(f32x4.pmax(x, f32x4.splat(-87.6)), f32x4.splat(89));
  const shifted = madd(bounded, f32x4.splat(1.44269504), f32x4.splat(rounding));
  const n = f32x4.sub(shifted, f32x4.splat(rounding));
  const r = madd(n, f32x4.splat(-ln2Low), madd(n, f32x4.splat(-ln2High), bounded));
  // (e^r - 1 - r) / r^2 for |r| <= ln 2 / 2.
  let p = madd(f32x4.splat(0.001392617612), r, f32x4.splat(0.008363173075));
  p = madd(p, r, f32x4.splat(0.04166655466));
  p = madd(p, r, f32x4.splat(0.1666657703));
  p = madd(p, r, f32x4.splat(0.5));
  const y = f32x4.add(madd(p, f32x4.mul(r, r), r), f32x4.splat(1));
  // Twice y 2^(n - 1), since 2^128 is no float32; shifting leaves n's own bits.
  const half = i32x4.shl(i32x4.add(shifted, i32x4.splat(126)), 23);
  const scaled = f32x4.mul(y, half);
  return f32x4.add(scaled, scaled);
}

/** ln x; -infinity of 0, NaN below. */
@inline
export function log4(x: v128): v128 {
  const isSmall = f32x4.lt(x, f32x4.splat(1.17549435e-38));
  const lifted = v128.bitselect(f32x4.mul(x, f32x4.splat(8388608)), x, isSmall);
  // x = 2^e m, sqrt(1/2) <= m < sqrt 2.
  const shifted = i32x4.sub(lifted, i32x4.splat(0x3f3504f3));
  const exponent = f32x4.convert_i32x4_s(i32x4.shr_s(shifted, 23));
  const e = f32x4.sub(exponent, v128.and(isSmall, f32x4.splat(23)));
  const m = i32x4.add(v128.and(shifted, i32x4.splat(0x7fffff)), i32x4.splat(0x3f3504f3));
  // ln m = 2 artanh s, s = (m - 1) / (m + 1); (2 artanh s - 2 s) / s^3 for s^2 <= 0.0295.
  const f = f32x4.sub(m, f32x4.splat(1));
  const s = f32x4.div(f, f32x4.add(f, f32x4.splat(2)));
  const z = f32x4.mul(s, s);
  const p = madd(madd(f32x4.splat(0.2958215895), z, f32x4.splat(0.3998873183)), z, f32x4.splat(0.6666668516));
  const small = madd(f32x4.mul(p, z), s, f32x4.mul(e, f32x4.splat(ln2Low)));
  const y = madd(e, f32x4.splat(ln2High), f32x4.add(f32x4.add(s, s), small));
  const isPositive = f32x4.gt(x, f32x4.splat(0));
  const infinite = f32x4.splat(Infinity);
  const atMost = v128.bitselect(x, v128.bitselect(f32x4.neg(infinite), f32x4.splat(NaN), f32x4.eq(x, f32x4.splat(0))), isPositive);
  return v128.bitselect(y, atMost, v128.and(isPositive, f32x4.lt(x, infinite)));
}

/** tanh x. */
@inline
export function tanh4(x: v128): v128 {
  const size = f32x4.abs(x);
  const z = f32x4.mul(x, x);
  // (tanh x - x) / x^3 for x <= 0.625.
  let p = madd(f32x4.splat(-0.006096714165), z, f32x4.splat(0.020997179));
  p = madd(p, z, f32x4.splat(-0.05385090958));
  p = madd(p, z, f32x4.splat(0.1333276974));
  p = madd(p, z, f32x4.splat(-0.3333332894));
  const near = madd(f32x4.mul(p, z), x, x);
  const one = f32x4.splat(1);
  const power = exp4(f32x4.add(size, size));
  const far = f32x4.sub(one, f32x4.div(f32x4.splat(2), f32x4.add(power, one)));
  const signed = v128.or(far, v128.and(x, f32x4.splat(-0.0)));
  return v128.bitselect(near, signed, f32x4.lt(size, f32x4.splat(0.625)));
}

/** erf x. */
@inline
export function erf4(x: v128): v128 {
  const size = f32x4.pmin(f32x4.abs(x), f32x4.splat(4));
  const z = f32x4.mul(size, size);
  // erf x / x for x <= 1.
  let p = madd(f32x4.splat(0.00007875875043), z, f32x4.splat(-0.0008016864281));
  p = madd(p, z, f32x4.splat(0.005189087423));
  p = madd(p, z, f32x4.splat(-0.02685421201));
  p = madd(p, z, f32x4.splat(0.1128359472));
  p = madd(p, z, f32x4.splat(-0.3761262667));
  p = madd(p, z, f32x4.splat(1.128379166));
  const near = f32x4.mul(p, x);
  // (1 - erf x) e^(x^2) as a polynomial of t = 1 / (1 + x / 2) for 1 <= x <= 4, from where on erf x rounds to 1.
  const one = f32x4.splat(1);
  const t = f32x4.div(one, madd(f32x4.splat(0.5), size, one));
  let q = madd(f32x4.splat(-0.05363042856), t, f32x4.splat(-0.05706519859));
  q = madd(q, t, f32x4.splat(0.4034950517));
  q = madd(q, t, f32x4.splat(0.1014954134));
  q = madd(q, t, f32x4.splat(0.3307571334));
  q = madd(q, t, f32x4.splat(0.2736343401));
  q = madd(q, t, f32x4.splat(0.0006051183866));
  const far = f32x4.sub(one, f32x4.mul(q, exp4(f32x4.neg(z))));
  const signed = v128.or(far, v128.and(x, f32x4.splat(-0.0)));
  return v128.bitselect(near, signed, f32x4.lt(size, one));
}
