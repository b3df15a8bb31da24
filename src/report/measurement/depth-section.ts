import { measuredValue } from "../../measure/average.ts";
import type { MeasuredCheckpoint } from "../../measure/result.ts";
import { type BlockPoint, blockProfile } from "../charts/block-profile.ts";
import { seriesLooks } from "../charts/series-looks.ts";
import { formatAnySize } from "../format-number.ts";
import { chartFigure } from "../page/chart-figure.ts";
import { type Html, heading, html } from "../page/html.ts";
import { seriesLegend } from "../page/series-legend.ts";
import { type DrawnQuantity, drawnGroups } from "./drawn-quantities.ts";
import { blockName, partName, quantityOf, titleWithUnit, valueWithError } from "./measured-view.ts";

type Looks = ReturnType<typeof seriesLooks>;

/**
 * Numbers over depth, a group after the other; null where none can be drawn.
 *
 * @param shown - the checkpoint that is shown in full, on each part.
 */
export async function depthSection(shown: readonly MeasuredCheckpoint[]): Promise<Html | null> {
  const looks = seriesLooks(shown.map(partName));
  const parts: Html[] = [];
  for (const group of drawnGroups) {
    const figures: Html[] = [];
    for (const quantity of group.quantities) {
      const figure = await profileFigure(shown, quantity, looks);
      if (figure !== null) figures.push(figure);
    }
    if (figures.length === 0) continue;
    parts.push(html`<h3>${group.title}</h3>
<p class="quiet">${group.meaning}</p>
<div class="charts">${figures}</div>
`);
  }
  if (parts.length === 0) return null;
  return html`<section aria-labelledby="depth">
${heading(2, "depth", "From input to output")}
<p class="quiet">A point a block; bars are one standard error either way. What each number is stands <a href="#numbers">below</a>.</p>
${seriesLegend(looks, "Parts of the data")}
${parts}
</section>`;
}

async function profileFigure(
  shown: readonly MeasuredCheckpoint[],
  { id, axis }: DrawnQuantity,
  looks: Looks,
): Promise<Html | null> {
  const quantity = quantityOf(id);
  const points = shown.flatMap((checkpoint) =>
    checkpoint.layers.flatMap((layer, place): BlockPoint[] => {
      const found = valueWithError(layer, id);
      const series = partName(checkpoint);
      return found === null ? [] : [{ depth: layer.depth ?? place, series, ...found }];
    }),
  );
  const spec = blockProfile(points, looks, titleWithUnit({ title: axis, unit: quantity.unit }));
  return spec && (await chartFigure(spec, `${extremes(shown, id, axis)} ${quantity.meaning}`));
}

/** From which block to which, on the first part that has the number. */
function extremes(shown: readonly MeasuredCheckpoint[], id: string, axis: string): string {
  const title = axis.charAt(0).toUpperCase() + axis.slice(1);
  for (const checkpoint of shown) {
    const found = checkpoint.layers
      .filter((layer) => measuredValue(layer, id) !== null)
      .sort((a, b) => measuredValue(a, id)! - measuredValue(b, id)!);
    const [low] = found;
    const high = found.at(-1);
    if (low === undefined || high === undefined) continue;
    const text = (layer: typeof low) => {
      const { value, standardError } = valueWithError(layer, id)!;
      return `${formatAnySize(value, standardError)} (${blockName(layer)})`;
    };
    if (low === high) return `${title}: ${text(low)} on the ${partName(checkpoint)} part.`;
    return `${title}: from ${text(low)} to ${text(high)} on the ${partName(checkpoint)} part.`;
  }
  return `${title}.`;
}
