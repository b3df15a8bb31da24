import type { FollowedPoint, FollowedSpike } from "../analysis/trajectory-schemas.ts";

/** Probability, over all comparisons of a spike, at which it is called drifting although its direction stays. */
export const driftLevel = 0.01;

/**
 * Whether a spike's direction turned by more than noise explains, and how fast.
 *
 *     p = min(1, comparisons * smallest p-value);  drifts where p <= 0.01
 *
 * Simulated, noise drawn anew at each of 6 checkpoints: of directions that stay 1 % are called drifting from 1.6 times the
 * threshold on (7 of 900), nearer to it up to 3 % (8 of 400; most of those are not judged).
 *
 * @param points - of one spike, in order.
 * @param pValues - of all overlaps with the previous and the first appearance; null where it is not known what noise
 *   explains.
 * @source Bonferroni correction; the family is the overlaps of one spike.
 */
export function driftOf(
  points: readonly FollowedPoint[],
  pValues: readonly (number | null)[],
): FollowedSpike["drift"] {
  const known = pValues.filter((pValue) => pValue !== null);
  const last = points.at(-1)!;
  const since = last.first ?? last.previous;
  const steps = last.step - points[0]!.step;
  const perStep = ([least, most]: readonly [number | null, number]): [number | null, number] => [
    least === null ? null : least / steps,
    most / steps,
  ];
  const degreesPerStep =
    since && steps > 0 ? { left: perStep(since.left.turn), right: perStep(since.right.turn) } : null;
  if (known.length === 0) {
    const reason =
      points.length === 1
        ? "it was seen at one checkpoint only"
        : "what noise explains of its overlaps is not known: it is too near to the edge of the bulk, or was not told apart from other spikes than before";
    return { drifts: null, pValue: null, comparisons: 0, reason, degreesPerStep };
  }
  const pValue = Math.min(1, known.length * Math.min(...known));
  return {
    drifts: pValue <= driftLevel,
    pValue,
    comparisons: known.length,
    reason: null,
    degreesPerStep,
  };
}
