import type { Program } from "../autodiff/program.ts";
import type { Backend } from "../backends/backend.ts";
import type { Traced } from "../models/model.ts";
import type { Batches } from "./batches/batches.ts";
import { eventTurn } from "./event-turn.ts";
import { blockMeters } from "./meters.ts";
import type { MetricsLine } from "./metrics-log.ts";
import { dataOf, stepInputs } from "./step-inputs.ts";
import type { TrainableModel } from "./trainable.ts";
import type { RunState } from "./weights.ts";

/** What an evaluation measures. */
export type Evaluation = Omit<MetricsLine, "step" | "split">;

/** What is evaluated, and on what. */
export interface EvaluationOptions {
  readonly batchSize: number;
  readonly seed: number;
  /** Whether rows are tokens. */
  readonly perToken: boolean;
  /** Batches at most; all by default. */
  readonly evaluateBatches?: number | undefined;
}

/** Evaluates a model with the weights that it has then. */
export interface Evaluator {
  /**
   * @param step - updates made: what scheduled numbers of the model are taken at.
   * @param signal - ends it between two batches, by throwing its reason.
   */
  at(step: number, signal?: AbortSignal): Promise<Evaluation>;
  dispose(): void;
}

/**
 * Prepares evaluations of a model: loss without smoothing, accuracy and activity, as means over all labelled rows and
 * over all examples.
 *
 * @param traced - the model without training's draws.
 * @param batches - of the part to evaluate on.
 */
export async function evaluator(
  backend: Backend,
  state: RunState,
  model: Pick<TrainableModel, "activityOf">,
  traced: Traced,
  batches: Batches,
  { batchSize, seed, perToken, evaluateBatches: most = Number.POSITIVE_INFINITY }: EvaluationOptions,
): Promise<Evaluator> {
  const meters = blockMeters(traced, batchSize, model.activityOf);
  const outputs: Record<string, Program["outputs"][string]> = {
    rowLosses: traced.rowLosses,
    accuracy: traced.accuracy,
  };
  for (const [i, meter] of meters.entries()) {
    outputs[`active.${i}`] = meter.activatedRatio;
    outputs[`flat.${i}`] = meter.derivativeSparsity;
  }
  const program: Program = { outputs };
  const plan = await backend.compile(program, state);
  const inputs = stepInputs(program, traced, traced.scheduled, seed);
  const data = dataOf(program, traced);
  return {
    async at(step, signal) {
      const sums = { loss: 0, correct: 0, rows: 0, examples: 0 };
      const active = meters.map(() => 0);
      const flat = meters.map(() => 0);
      for (let place = 0; place < Math.min(batches.count, most); place++) {
        await eventTurn();
        signal?.throwIfAborted();
        const { feed, examples } = await batches.batch(place);
        const read = await plan.run({ ...data(feed), ...inputs(step) });
        const rows = labelledRows(feed.labels as ArrayLike<number>);
        sums.rows += rows;
        sums.examples += examples;
        sums.loss += sumOf(read.rowLosses!);
        sums.correct += read.accuracy![0]! * rows;
        for (const i of meters.keys()) {
          active[i]! += sumOf(read[`active.${i}`]!.subarray(0, examples));
          flat[i]! += sumOf(read[`flat.${i}`]!.subarray(0, examples));
        }
      }
      const loss = sums.loss / sums.rows;
      const names = meters.map(({ block }) => block);
      return {
        loss,
        accuracy: sums.correct / sums.rows,
        ...(perToken && { perplexity: Math.exp(loss) }),
        ...activity(
          names,
          active.map((sum) => sum / sums.examples),
          flat.map((sum) => sum / sums.examples),
        ),
      };
    },
    dispose: () => plan.dispose(),
  };
}

/** Activity by block, and its mean over blocks. */
export function activity(
  blocks: readonly string[],
  active: readonly number[],
  flat: readonly number[],
): Pick<
  MetricsLine,
  "activatedRatio" | "activatedRatioPerLayer" | "derivativeSparsity" | "derivativeSparsityPerLayer"
> {
  const byBlock = (shares: readonly number[]) =>
    Object.fromEntries(blocks.map((block, i) => [block, shares[i]!]));
  return {
    activatedRatio: meanOf(active),
    activatedRatioPerLayer: byBlock(active),
    derivativeSparsity: meanOf(flat),
    derivativeSparsityPerLayer: byBlock(flat),
  };
}

/** null for no values. */
export function meanOf(values: ArrayLike<number>): number | null {
  return values.length === 0 ? null : sumOf(values) / values.length;
}

function sumOf(values: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i]!;
  return sum;
}

function labelledRows(labels: ArrayLike<number>): number {
  let count = 0;
  for (let i = 0; i < labels.length; i++) if (labels[i]! >= 0) count++;
  return count;
}
