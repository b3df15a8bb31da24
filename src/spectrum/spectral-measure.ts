import type { GaussRule } from "../linalg/gauss-rule.ts";

/** A place on the axis and how much is there. */
export interface Jump {
  readonly x: number;
  readonly weight: number;
}

/** What a rule knows of its probe's distribution: where eigenvalues are for certain, and nodes for the rest. */
export interface Measure {
  readonly atoms: readonly Jump[];
  readonly rest: readonly Jump[];
}

/** A node without residual is an eigenvalue, and what remains without it has the other nodes for its Gauss rule. */
export function splitAtoms({ nodes, weights, residuals }: GaussRule, tolerance: number): Measure {
  const atoms: Jump[] = [];
  const rest: Jump[] = [];
  for (const [i, x] of nodes.entries()) {
    const kind = residuals[i]! <= tolerance ? atoms : rest;
    // Nodes that rounding took below 0 are all 0 now.
    const weight = weights[i]! + (kind.at(-1)?.x === x ? kind.pop()!.weight : 0);
    kind.push({ x, weight });
  }
  return { atoms, rest };
}

/** At node i of a Gauss rule the distribution is at least what nodes before i weigh. */
export function lowerJumps({ atoms, rest }: Measure, limit: number): Jump[] {
  return [...atoms, ...rest.map(({ weight }, i) => ({ x: rest[i + 1]?.x ?? limit, weight }))];
}

/** Up to node i it is at most what nodes up to i weigh. */
export function upperJumps({ atoms, rest }: Measure): Jump[] {
  return [...atoms, ...rest.map(({ weight }, i) => ({ x: rest[i - 1]?.x ?? 0, weight }))];
}

/** A distribution as straight lines between its knots, and jumps at them. */
export interface Curve {
  readonly x: Float64Array;
  /** Values just before each knot, and at it. */
  readonly before: Float64Array;
  readonly after: Float64Array;
}

/** Index of the last of some ascending numbers that is at most x; -1 if none is. */
export function lastUpTo(ascending: Float64Array, x: number): number {
  let low = 0;
  let high = ascending.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (ascending[middle]! <= x) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

/** Half of each weight before its node, half after it, evenly between nodes; atoms as jumps. */
export function midpoints({ atoms, rest }: Measure): Curve {
  const x = Float64Array.from(new Set([...atoms, ...rest].map((jump) => jump.x))).sort();
  const before = new Float64Array(x.length);
  const after = new Float64Array(x.length);
  for (const { x: place, weight } of atoms) {
    const at = lastUpTo(x, place);
    after[at] = after[at]! + weight;
  }
  for (let i = 0, total = 0; i < x.length; i++) {
    before[i] = total;
    total += after[i]!;
    after[i] = total;
  }
  let sum = 0;
  for (let i = 0; i < rest.length; i++) {
    const { x: from, weight } = rest[i]!;
    const next = rest[i + 1];
    const at = lastUpTo(x, from);
    const here = sum + weight / 2;
    before[at] = before[at]! + (i === 0 ? 0 : here);
    after[at] = after[at]! + (next ? here : sum + weight);
    sum += weight;
    const end = next ? lastUpTo(x, next.x) : x.length;
    for (let k = at + 1; k < end; k++) {
      const share = next ? (x[k]! - from) / (next.x - from) : 0;
      const value = next ? here + (share * (weight + next.weight)) / 2 : sum;
      before[k] = before[k]! + value;
      after[k] = after[k]! + value;
    }
  }
  return { x, before, after };
}

/** The mean of curves, with the knots of all. */
export function meanCurve(curves: readonly Curve[]): Curve {
  const x = Float64Array.from(new Set(curves.flatMap((curve) => Array.from(curve.x)))).sort();
  const mean = (valueAt: typeof curveAt) =>
    x.map((each) => curves.reduce((sum, curve) => sum + valueAt(curve, each), 0) / curves.length);
  return { x, before: mean(curveBefore), after: mean(curveAt) };
}

/** The mean of distributions that are jumps only. */
export function stepsUp(measures: readonly (readonly Jump[])[]): Curve {
  const jumps = measures.flat().sort((a, b) => a.x - b.x);
  const after = new Float64Array(jumps.length);
  let sum = 0;
  for (const [i, { weight }] of jumps.entries()) {
    sum += weight / measures.length;
    after[i] = sum;
  }
  const before = Float64Array.from(after, (_, i) => after[i - 1] ?? 0);
  return { x: Float64Array.from(jumps, (jump) => jump.x), before, after };
}

/** The value of a curve that starts from 0: on a jump, the one after it. */
export function curveAt({ x, before, after }: Curve, at: number): number {
  const k = lastUpTo(x, at);
  if (k < 0) return 0;
  if (k === x.length - 1 || x[k] === at) return after[k]!;
  const share = (at - x[k]!) / (x[k + 1]! - x[k]!);
  return after[k]! + share * (before[k + 1]! - after[k]!);
}

/** The value just before. */
export function curveBefore(curve: Curve, at: number): number {
  let k = lastUpTo(curve.x, at);
  if (k < 0 || curve.x[k] !== at) return curveAt(curve, at);
  while (k > 0 && curve.x[k - 1] === at) k--;
  return curve.before[k]!;
}

/** The smallest x where a curve is at least p. */
export function quantileOf({ x, before, after }: Curve, p: number): number {
  let k = 0;
  while (k < x.length - 1 && after[k]! < p) k++;
  if (k === 0 || before[k]! < p) return x[k]!;
  const from = after[k - 1]!;
  return x[k - 1]! + ((p - from) / (before[k]! - from)) * (x[k]! - x[k - 1]!);
}

/** The largest distance of a curve from two others that jump at its knots and nowhere between them. */
export function widest(curve: Curve, lower: Curve, upper: Curve): number {
  let most = 0;
  for (const [k, x] of curve.x.entries()) {
    most = Math.max(
      most,
      curve.after[k]! - curveAt(lower, x),
      curve.before[k]! - curveBefore(lower, x),
      curveAt(upper, x) - curve.after[k]!,
      curveBefore(upper, x) - curve.before[k]!,
    );
  }
  return most;
}
