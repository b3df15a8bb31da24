import { input } from "../../autodiff/leaves.ts";
import { correct } from "../../autodiff/ops/correct.ts";
import { exampleLosses } from "../example-losses.ts";
import { type MeasuredBatch, type MeasuredPart, partPlan } from "../measured-part.ts";
import { type CountedRows, countRows } from "./predictions.ts";
import { stillTokens, type UndisturbedBatch } from "./token-gradients.ts";

/** What a disturbance makes of a batch's examples. */
export interface DisturbedExample {
  /** l(x + delta) - l(x). */
  readonly increase: number;
  /** Labelled rows whose largest logit is that of another class, and labelled rows. */
  readonly changed: CountedRows;
}

/** Runs a model whose tokens are moved. */
export interface DisturbedModel {
  /**
   * @param moves - delta of blocks by their place, shape [B, T, d]; blocks without one are left alone.
   * @returns for each example that counts.
   */
  run(
    batch: MeasuredBatch,
    before: Pick<UndisturbedBatch, "losses" | "predictions">,
    moves: ReadonlyMap<number, Float64Array>,
  ): Promise<DisturbedExample[]>;
  dispose(): void;
}

const PREDICTIONS = "undisturbed.predictions";

/** The loss of a part's examples where what MLP blocks take is disturbed. */
export async function disturbedModel(part: MeasuredPart): Promise<DisturbedModel> {
  const traced = part.disturbed();
  const rows = traced.logits.shape.slice(0, 1);
  const outputs = {
    losses: exampleLosses(traced, part.batchSize),
    kept: correct(traced.logits, input(PREDICTIONS, rows)),
  };
  const plan = await partPlan(part, { outputs });
  const still = stillTokens(part);
  return {
    async run(batch, before, moves) {
      const moved = Array.from(moves, ([place, delta]) => [
        `${traced.blocks[place]!.tap}.disturbance`,
        delta,
      ]);
      const found = await plan.run(batch, {
        ...still,
        ...Object.fromEntries(moved),
        [PREDICTIONS]: before.predictions,
      });
      const changed = countRows(
        found.kept!.map((each) => 1 - each),
        batch,
        part.batchSize,
      );
      return changed.map((rows, i) => ({ increase: found.losses![i]! - before.losses[i]!, changed: rows }));
    },
    dispose: () => plan.dispose(),
  };
}
