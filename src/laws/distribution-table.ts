import type { Law } from "./law.ts";

/** Pieces to begin with, and how often one may be halved. */
const pieces = 16;
const mostHalvings = 24;
/** Farthest that the cubic of a piece, at its middle, is from the law, before the middle becomes an end of two. */
const tolerance = 4e-7;
/** Gauss-Legendre rule of three nodes on [0, 1]. */
const gauss: readonly (readonly [node: number, weight: number])[] = [
  [0.5 - Math.sqrt(0.15), 5 / 18],
  [0.5, 4 / 9],
  [0.5 + Math.sqrt(0.15), 5 / 18],
];

/** A law's distribution on its support, by its values at few places. */
export interface DistributionTable {
  /** F(x), of the whole law, within 1e-6. */
  cdf(x: number): number;
  /** The integral of the quantile function from one probability to another. */
  quantileIntegral(from: number, to: number): number;
}

/**
 * The distribution function of a law on an interval of x >= 0, at hundreds of places for the price of about seventy.
 *
 *     sqrt(x) = sqrt(lower) + (sqrt(upper) - sqrt(lower)) sin^2(t / 2),   0 <= t <= pi
 *
 * As a function of t it is smooth at both ends, where the density goes as a square root or, at 0, as one over it. Between
 * neighbours it is the cubic with the law's values and densities at both; pieces are halved until that agrees with
 * the law in their middle.
 *
 * @param law - without atoms, but for one at 0.
 */
export function distributionTable(law: Law): DistributionTable {
  const low = Math.sqrt(law.support[0]);
  const width = Math.sqrt(law.support[1]) - low;
  const angles: number[] = [];
  const values: number[] = [];
  const slopes: number[] = [];

  const rootAt = (angle: number): number => low + width * Math.sin(angle / 2) ** 2;
  const push = (angle: number, value: number, slope: number): void => {
    angles.push(angle);
    values.push(value);
    slopes.push(slope);
  };
  /** Adds what lies after the last place, up to this one. */
  const extend = (angle: number, value: number, slope: number, halvings: number): void => {
    const last = angles.length - 1;
    const step = angle - angles[last]!;
    const middle = angles[last]! + step / 2;
    const cubic = (values[last]! + value) / 2 + (step / 8) * (slopes[last]! - slope);
    const y = rootAt(middle);
    const exact = law.cdf(y * y);
    const exactSlope = law.pdf(y * y) * y * width * Math.sin(middle);
    if (halvings < mostHalvings && Math.abs(exact - cubic) > tolerance) {
      extend(middle, exact, exactSlope, halvings + 1);
      extend(angle, value, slope, halvings + 1);
    } else {
      push(middle, exact, exactSlope);
      push(angle, value, slope);
    }
  };
  push(0, law.atomAtZero, 0);
  for (let k = 1; k <= pieces; k++) {
    const angle = (Math.PI * k) / pieces;
    const y = rootAt(angle);
    if (k === pieces) extend(angle, 1, 0, 0);
    else extend(angle, law.cdf(y * y), law.pdf(y * y) * y * width * Math.sin(angle), 0);
  }

  /** The last of an ascending list, but its end, that is not above. */
  const pieceOf = (list: readonly number[], value: number): number => {
    let from = 0;
    let to = list.length - 1;
    while (to - from > 1) {
      const middle = (from + to) >> 1;
      if (list[middle]! <= value) from = middle;
      else to = middle;
    }
    return from;
  };
  /** The cubic of piece k, at a share u of its length. */
  const cubicAt = (k: number, u: number): number => {
    const step = angles[k + 1]! - angles[k]!;
    const rise = values[k + 1]! - values[k]!;
    const first = slopes[k]! * step - rise;
    const second = rise - slopes[k + 1]! * step;
    return values[k]! + u * rise + u * (1 - u) * (first * (1 - u) + second * u);
  };
  /** Integral of x dF over piece k, up to a share u of it. */
  const partOf = (k: number, u: number): number => {
    const step = angles[k + 1]! - angles[k]!;
    const rise = values[k + 1]! - values[k]!;
    const first = slopes[k]! * step - rise;
    const second = rise - slopes[k + 1]! * step;
    let sum = 0;
    for (const [node, weight] of gauss) {
      const v = u * node;
      const slope = rise + first * (1 - v) * (1 - 3 * v) + second * v * (2 - 3 * v);
      sum += u * weight * slope * rootAt(angles[k]! + v * step) ** 2;
    }
    return sum;
  };
  let before: Float64Array | undefined;
  /** Integral of the quantile function from 0. */
  const integralTo = (p: number): number => {
    if (!before) {
      before = new Float64Array(angles.length);
      for (let k = 0; k + 1 < angles.length; k++) before[k + 1] = before[k]! + partOf(k, 1);
    }
    if (p <= values[0]!) return 0;
    const k = pieceOf(values, p);
    let [from, to] = [0, 1];
    for (let i = 0; i < 40; i++) {
      const middle = (from + to) / 2;
      if (cubicAt(k, middle) <= p) from = middle;
      else to = middle;
    }
    return before[k]! + partOf(k, from);
  };

  return {
    cdf(x) {
      if (x < 0) return 0;
      const share = (Math.sqrt(x) - low) / width;
      if (!(share > 0)) return values[0]!;
      if (share >= 1) return 1;
      const angle = 2 * Math.asin(Math.sqrt(share));
      const k = pieceOf(angles, angle);
      return cubicAt(k, (angle - angles[k]!) / (angles[k + 1]! - angles[k]!));
    },
    quantileIntegral: (from, to) => integralTo(to) - integralTo(from),
  };
}
