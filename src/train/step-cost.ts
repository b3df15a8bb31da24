import { sizeOf } from "../autodiff/shape.ts";
import type { Traced } from "../models/model.ts";

/** Multiplications and additions for each parameter and token: 2 forward, 4 backward. */
const PER_PARAMETER_AND_TOKEN = 6;

/**
 * About how many operations a training step takes: C = 6 N D, with N parameters and D tokens.
 *
 * @param traced - for training.
 * @returns a rough number, which leaves out attention's own products.
 * @source Kaplan et al. 2020, arXiv 2001.08361, section 2.1.
 */
export function stepCost({ parameters, taps, logits }: Traced): number {
  const parameterCount = Array.from(parameters.values(), ({ spec }) => sizeOf(spec.shape)).reduce(
    (a, b) => a + b,
    0,
  );
  const widest = Array.from(taps.values(), ({ shape }) => sizeOf(shape.slice(0, -1)));
  const tokens = Math.max(logits.shape[0]!, ...widest);
  return PER_PARAMETER_AND_TOKEN * parameterCount * tokens;
}
