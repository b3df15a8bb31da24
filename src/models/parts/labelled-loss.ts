import { constant } from "../../autodiff/leaves.ts";
import { add } from "../../autodiff/ops/add.ts";
import { sum } from "../../autodiff/ops/broadcasting.ts";
import { correct } from "../../autodiff/ops/correct.ts";
import { crossEntropy, hasLabel } from "../../autodiff/ops/cross-entropy.ts";
import { divide } from "../../autodiff/ops/divide.ts";
import { maximum } from "../../autodiff/ops/minimum.ts";
import { multiply } from "../../autodiff/ops/multiply.ts";
import { subtract } from "../../autodiff/ops/subtract.ts";
import type { Value } from "../../autodiff/value.ts";
import type { Traced } from "../model.ts";
import type { Tracer } from "../tracer.ts";

/**
 * Each row's cross-entropy, and the means over rows that have a label.
 *
 * With mixup a row's loss is share of that for `labels` and the rest of that for `labelsOther`.
 *
 * @param logits - shape [rows, classes].
 * @param labels - shape [rows]; a row without one has -100.
 * @source Zhang et al. 2018, arXiv 1710.09412 (mixup).
 */
export function labelledLoss(
  { input, options: { labelSmoothing, mixup } }: Tracer,
  logits: Value,
  labels: Value,
): Pick<Traced, "rowLosses" | "loss" | "accuracy"> {
  const own = crossEntropy(logits, labels, labelSmoothing);
  let rowLosses = own;
  if (mixup) {
    const other = crossEntropy(logits, input("labelsOther", labels.shape), labelSmoothing);
    const share = input("share", labels.shape);
    rowLosses = add(other, multiply(share, subtract(own, other)));
  }
  // A batch of padding alone has loss 0.
  const rows = maximum(sum(hasLabel(labels)), constant(1));
  return {
    rowLosses,
    loss: divide(sum(rowLosses), rows),
    accuracy: divide(sum(correct(logits, labels)), rows),
  };
}
