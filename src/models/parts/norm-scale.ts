import type { Value } from "../../autodiff/value.ts";
import { restrictScale, upliftFloor, upliftScale } from "../../sparsity/restricted-layer-norm.ts";
import { ones } from "../initialisers.ts";
import type { ParameterSpec } from "../model.ts";
import type { Tracer } from "../tracer.ts";
import type { Norm } from "./layer-norm.ts";

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
