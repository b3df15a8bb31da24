import type { PlantedDirection } from "./bbp.ts";

/** The error of a denoised matrix that a shrinker makes smallest: Frobenius, operator or nuclear norm. */
export type ShrinkageLoss = "frobenius" | "operator" | "nuclear";

/** The three losses. */
export const shrinkageLosses: readonly ShrinkageLoss[] = ["frobenius", "operator", "nuclear"];

/**
 * The singular value that a direction gets in the denoised matrix, from what its spike says of it.
 *
 * A spike shows a direction with a value too large and with vectors turned away from the planted ones, by angles
 * whose cosines are c (length N) and d (length M), c <= d. The best value under each loss is, for a strength t,
 *
 *     frobenius   t c d
 *     operator    t c / d
 *     nuclear     t max(0, c d - sqrt((1 - c^2)(1 - d^2)))
 *
 * each the least of a norm of the 2 x 2 matrix `t e e' - value u v'`. They are the optimal shrinkers as the matrix
 * grows.
 *
 * @source Gavish & Donoho 2017, IEEE Trans. Inf. Theory 63:2137-2152 (Frobenius, nuclear; operator for square
 *   matrices, where it is t); Leeb 2022, Stat. Probab. Lett. 186:109472 (operator for all).
 */
export const shrinkers: Readonly<Record<ShrinkageLoss, (planted: PlantedDirection) => number>> = {
  frobenius: ({ strength, overlapLeft, overlapRight }) => strength * Math.sqrt(overlapLeft * overlapRight),
  operator: ({ strength, overlapLeft, overlapRight }) =>
    overlapRight > 0 ? strength * Math.sqrt(Math.min(1, overlapLeft / overlapRight)) : 0,
  nuclear: ({ strength, overlapLeft, overlapRight }) =>
    strength *
    Math.max(0, Math.sqrt(overlapLeft * overlapRight) - Math.sqrt((1 - overlapLeft) * (1 - overlapRight))),
};
