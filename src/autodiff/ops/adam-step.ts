import { apply, type Op, type Value } from "../value.ts";

interface AdamStep {
  readonly epsilon: number;
  /** Decoupled weight decay: what AdamW adds. */
  readonly weightDecay: number;
}

export const adamStepOp: Op<AdamStep> = {
  name: "adam-step",
  shape: ([weights]) => weights!,
  backward: () => [null, null, null, null, null, null],
  evaluate(
    [weights, first, second, rate, firstShare, secondShare],
    { attributes: { epsilon, weightDecay } },
  ) {
    return weights!.map((w, i) => {
      const direction = first![i]! / firstShare![0]! / (Math.sqrt(second![i]! / secondShare![0]!) + epsilon);
      return w - rate![0]! * (direction + weightDecay * w);
    });
  },
  trials: [
    {
      shapes: [[3, 7], [3, 7], [3, 7], [], [], []],
      attributes: { epsilon: 1e-8, weightDecay: 0.3 },
      entries: [null, null, (normal) => normal * normal + 0.01, () => 0.02, () => 0.19, () => 0.002],
    },
  ],
};

/**
 * The weights after a step of Adam: w - rate ((m / m_t) / (sqrt(v / v_t) + epsilon) + decay w); no gradient flows.
 *
 * @param weights - w.
 * @param first, second - m and v, the moving averages after this step.
 * @param rate - learning rate, shape `[]`.
 * @param firstShare, secondShare - m_t = 1 - beta_1^t and v_t = 1 - beta_2^t, shape `[]`.
 * @source Kingma & Ba 2015, arXiv 1412.6980, algorithm 1; Loshchilov & Hutter 2019, arXiv 1711.05101, algorithm 2.
 */
export function adamStep(
  weights: Value,
  first: Value,
  second: Value,
  rate: Value,
  firstShare: Value,
  secondShare: Value,
  step: AdamStep,
): Value {
  return apply(adamStepOp, [weights, first, second, rate, firstShare, secondShare], step);
}
