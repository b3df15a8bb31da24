import { largestAssignment } from "../linalg/assignment.ts";
import { dot, type SpikeMoment } from "./spike-snapshot.ts";

/** How a followed spike was seen last, and how it was seen last while it was told apart from all others. */
export interface Known {
  readonly last: SpikeMoment;
  readonly apart: SpikeMoment | null;
}

/** Probability at which any two random directions of a checkpoint pass for one spike. */
const chanceLevel = 1e-3;
/** Cosine of the largest turn of a direction, what noise takes off the overlap allowed for: 60 degrees. */
const leastCosine = 0.5;
/** Of a spike that was not told apart from others, how much its last vectors count beside those before. */
const lastWeight = 0.01;

/**
 * Which spikes of a checkpoint are which of those that are followed: the assignment with the largest sum of
 * `|u.u'| |v.v'|`.
 *
 * Two can be one spike where random directions would hardly be as alike, `exp(-(N (u.u')^2 + M (v.v')^2) / 2)` times
 * the number of pairs at most 1e-3, and where neither side has turned by over 60 degrees: `|u.u'| >= c c' / 2`, c and
 * c' what noise leaves of each. Of a spike that was not told apart from others (they turn among themselves) the vectors
 * count that it had when it was.
 *
 * @returns for each followed spike the place of its moment, or -1.
 */
export function matchSpikes(known: readonly Known[], moments: readonly SpikeMoment[]): number[] {
  const pairs = known.length * moments.length;
  return largestAssignment(
    known.map(({ last, apart }) =>
      moments.map((moment) => {
        const byLast = likeness(last, moment, pairs);
        if (last.cluster.length === 1 || apart === null) return byLast;
        return likeness(apart, moment, pairs) + lastWeight * byLast;
      }),
    ),
  );
}

/**
 * |u.u'| |v.v'|, or 0 where the two can't be one spike.
 *
 * @param pairs - that are compared with these.
 */
export function likeness(a: SpikeMoment, b: SpikeMoment, pairs = 1): number {
  const left = Math.abs(dot(a.left, b.left));
  const right = Math.abs(dot(a.right, b.right));
  const exponent = (a.left.length * left * left + a.right.length * right * right) / 2;
  if (pairs * Math.exp(-exponent) > chanceLevel) return 0;
  const areApart = a.cluster.length === 1 && b.cluster.length === 1;
  if (areApart && a.planted && b.planted) {
    const hasTurned =
      left < leastCosine * Math.sqrt(a.planted.left * b.planted.left) ||
      right < leastCosine * Math.sqrt(a.planted.right * b.planted.right);
    if (hasTurned) return 0;
  }
  return left * right;
}
