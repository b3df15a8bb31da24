import { input, parameter } from "../../src/autodiff/leaves.ts";
import { add } from "../../src/autodiff/ops/add.ts";
import { sum } from "../../src/autodiff/ops/broadcasting.ts";
import { multiply } from "../../src/autodiff/ops/multiply.ts";
import type { Shape } from "../../src/autodiff/shape.ts";
import type { ParameterSpec, Traced } from "../../src/models/model.ts";

/**
 * A "model" whose loss is sum(g w) over its parameters, with inputs `gradient.NAME`: the gradient of each is what it
 * is fed.
 */
export function linearLoss(
  parameters: readonly (Partial<ParameterSpec> & { name: string; shape: Shape })[],
): Traced {
  const specs = parameters.map((given): { spec: ParameterSpec; value: ReturnType<typeof parameter> } => ({
    spec: {
      role: "weight",
      trainable: true,
      initial: (_, shape) => new Float32Array(shape.reduce((a, b) => a * b, 1)),
      ...given,
    },
    value: parameter(given.name, given.shape),
  }));
  const gradients = specs.map(({ spec }) => input(`gradient.${spec.name}`, spec.shape));
  const loss = specs.map(({ value }, i) => sum(multiply(value, gradients[i]!))).reduce(add);
  return {
    inputs: new Map(specs.map(({ spec }) => [`gradient.${spec.name}`, spec.shape])),
    parameters: new Map(specs.map((each) => [each.spec.name, each])),
    draws: [],
    scheduled: [],
    logits: loss,
    rowLosses: loss,
    loss,
    accuracy: loss,
    taps: new Map(),
    adapters: [],
    blocks: [],
  };
}
