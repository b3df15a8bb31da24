import { ConvergenceError } from "../errors.ts";

const eps = Number.EPSILON / 2;
/** QL sweeps allowed for one node; 2 is usual. */
const maxSweeps = 60;

/** Nodes ascending, with their weights, which sum to 1, and the residuals of their Ritz vectors. */
export interface GaussRule {
  readonly nodes: number[];
  readonly weights: number[];
  readonly residuals: number[];
}

/**
 * Eigenvalues of a tridiagonal matrix with the first and the last entry of each eigenvector, by implicit QL.
 *
 * @source Golub & Welsch 1969, Mathematics of Computation 23:221-230.
 */
export function gaussRule(alpha: readonly number[], beta: readonly number[]): GaussRule {
  const n = alpha.length;
  const d = Float64Array.from(alpha);
  const e = Float64Array.from(beta);
  const out = e[n - 1]!;
  e[n - 1] = 0;
  const first = new Float64Array(n);
  const last = new Float64Array(n);
  first[0] = 1;
  last[n - 1] = 1;
  const floor = eps * eps * d.reduce((most, each) => Math.max(most, Math.abs(each)), 0);
  for (let l = 0; l < n; l++) {
    for (let sweep = 0; ; sweep++) {
      let m = l;
      while (m < n - 1 && Math.abs(e[m]!) > eps * (Math.abs(d[m]!) + Math.abs(d[m + 1]!)) + floor) m++;
      if (m === l) break;
      if (sweep === maxSweeps)
        throw new ConvergenceError(`a Ritz value needed more than ${maxSweeps} sweeps`);
      const ratio = (d[l + 1]! - d[l]!) / (2 * e[l]!);
      let g = d[m]! - d[l]! + e[l]! / (ratio + Math.sign(ratio || 1) * Math.hypot(ratio, 1));
      let sine = 1;
      let cosine = 1;
      let p = 0;
      let i = m - 1;
      for (; i >= l; i--) {
        const f = sine * e[i]!;
        const b = cosine * e[i]!;
        const r = Math.hypot(f, g);
        e[i + 1] = r;
        if (r === 0) {
          d[i + 1] = d[i + 1]! - p;
          e[m] = 0;
          break;
        }
        sine = f / r;
        cosine = g / r;
        g = d[i + 1]! - p;
        const s = (d[i]! - g) * sine + 2 * cosine * b;
        p = sine * s;
        d[i + 1] = g + p;
        g = cosine * s - b;
        for (const z of [first, last]) {
          const above = z[i + 1]!;
          z[i + 1] = sine * z[i]! + cosine * above;
          z[i] = cosine * z[i]! - sine * above;
        }
      }
      if (i >= l) continue;
      d[l] = d[l]! - p;
      e[l] = g;
      e[m] = 0;
    }
  }
  const ascending = Array.from(d.keys()).sort((i, j) => d[i]! - d[j]!);
  return {
    nodes: ascending.map((i) => d[i]!),
    weights: ascending.map((i) => first[i]! ** 2),
    residuals: ascending.map((i) => Math.abs(out * last[i]!)),
  };
}
