import { z } from "zod";
import type { Traced } from "../../models/model.ts";
import { stepCost } from "../../train/step-cost.ts";

/** A product with the Hessian over a gradient, in operations: seen of 3 to 4 with Transformers. */
const GRADIENTS_A_PRODUCT = 4;
/** A product with one matrix's block over one with the whole Hessian: what it saves depends on its depth. */
const SHARE_OF_A_BLOCK = 0.5;
/** Times the operations that are allowed, beyond which nothing is begun. */
const MOST_BEYOND = 10;
/** Bytes that Lanczos' directions may take. */
const MOST_BYTES = 2 ** 30;
/** Steps below which Lanczos isn't begun. */
const LEAST_STEPS = 4;

const count = (text: string) =>
  z.int().nonnegative().optional().describe(`${text}; 0 leaves out what follows from them`);

/** What can be set; what isn't is the default, scaled down where that takes more than the operations allowed. */
export const hessianSettings = z.strictObject({
  operations: z
    .number()
    .positive()
    .default(4e11)
    .describe("multiplications and additions, about: 10 seconds of one core"),
  batches: z
    .int()
    .positive()
    .optional()
    .describe("batches whose mean loss is measured, spread over the part"),
  probes: count("random directions a batch for the whole trace"),
  draws: count("random scores a batch for the Fisher information"),
  densityProbes: count("random directions for the density of eigenvalues"),
  steps: count("Lanczos steps from each of those"),
  layerProbes: count("random directions a batch for the trace of a matrix's block"),
  layerSteps: count("Lanczos steps for the largest eigenvalues of a matrix's block, at most"),
});
export type HessianSettings = z.output<typeof hessianSettings>;

/** How many of each are run. */
export type HessianCounts = Readonly<Record<keyof Omit<HessianSettings, "operations">, number>>;

const full: HessianCounts = {
  batches: 2,
  probes: 16,
  draws: 16,
  densityProbes: 2,
  steps: 30,
  layerProbes: 8,
  layerSteps: 24,
};
const least: HessianCounts = {
  batches: 1,
  probes: 2,
  draws: 4,
  densityProbes: 1,
  steps: 8,
  layerProbes: 2,
  layerSteps: 4,
};

/** The work that is to be done, and about how much it is. */
export interface HessianWork {
  readonly counts: HessianCounts;
  /** Runs of a program, at most. */
  readonly runs: number;
  /** Multiplications and additions, about. */
  readonly operations: number;
  /** Why it isn't to be begun: it takes more than ten times the operations allowed. */
  readonly refusal: string | null;
}

/** The work that counts amount to. @param matrices - of MLP blocks, each of which has a block of the Hessian. */
function workOf(counts: HessianCounts, gradient: number, matrices: number): HessianWork {
  const { batches, probes, draws, densityProbes, steps, layerProbes, layerSteps } = counts;
  const whole = probes + densityProbes * steps;
  const blocks = matrices * (layerProbes + layerSteps);
  const products = whole + SHARE_OF_A_BLOCK * blocks;
  return {
    counts,
    runs: batches * (whole + draws + blocks),
    operations: batches * gradient * (GRADIENTS_A_PRODUCT * products + draws),
    refusal: null,
  };
}

/**
 * Counts for a model: what is set, and of the defaults so much as the operations allow, but no less than a few of each.
 *
 * @param available - batches of the part.
 * @returns work that is refused where even that takes more than ten times the operations allowed.
 */
export function hessianWork(traced: Traced, available: number, settings: HessianSettings): HessianWork {
  const { operations: allowed, ...set } = settings;
  const matrices = traced.blocks.reduce((sum, { value }) => sum + (value === null ? 1 : 2), 0);
  const scaled = (share: number): HessianWork => {
    const entries = Object.entries(full).map(([name, most]) => {
      const of = name as keyof HessianCounts;
      return [name, set[of] ?? Math.max(least[of], Math.round(most * share))];
    });
    const counts = Object.fromEntries(entries) as HessianCounts;
    const batches = Math.min(counts.batches, available);
    return workOf({ ...counts, batches }, stepCost(traced), matrices);
  };
  let found = scaled(1);
  for (let share = 0.9; found.operations > allowed && share > 0.02; share *= 0.9) found = scaled(share);
  if (found.operations <= MOST_BEYOND * allowed) return found;
  const needed = found.operations.toPrecision(2);
  const refusal = `products with its Hessian would take about ${needed} operations, and ${allowed.toPrecision(2)} are allowed: set hessian.operations to ${needed}, or hessian.steps and hessian.layerSteps to 0 for traces alone`;
  return { ...found, refusal };
}

/** Lanczos steps whose directions have a place; 0 where too few have. */
export function affordableSteps(steps: number, dimension: number): number {
  const most = Math.min(steps, Math.floor(MOST_BYTES / (8 * dimension)) - 1);
  return most < Math.min(LEAST_STEPS, steps) ? 0 : most;
}
