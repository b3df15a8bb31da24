// Eigenvalues of several tridiagonal matrices at once, one a lane: the implicit QL iteration without square roots
// (Pal-Walker-Kahan; Parlett 1998, section 8.14) is a chain of divisions, and a processor can have several under way.
// All lanes sweep over the same rows; one whose rows have converged sweeps on without harm.

/** Twice the lanes of a vector: four matrices, entry i of all four next to each other. */
const rowOfFour: usize = 32;
const mostSweeps: i32 = 120;

/** The Wilkinson shift of two lanes, of rows with diagonals a and b and squared off-diagonal e. */
@inline
function shiftOf(a: v128, b: v128, e: v128): v128 {
  const root = f64x2.sqrt(e);
  // Where e is 0 the row has converged: any shift does, and 0 / 0 must not come of it.
  const safe = f64x2.max(root, f64x2.splat(1e-300));
  const ratio = f64x2.div(f64x2.sub(b, a), f64x2.add(safe, safe));
  const one = f64x2.splat(1);
  // Large ratios square to infinity: 1e140 is far beyond where the 1 matters.
  const bounded = f64x2.max(f64x2.min(ratio, f64x2.splat(1e140)), f64x2.splat(-1e140));
  const hypotenuse = f64x2.sqrt(f64x2.add(f64x2.mul(bounded, bounded), one));
  const sign = v128.and(bounded, f64x2.splat(-0.0));
  return f64x2.sub(a, f64x2.div(root, f64x2.add(bounded, v128.or(hypotenuse, sign))));
}

/**
 * Four tridiagonal matrices of order `order`, as diagonals `d` and squared off-diagonals `e`, entry by entry: their
 * eigenvalues replace `d`, unsorted. Returns 0, or 1 when an eigenvalue needed too many sweeps.
 */
export function fourTridiagonals(d: usize, e: usize, order: i32): i32 {
  const tiny = f64x2.splat(1e-290);
  const one = f64x2.splat(1);
  const zero = f64x2.splat(0);
  const negligible = f64x2.splat(1.2325951644078309e-32); // eps^2
  const least = f64x2.splat(1e-140); // products of squares under this have lost digits to underflow
  const last = order - 1;
  let l = 0;
  let sweeps = 0;
  while (l < last) {
    const row = d + <usize>l * rowOfFour;
    const off = e + <usize>l * rowOfFour;
    const a0 = v128.load(row);
    const a1 = v128.load(row, 16);
    const b0 = v128.load(row, 32);
    const b1 = v128.load(row, 48);
    const e0 = v128.load(off);
    const e1 = v128.load(off, 16);
    const open = v128.or(
      f64x2.gt(e0, f64x2.add(f64x2.mul(negligible, f64x2.abs(f64x2.mul(a0, b0))), tiny)),
      f64x2.gt(e1, f64x2.add(f64x2.mul(negligible, f64x2.abs(f64x2.mul(a1, b1))), tiny)),
    );
    if (!v128.any_true(open)) {
      l++;
      sweeps = 0;
      continue;
    }
    if (++sweeps > mostSweeps) return 1;
    const shift0 = shiftOf(a0, b0, e0);
    const shift1 = shiftOf(a1, b1, e1);
    let c0 = one;
    let c1 = one;
    let s0 = zero;
    let s1 = zero;
    const end = d + <usize>last * rowOfFour;
    let gamma0 = f64x2.sub(v128.load(end), shift0);
    let gamma1 = f64x2.sub(v128.load(end, 16), shift1);
    let p0 = f64x2.mul(gamma0, gamma0);
    let p1 = f64x2.mul(gamma1, gamma1);
    for (let i = last - 1; i >= l; i--) {
      const at = <usize>i * rowOfFour;
      const f0 = v128.load(e + at);
      const f1 = v128.load(e + at, 16);
      const alpha0 = v128.load(d + at);
      const alpha1 = v128.load(d + at, 16);
      const r0 = f64x2.add(p0, f0);
      const r1 = f64x2.add(p1, f1);
      if (i != last - 1) {
        v128.store(e + at, f64x2.mul(s0, r0), 32);
        v128.store(e + at, f64x2.mul(s1, r1), 48);
      }
      const oldGamma0 = gamma0;
      const oldGamma1 = gamma1;
      const square0 = f64x2.mul(r0, p0);
      const square1 = f64x2.mul(r1, p1);
      if (i64x2.all_true(v128.and(f64x2.gt(square0, least), f64x2.gt(square1, least)))) {
        // One division in the chain: gamma' = N / r, p' = N^2 / (r p), N = p (alpha - shift) - e^2 gamma.
        const n0 = f64x2.sub(f64x2.mul(p0, f64x2.sub(alpha0, shift0)), f64x2.mul(f0, oldGamma0));
        const n1 = f64x2.sub(f64x2.mul(p1, f64x2.sub(alpha1, shift1)), f64x2.mul(f1, oldGamma1));
        const inverse0 = f64x2.div(one, r0);
        const inverse1 = f64x2.div(one, r1);
        c0 = f64x2.mul(p0, inverse0);
        c1 = f64x2.mul(p1, inverse1);
        s0 = f64x2.mul(f0, inverse0);
        s1 = f64x2.mul(f1, inverse1);
        gamma0 = f64x2.mul(n0, inverse0);
        gamma1 = f64x2.mul(n1, inverse1);
        p0 = f64x2.div(f64x2.mul(n0, n0), square0);
        p1 = f64x2.div(f64x2.mul(n1, n1), square1);
      } else {
        const oldC0 = c0;
        const oldC1 = c1;
        // Where both are next to nothing there is nothing to rotate: c = 1, s = 0.
        const rotates0 = f64x2.gt(r0, tiny);
        const rotates1 = f64x2.gt(r1, tiny);
        const over0 = v128.bitselect(r0, one, rotates0);
        const over1 = v128.bitselect(r1, one, rotates1);
        c0 = v128.bitselect(f64x2.div(p0, over0), one, rotates0);
        c1 = v128.bitselect(f64x2.div(p1, over1), one, rotates1);
        s0 = v128.and(f64x2.div(f0, over0), rotates0);
        s1 = v128.and(f64x2.div(f1, over1), rotates1);
        gamma0 = f64x2.sub(f64x2.mul(c0, f64x2.sub(alpha0, shift0)), f64x2.mul(s0, oldGamma0));
        gamma1 = f64x2.sub(f64x2.mul(c1, f64x2.sub(alpha1, shift1)), f64x2.mul(s1, oldGamma1));
        // gamma^2 / c, or the limit of it where c is 0.
        const ok0 = f64x2.gt(c0, zero);
        const ok1 = f64x2.gt(c1, zero);
        p0 = v128.bitselect(
          f64x2.div(f64x2.mul(gamma0, gamma0), v128.bitselect(c0, tiny, ok0)),
          f64x2.mul(oldC0, f0),
          ok0,
        );
        p1 = v128.bitselect(
          f64x2.div(f64x2.mul(gamma1, gamma1), v128.bitselect(c1, tiny, ok1)),
          f64x2.mul(oldC1, f1),
          ok1,
        );
      }
      v128.store(d + at, f64x2.add(oldGamma0, f64x2.sub(alpha0, gamma0)), 32);
      v128.store(d + at, f64x2.add(oldGamma1, f64x2.sub(alpha1, gamma1)), 48);
    }
    v128.store(off, f64x2.mul(s0, p0));
    v128.store(off, f64x2.mul(s1, p1), 16);
    v128.store(row, f64x2.add(shift0, gamma0));
    v128.store(row, f64x2.add(shift1, gamma1), 16);
  }
  return 0;
}
