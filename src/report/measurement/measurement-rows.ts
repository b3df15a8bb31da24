import { layerQuantities, measuredValue } from "../../measure/average.ts";
import type { Quantity } from "../../measure/quantity.ts";
import type { MeasuredCheckpoint, MeasuredLayer, MeasurementResult } from "../../measure/result.ts";
import { formatNumber, formatWithError, missing } from "../format-number.ts";

/** A table: headings, and rows of cells. */
export interface Rows {
  readonly title: string;
  readonly headings: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

/** Checkpoint and part as a heading. */
export function placeOf({ id, part }: MeasuredCheckpoint): string {
  return `${id}, ${part}`;
}

/** What a layer is called where there is little room: its block, or its key matrix. */
export function shortName({ block, layer }: MeasuredLayer): string {
  return block ?? layer;
}

/**
 * The tables of one screen: a row a block and one of their means for each part of a checkpoint; of a series a row a
 * checkpoint with the means alone.
 *
 * @param withErrors - whether numbers of blocks have their standard errors, and means the deviation between blocks; else
 *   numbers within two standard errors of 0 are in parentheses.
 */
export function measurementRows(
  { checkpoints, trajectories }: MeasurementResult,
  { withErrors }: { readonly withErrors: boolean },
): Rows[] {
  const quantities = headlines(checkpoints);
  const symbols = quantities.map(({ symbol }) => symbol);
  const text = (value: number | null, error: number | null) => {
    if (withErrors) return formatWithError(value, error);
    return isUnsure(value, error) ? `(${formatNumber(value)})` : formatNumber(value);
  };
  // Blocks differ: the deviation between them is no error of their mean.
  const means = ({ average }: MeasuredCheckpoint) =>
    quantities.map(({ id }) =>
      text(average[id]?.mean ?? null, withErrors ? (average[id]?.deviation ?? null) : null),
    );
  if (trajectories) {
    return Array.from(new Set(checkpoints.map(({ part }) => part)), (part) => ({
      title: `${part}, means over blocks`,
      headings: ["checkpoint", "loss", "accuracy", ...symbols],
      rows: checkpoints
        .filter((each) => each.part === part)
        .map((each) => [
          each.id,
          formatNumber(each.crossEntropy),
          formatNumber(each.accuracy),
          ...means(each),
        ]),
    }));
  }
  return checkpoints.map((checkpoint) => ({
    title: placeOf(checkpoint),
    headings: ["block", ...symbols],
    rows: [
      ...checkpoint.layers.map((layer) => [
        shortName(layer),
        ...quantities.map(({ id }) =>
          text(measuredValue(layer, id), measuredValue(layer, `${id}StandardError`)),
        ),
      ]),
      ["mean", ...means(checkpoint)],
    ],
  }));
}

/** What the parentheses of tables without errors say. */
export const unsureLegend =
  "In parentheses: within two standard errors of 0. All errors are in the files that -o writes.";

function isUnsure(value: number | null, error: number | null): boolean {
  return value !== null && value !== 0 && error !== null && Math.abs(value) < 2 * error;
}

/** The numbers of tables, without those that no layer has. */
function headlines(checkpoints: readonly MeasuredCheckpoint[]): Quantity[] {
  return layerQuantities.filter(
    ({ id, headline }) => headline && checkpoints.some(({ average }) => (average[id]?.count ?? 0) > 0),
  );
}

/** A share in percent: `22.1 %`. */
export function percent(share: number | null): string {
  return share === null ? missing : `${formatNumber(100 * share)} %`;
}
