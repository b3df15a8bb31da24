import type { MeasuredCheckpoint, MeasurementResult } from "../../measure/result.ts";
import { formatCount, formatNumber } from "../format-number.ts";
import { percent, placeOf, shortName } from "./measurement-rows.ts";

/** What was found, in plain words: a sentence for each part of a checkpoint, of a series for each part of its course. */
export function measurementSentences({ checkpoints, trajectories }: MeasurementResult): string[] {
  if (!trajectories) return checkpoints.map((each) => `${placeOf(each)}: ${checkpointSentence(each)}`);
  return Array.from(new Set(checkpoints.map(({ part }) => part)), (part) => {
    const own = checkpoints.filter((each) => each.part === part);
    return `${part}: ${courseSentence(own[0]!, own.at(-1)!)}`;
  });
}

function checkpointSentence(checkpoint: MeasuredCheckpoint): string {
  const { examples, layers, crossEntropy, accuracy } = checkpoint;
  return `of ${formatCount(examples)} examples' activations ${activeText(checkpoint)}${rangeText(layers)}; cross-entropy ${formatNumber(crossEntropy)}, accuracy ${percent(accuracy)}.`;
}

function activeText({ average }: MeasuredCheckpoint): string {
  const active = average.activatedRatio?.mean ?? null;
  return active === null ? "nothing was asked" : `${percent(active)} are active`;
}

/** From which block to which; nothing for one block. */
function rangeText(layers: MeasuredCheckpoint["layers"]): string {
  const known = layers.filter(({ activatedRatio }) => activatedRatio !== null);
  if (known.length < 2) return "";
  const sorted = known.toSorted((a, b) => a.activatedRatio! - b.activatedRatio!);
  const [least, most] = [sorted[0]!, sorted.at(-1)!];
  return `, from ${percent(least.activatedRatio)} in ${shortName(least)} to ${percent(most.activatedRatio)} in ${shortName(most)}`;
}

function courseSentence(first: MeasuredCheckpoint, last: MeasuredCheckpoint): string {
  const active = (each: MeasuredCheckpoint) => percent(each.average.activatedRatio?.mean ?? null);
  return `from ${first.id} to ${last.id} the activated ratio goes from ${active(first)} to ${active(last)}, the cross-entropy from ${formatNumber(first.crossEntropy)} to ${formatNumber(last.crossEntropy)}.`;
}
