import type { MeasuredCheckpoint, MeasurementResult } from "../../measure/result.ts";
import { formatNumber } from "../format-number.ts";
import { partName, shownCheckpoints } from "./measured-view.ts";

/** The answer in a sentence or two: how sparse, at what loss, on either part, and what it was at first. */
export function measurementLead(result: MeasurementResult): string {
  const shown = shownCheckpoints(result);
  const [first, second] = shown;
  if (first === undefined) return "No checkpoint was measured.";
  const parts = [first, second].filter((each) => each !== undefined);
  const active = parts.map((each) => each.average.activatedRatio?.mean ?? null);
  const sparsity =
    active[0] === null || active[0] === undefined
      ? "How many activations are active was not measured"
      : `${percent(active[0])} of the activations of MLP blocks are active on the ${partName(first)} part${active[1] === null || active[1] === undefined ? "" : `, ${percent(active[1])} on the ${partName(second!)} part`}`;
  const losses = parts.map(({ crossEntropy }) => formatNumber(crossEntropy)).join(" and ");
  const accuracy =
    first.accuracy === null ? "" : `, with ${percent(first.accuracy)} of the labels right on the former`;
  const loss = `at a cross-entropy of ${losses} nats a label${parts.length > 1 ? accuracy : accuracy.replace(" on the former", "")}`;
  return `${sparsity}, ${loss}.${changeText(result, first)}`;
}

/** What the first checkpoint of a series had. */
function changeText({ checkpoints }: MeasurementResult, last: MeasuredCheckpoint): string {
  const first = checkpoints.find((each) => each.part === last.part);
  const before = first?.average.activatedRatio?.mean ?? null;
  if (first === undefined || first === last || before === null) return "";
  return ` At ${first.step === null ? first.id : `step ${first.step}`} it was ${percent(before)}.`;
}

function percent(share: number): string {
  return `${formatNumber(100 * share)} %`;
}
