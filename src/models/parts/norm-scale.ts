import type { Value } from "../../autodiff/value.ts";
import { restrictScale, upliftFloor, upliftScale } from "../../sparsity/restricted-layer-norm.ts";
import { ones } from "../initialisers.ts";
import type { ParameterSpec } from "../model.ts";
import type { Tracer } from "../tracer.ts";

/** What a norm declares. */
export interface Norm {
  /** Path of the module: its parameters are `NAME.weight` and `NAME.bias`. */
  readonly name: string;
  readonly epsilon: number;
  /** Whether it stands before an MLP block, so that restrictions are for it. */
  readonly beforeMlp?: boolean;
}

/** The scale w of a norm, shape [width], held to its restriction where there is one. */
export function normScale(tracer: Tracer, { name, beforeMlp }: Norm, width: number): Value {
  const constrain = beforeMlp ? constraintOf(tracer) : undefined;
  return tracer.parameter({
    name: `${name}.weight`,
    shape: [width],
    initial: ones,
    role: "norm-weight",
    ...(constrain && { constrain, constrainBefore: tracer.restriction?.legacyOrder === true }),
  });
}

function constraintOf({ restriction, options, followsStep }: Tracer): ParameterSpec["constrain"] {
  if (!restriction || !options.training) return undefined;
  const { upliftSteps } = restriction;
  if (upliftSteps === null) return restrictScale;
  const floor = followsStep("restrictedLayerNorm.floor", (step) => upliftFloor(upliftSteps, step));
  return (scale) => upliftScale(scale, floor);
}
