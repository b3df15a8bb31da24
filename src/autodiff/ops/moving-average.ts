import { apply, type Op, type Value } from "../value.ts";

interface Decay {
  /** beta, in [0, 1). */
  readonly decay: number;
  readonly power: 1 | 2;
}

export const movingAverageOp: Op<Decay> = {
  name: "moving-average",
  shape: ([average]) => average!,
  backward: () => [null, null, null],
  evaluate([average, gradient, factor], { attributes: { decay, power } }) {
    return average!.map((each, i) => decay * each + (1 - decay) * (factor![0]! * gradient![i]!) ** power);
  },
  trials: ([1, 2] as const).map((power) => ({
    shapes: [[3, 7], [3, 7], []],
    attributes: { decay: 0.9, power },
  })),
};

/**
 * An exponential moving average's next entries: beta m + (1 - beta) (c g)^power; no gradient flows.
 *
 * @param average - m.
 * @param gradient - g, of the same shape.
 * @param factor - c, shape `[]`: what clipping multiplies gradients by.
 */
export function movingAverage(
  average: Value,
  gradient: Value,
  factor: Value,
  decay: number,
  power: 1 | 2,
): Value {
  return apply(movingAverageOp, [average, gradient, factor], { decay, power });
}
