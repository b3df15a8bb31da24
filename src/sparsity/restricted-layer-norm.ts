import { constant } from "../autodiff/leaves.ts";
import { maximum } from "../autodiff/ops/minimum.ts";
import { multiply } from "../autodiff/ops/multiply.ts";
import { absoluteValue, applyPiecewise } from "../autodiff/ops/piecewise-polynomial.ts";
import type { Value } from "../autodiff/value.ts";
import type { SparsityOptions } from "./options.ts";

/** How norms before MLP blocks are restricted. */
export interface Restriction {
  /** U, steps of the uplift while finetuning; null from scratch. */
  readonly upliftSteps: number | null;
  readonly legacyOrder: boolean;
}

/** What the options ask for; null where norms are free. */
export function restrictionOf({ restrictedLayerNorm }: SparsityOptions): Restriction | null {
  if (restrictedLayerNorm === undefined) return null;
  const { upliftSteps = null, legacyOrder = false } = restrictedLayerNorm === true ? {} : restrictedLayerNorm;
  return { upliftSteps, legacyOrder };
}

/** Scales from scratch: max(w, 1), signed. */
export function restrictScale(scale: Value): Value {
  return maximum(scale, constant(1));
}

/** 1 for x >= 0, else -1. */
const sign = { breaks: [0], owners: ["right"], pieces: [[-1], [1]] } as const;

/**
 * Scales while finetuning, the hard uplift: sign(w) max(|w|, floor), where 0 counts as positive.
 *
 * @param floor - shape `[]`: see {@link upliftFloor}.
 */
export function upliftScale(scale: Value, floor: Value): Value {
  return multiply(applyPiecewise(sign, scale), maximum(absoluteValue(scale), floor));
}

/** The floor min((step + 1) / U, 1) that holds after a step. @param step - steps made before it. */
export function upliftFloor(upliftSteps: number, step: number): number {
  return Math.min((step + 1) / upliftSteps, 1);
}
