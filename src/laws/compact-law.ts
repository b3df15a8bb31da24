import { gaussLegendre } from "../linalg/gauss-legendre.ts";
import { type Law, requireOrder, requireProbability } from "./law.ts";

/** Pieces that shrink by half towards the lower edge, where a density may bend within any distance, and their nodes. */
const pieces = 40;
const nodesOfPiece = 40;

/** A law on an interval whose density and tail are known point by point. */
export interface CompactLaw {
  readonly id: string;
  readonly name: string;
  /** Ends of the continuous part, 0 <= lower < upper. */
  readonly lower: number;
  readonly upper: number;
  /** Probability of the continuous part, in (0, 1]; the rest is an atom at 0. */
  readonly mass: number;
  /** Of the whole law, the atom included. */
  readonly mean: number;
  readonly variance: number;
  /** Density at x inside the interval, for a continuous part of probability 1. */
  density(x: number): number;
  /** Probability of more than x under the same. */
  tail(x: number): number;
}

/**
 * The law with the given density and tail, with a quantile by Newton on the angle t of
 * `x = lower + (upper - lower) sin^2(t / 2)`, kept inside a shrinking bracket.
 *
 * @returns the law; cdf, survival and quantile are as accurate, absolutely, as the tail. Where the distribution is flat,
 *   between bulks, the quantile is one of the points there.
 */
export function compactLaw(part: CompactLaw): Law {
  const { id, name, lower, upper, mean, variance } = part;
  const atomAtZero = 1 - part.mass;
  const mass = 1 - atomAtZero; // so that both add up to 1 in floating point, too
  const width = upper - lower;
  const tail = (x: number): number => {
    if (x >= upper) return 0;
    return x <= lower ? 1 : Math.min(1, Math.max(0, part.tail(x)));
  };
  const place = (angle: number): number => lower + width * Math.sin(angle / 2) ** 2;

  const quantile = (p: number): number => {
    if (p <= 0) return lower;
    if (p >= 1) return upper;
    let low = 0;
    let high = Math.PI;
    let angle = Math.PI * p;
    for (let i = 0; i < 200; i++) {
      const x = place(angle);
      const excess = 1 - tail(x) - p;
      if (excess === 0) return x;
      if (excess > 0) high = angle;
      else low = angle;
      const slope = x > lower && x < upper ? part.density(x) * (width / 2) * Math.sin(angle) : 0;
      let next = angle - excess / slope;
      if (!(next > low && next < high)) next = (low + high) / 2;
      if (Math.abs(next - angle) <= 4e-16 * angle) return place(next);
      angle = next;
    }
    return place(angle);
  };

  const inverse = (p: number): number => {
    if (mass < 1 && p <= atomAtZero) return 0;
    return p >= 1 ? upper : quantile((p - atomAtZero) / mass);
  };

  /** E x^k = lower^k + integral of k x^(k-1) P(X > x), by the substitution that flattens square-root edges. */
  const momentByQuadrature = (k: number): number => {
    const { nodes, weights } = gaussLegendre(nodesOfPiece);
    let sum = lower ** k;
    for (let piece = 0, end = Math.PI; piece < pieces; piece++, end /= 2) {
      const start = piece === pieces - 1 ? 0 : end / 2;
      const half = (end - start) / 2;
      for (let i = 0; i < nodes.length; i++) {
        const angle = start + half * (1 + nodes[i]!);
        const x = place(angle);
        sum += half * weights[i]! * k * x ** (k - 1) * tail(x) * (width / 2) * Math.sin(angle);
      }
    }
    return mass * sum;
  };

  return Object.freeze({
    id,
    name,
    support: [lower, upper] as const,
    atomAtZero,
    mean,
    variance,
    pdf: (x: number) => (x > lower && x < upper ? mass * part.density(x) : 0),
    cdf: (x: number) => (x < 0 ? 0 : 1 - mass * tail(x)),
    survival: (x: number) => (x < 0 ? 1 : mass * tail(x)),
    quantile(p: number) {
      requireProbability(p);
      return inverse(p);
    },
    sample: ({ uniform }) => inverse(uniform()),
    moment(k: number) {
      requireOrder(k);
      if (k === 1) return mean;
      return k === 2 ? variance + mean * mean : momentByQuadrature(k);
    },
  } satisfies Law);
}
