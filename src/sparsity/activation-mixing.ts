import { add } from "../autodiff/ops/add.ts";
import { multiply } from "../autodiff/ops/multiply.ts";
import { subtract } from "../autodiff/ops/subtract.ts";
import type { Value } from "../autodiff/value.ts";
import { type Activation, intersect } from "./activations/activation.ts";

/**
 * (1 - k) from(x) + k to(x), with the same combination of derivatives.
 *
 * @param share - k, shape `[]`: see {@link mixingShare}.
 */
export function mixActivations(from: Activation, to: Activation, share: Value): Activation {
  const between = (start: Value, end: Value) => add(start, multiply(share, subtract(end, start)));
  return {
    name: to.name,
    oneSided: from.oneSided && to.oneSided,
    habitat: { x: intersect(from.habitat.x, to.habitat.x), y: intersect(from.habitat.y, to.habitat.y) },
    apply: (x) => between(from.apply(x), to.apply(x)),
    derivative: (x) => between(from.derivative(x), to.derivative(x)),
  };
}

/** k = clip(step / steps, 0, 1). @param step - steps made before this one. */
export function mixingShare(steps: number, step: number): number {
  return Math.min(Math.max(step / steps, 0), 1);
}
