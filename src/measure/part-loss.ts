import { correct } from "../autodiff/ops/correct.ts";
import { crossEntropy, hasLabel } from "../autodiff/ops/cross-entropy.ts";
import { reshape } from "../autodiff/ops/reshape.ts";
import { layOut } from "../autodiff/program.ts";
import type { Value } from "../autodiff/value.ts";
import { type Estimated, meanOf, ratio } from "./estimate.ts";
import { exampleLosses } from "./example-losses.ts";
import type { ExampleMoments } from "./example-moments.ts";
import type { MeasuredPart } from "./measured-part.ts";

/** What is measured of the whole model's loss, in the order of its moments. */
const names = ["loss", "crossEntropy", "correct", "labelled"] as const;
type Name = (typeof names)[number];

/**
 * The loss of each example with the recipe's label smoothing, and without it, how many of its labels are found, and how
 * many there are: shape [B] each.
 */
export function lossValues({ traced, batchSize }: MeasuredPart): Readonly<Record<Name, Value>> {
  const { logits, rowLosses } = traced;
  const labels = reshape(layOut({ outputs: { rowLosses } }).inputs.get("labels")!, rowLosses.shape);
  const ofExamples = (rows: Value) => exampleLosses({ rowLosses: rows }, batchSize);
  return {
    loss: ofExamples(rowLosses),
    crossEntropy: ofExamples(crossEntropy(logits, labels, 0)),
    correct: ofExamples(correct(logits, labels)),
    labelled: ofExamples(hasLabel(labels)),
  };
}

/**
 * The means that follow: the loss over examples; cross-entropy and accuracy over all labels, as evaluations while
 * training have them.
 */
export function lossEstimates(
  moments: ExampleMoments,
): Record<"loss" | "crossEntropy" | "accuracy", Estimated> {
  const mean = (name: Name) => meanOf(moments, names.indexOf(name));
  const none = "no example has a label";
  return {
    loss: mean("loss"),
    crossEntropy: ratio(mean("crossEntropy"), mean("labelled"), none),
    accuracy: ratio(mean("correct"), mean("labelled"), none),
  };
}
