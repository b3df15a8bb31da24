import type { MeasuredBatch } from "../measured-part.ts";

/** The place of the largest logit (the first of equals) of each row. */
export function predictionsOf(logits: ArrayLike<number>, classes: number): Float64Array {
  const predictions = new Float64Array(logits.length / classes);
  for (let row = 0; row < predictions.length; row++) {
    let best = row * classes;
    for (let at = best + 1; at < (row + 1) * classes; at++) if (logits[at]! > logits[best]!) best = at;
    predictions[row] = best - row * classes;
  }
  return predictions;
}

/** Labelled rows of an example that satisfy something, and how many it has. */
export interface CountedRows {
  readonly part: number;
  readonly whole: number;
}

/**
 * Counts the labelled rows of each example that counts.
 *
 * @param rows - a number for each row, example after example: 1 where it is to be counted, else 0.
 */
export function countRows(
  rows: ArrayLike<number>,
  { feed, examples }: MeasuredBatch,
  batchSize: number,
): CountedRows[] {
  const labels = feed.labels as ArrayLike<number>;
  const perExample = rows.length / batchSize;
  return Array.from({ length: examples }, (_, example) => {
    let [part, whole] = [0, 0];
    for (let row = example * perExample; row < (example + 1) * perExample; row++) {
      if (!(labels[row]! >= 0)) continue;
      whole++;
      part += rows[row]!;
    }
    return { part, whole };
  });
}
