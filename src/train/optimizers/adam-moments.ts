import { z } from "zod";
import { adamStep } from "../../autodiff/ops/adam-step.ts";
import { movingAverage } from "../../autodiff/ops/moving-average.ts";
import type { Value } from "../../autodiff/value.ts";
import type { ScheduledSpec } from "../../models/model.ts";
import type { OptimizerInput, OptimizerOutput } from "./optimizer.ts";

const beta = z.number().min(0).lt(1);

/** What Adam and AdamW take besides. */
export const adamOptions = {
  /** beta_1 and beta_2, in [0, 1): decay of the averages of g and of g^2. */
  betas: z.tuple([beta, beta]).default([0.9, 0.999]),
  epsilon: z.number().positive().default(1e-8),
};

/** Options of the moments. */
export interface AdamOptions {
  readonly betas: readonly [number, number];
  readonly epsilon: number;
}

/** The state that Adam keeps: averages of g and of g^2. */
export const adamSlots = ["first", "second"] as const;

/** The shares 1 - beta^t of the averages that draws have filled by the end of a step. */
export function adamScheduled([first, second]: readonly [number, number]): ScheduledSpec[] {
  return [
    { name: "firstShare", at: (step) => 1 - first ** (step + 1) },
    { name: "secondShare", at: (step) => 1 - second ** (step + 1) },
  ];
}

/** One step of Adam with averages of `factor * gradient`. @param decoupled - AdamW's weight decay. */
export function adamUpdate(
  { weights, rate, state, scheduled }: OptimizerInput,
  gradient: Value,
  factor: Value,
  { betas: [firstBeta, secondBeta], epsilon }: AdamOptions,
  decoupled: number,
): OptimizerOutput {
  const first = movingAverage(state("first"), gradient, factor, firstBeta, 1);
  const second = movingAverage(state("second"), gradient, factor, secondBeta, 2);
  const shares = [scheduled("firstShare"), scheduled("secondShare")] as const;
  const next = adamStep(weights, first, second, rate, ...shares, { epsilon, weightDecay: decoupled });
  return { weights: next, state: { first, second } };
}
