import { measuredValue } from "../../measure/average.ts";
import type { MeasuredCheckpoint } from "../../measure/result.ts";
import { formatNumber, formatWithError, missing } from "../format-number.ts";
import { tile } from "../page/headline-tile.ts";
import { type Html, heading, html } from "../page/html.ts";
import { partName, quantityOf } from "./measured-view.ts";

/** The few numbers that answer first; the other part stands in their notes. */
export function summarySection(shown: readonly MeasuredCheckpoint[]): Html {
  const [first, second] = shown;
  const tiles = first === undefined ? [] : tilesOf(first, second);
  return html`<section aria-labelledby="summary">
${heading(2, "summary", "Summary")}
<dl class="headlines">
${tiles}
</dl>
</section>`;
}

function tilesOf(first: MeasuredCheckpoint, second: MeasuredCheckpoint | undefined): (Html | null)[] {
  const other = (text: (checkpoint: MeasuredCheckpoint) => string) =>
    second === undefined ? "" : `; ${text(second)} on the ${partName(second)} part`;
  const loss = ({ crossEntropy, crossEntropyStandardError }: MeasuredCheckpoint) =>
    formatWithError(crossEntropy, crossEntropyStandardError);
  const error = loss(first).split(" ± ")[1];
  const accuracy = ({ accuracy: share }: MeasuredCheckpoint) =>
    share === null ? missing : `${formatNumber(100 * share, 4)} %`;
  return [
    averageTile("Activated ratio", "activatedRatio", first, second),
    averageTile("Share of zero derivatives", "derivativeSparsity", first, second),
    tile(
      "Cross-entropy",
      formatNumber(first.crossEntropy),
      `${error === undefined ? "" : `± ${error} `}nats a label, on the ${partName(first)} part${other(loss)}`,
    ),
    first.accuracy === null
      ? null
      : tile(
          "Accuracy",
          accuracy(first),
          `± ${formatNumber(100 * (first.accuracyStandardError ?? 0), 2)} points on the ${partName(first)} part${other(accuracy)}`,
        ),
    averageTile("Augmented flatness of keys", "augmentedFlatness.key", first, second),
  ];
}

/** The mean of a number over blocks, with its range; null where no block has it. */
function averageTile(
  name: string,
  id: string,
  first: MeasuredCheckpoint,
  second: MeasuredCheckpoint | undefined,
): Html | null {
  const mean = first.average[id]?.mean ?? null;
  if (mean === null) return null;
  const values = first.layers.map((layer) => measuredValue(layer, id)).filter((value) => value !== null);
  const { unit } = quantityOf(id);
  const range = `mean over blocks, ${formatNumber(Math.min(...values))} to ${formatNumber(Math.max(...values))}${unit === "1" ? "" : `, in ${unit.replaceAll("^2", "²")}`}, on the ${partName(first)} part`;
  const otherMean = second?.average[id]?.mean ?? null;
  const other = otherMean === null ? "" : `; ${formatNumber(otherMean)} on the ${partName(second!)} part`;
  return tile(name, formatNumber(mean), `${range}${other}`);
}
