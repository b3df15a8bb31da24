import { type Population, totalOf } from "./population.ts";

/** sum w u and sum w u (1 - u), for u = g v / (1 + g v) and real g. */
function realSums({ values, weights }: Population, g: number): readonly [number, number] {
  let first = 0;
  let second = 0;
  for (let i = 0; i < values.length; i++) {
    const u = (g * values[i]!) / (1 + g * values[i]!);
    first += weights[i]! * u;
    second += weights[i]! * u * (1 - u);
  }
  return [first, second];
}

/** A stretch of the real axis without poles, as an image of t in (0, 1), with d(log g) / dt. */
interface Stretch {
  at(t: number): number;
  slope(t: number): number;
}

/** Where sum w u, rising or falling in t from 0, is h: Newton, kept inside a shrinking bracket. */
function reach(side: Population, stretch: Stretch, h: number): number {
  let low = 0;
  let high = 1;
  let t = 0.5;
  for (let i = 0; i < 100; i++) {
    const [sum, slope] = realSums(side, stretch.at(t));
    if (sum === h) break;
    if (Math.abs(sum) < Math.abs(h)) low = t;
    else high = t;
    let next = t + (h - sum) / (slope * stretch.slope(t));
    if (!(next > low && next < high)) next = (low + high) / 2;
    if (Math.abs(next - t) <= 1e-16) break;
    t = next;
  }
  return stretch.at(t);
}

/**
 * Where the real solution outside the support turns back: x there, and the numbers of both sides.
 *
 * @param sign - of d(log x) / d(log h) before the turn. @param limit - least h that the inner side does not reach.
 */
function edge(
  sign: 1 | -1,
  outer: Population,
  outerStretch: Stretch,
  inner: Population,
  innerStretch: Stretch,
  limit: number,
): { x: number; outer: number; inner: number } {
  let low = 0;
  let high = 1;
  let turn = { x: 0, outer: 0, inner: 0 };
  for (let i = 0; i < 48; i++) {
    const middle = (low + high) / 2;
    const g = outerStretch.at(middle);
    const [h, slope] = realSums(outer, g);
    if (h >= limit) {
      high = middle;
      continue;
    }
    const e = reach(inner, innerStretch, h);
    const [innerSum, innerSlope] = realSums(inner, e);
    turn = { x: -h / (e * g), outer: g, inner: e };
    if (sign * (1 - h / slope - innerSum / innerSlope) > 0) low = middle;
    else high = middle;
  }
  return turn;
}

/** Sides whose weights differ by less than this, relative, have eigenvalues down to 0. */
const equalSides = 1e-9;

/** Ends of the support, and the solution g of the larger side there. */
export interface SupportEdges {
  /** 0 for equal sides, where `atLower` says nothing. */
  readonly lower: number;
  readonly upper: number;
  readonly atLower: number;
  readonly atUpper: number;
}

/**
 * Ends of the support of the eigenvalues of noise with separable variances.
 *
 *     h = sum_i w_i g a_i / (1 + g a_i) = sum_j w_j e b_j / (1 + e b_j),   x = -h / (e g),   dx/dh = 0
 *
 * Above the support h runs from 0 down to the poles of both sums; below it h lies between the two total weights.
 * On either stretch x turns once.
 *
 * @param larger - a_i, of the larger total weight. @param smaller - b_j.
 * @source Silverstein & Choi 1995, J. Multivariate Anal. 54:295-309; for two sides Couillet & Hachem 2014, Random
 *   Matrices Theory Appl. 3:1450016.
 */
export function supportEdges(larger: Population, smaller: Population): SupportEdges {
  const most = totalOf(larger);
  const towardsPole = (side: Population): Stretch => {
    const top = Math.max(...side.values);
    return { at: (t) => -t / top, slope: (t) => 1 / t };
  };
  const bottom = Math.min(...smaller.values);
  const beyondPoles: Stretch = { at: (t) => -1 / (bottom * t), slope: (t) => -1 / t };
  const mean = larger.values.reduce((sum, v, i) => sum + v * larger.weights[i]!, 0) / most;
  const positive: Stretch = { at: (t) => t / (mean * (1 - t)), slope: (t) => 1 / (t * (1 - t)) };

  const upper = edge(
    -1,
    larger,
    towardsPole(larger),
    smaller,
    towardsPole(smaller),
    Number.POSITIVE_INFINITY,
  );
  const square = most - totalOf(smaller) <= equalSides * most;
  const lower = square ? null : edge(1, smaller, beyondPoles, larger, positive, most);
  return {
    lower: lower?.x ?? 0,
    upper: upper.x,
    atLower: lower?.inner ?? 0,
    atUpper: upper.outer,
  };
}
