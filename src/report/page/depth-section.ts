import { depthProfile, type PlacedLayer, placeDomain, placeLayers } from "../charts/depth-profile.ts";
import { layerSeries } from "../charts/layer-series.ts";
import { drawChart } from "../charts/render-chart.ts";
import { type Column, columnOf } from "../columns.ts";
import type { CheckpointView } from "./checkpoint-view.ts";
import { breakable, type Html, heading, html, trusted } from "./html.ts";
import { landmark } from "./landmark.ts";
import { seriesLegend } from "./series-legend.ts";

/** The metrics that are drawn against depth. */
const profiled = [
  "concentration.ratio",
  "metrics.stableRank",
  "metrics.spikeCount",
  "marchenkoPastur.softRank",
];

/** Metrics against depth; null when fewer than two layers can be drawn. */
export async function depthSection(view: CheckpointView): Promise<Html | null> {
  const { placed, axis } = placeLayers(view.checkpoint.layers);
  const figures: Html[] = [];
  for (const id of profiled) {
    const column = columnOf(id);
    const spec = depthProfile(placed, axis, column);
    if (spec === null) continue;
    const sentence = extremesSentence(placed, column);
    const { svg, frame } = await drawChart(spec, sentence);
    const places = [frame.left, frame.right, frame.top, frame.bottom, ...placeDomain(placed)].join(" ");
    figures.push(
      html`<figure data-frame="${places}">${trusted(svg)}<figcaption>${breakable(sentence)}</figcaption></figure>`,
    );
  }
  if (figures.length === 0) return null;
  const id = `depth${view.suffix}`;
  const without =
    view.checkpoint.layers.filter((layer) => layer.status === "analysed").length - placed.length;
  const note = [
    "Pale bars span 5 to 95 % of noise of the layer's own shape.",
    "Hollow points rest on a Marchenko-Pastur fit that is rejected.",
    axis === "order" ? "Depths are not known: layers stand in the order of the file." : "",
    without > 0
      ? `${without} analysed ${without === 1 ? "layer stands" : "layers stand"} in no block and ${without === 1 ? "is" : "are"} not drawn.`
      : "",
  ];
  return html`<section${landmark(view, id)}>
${heading(view.level, id, "Depth profile")}
<p class="quiet">${note.filter((part) => part !== "").join(" ")} The numbers are in the <a href="#layers${view.suffix}">table of layers</a>.</p>
${seriesLegend(layerSeries(placed.map((each) => each.layer)))}
<div class="charts" data-brush="${view.suffix}" data-places="${placesTitle(axis)}">${figures}</div>
</section>`;
}

/** What places are called where they are chosen. */
export function placesTitle(axis: "block" | "order"): string {
  return axis === "block" ? "Blocks" : "Places";
}

function extremesSentence(placed: readonly PlacedLayer[], column: Column): string {
  const found = placed
    .map(({ layer }) => ({ layer, value: column.value(layer) }))
    .filter((each): each is typeof each & { value: number } => each.value !== null)
    .sort((a, b) => a.value - b.value);
  const name = column.title.replace(" [noise]", "");
  const title = name.charAt(0).toUpperCase() + name.slice(1);
  const low = found[0]!;
  const high = found.at(-1)!;
  const text = (each: typeof low) => column.text(each.layer).replace(/ \[.*\]$/, "");
  if (low.value === high.value) return `${title}: ${text(low)} in all ${found.length} layers.`;
  return `${title}: from ${text(low)} (${low.layer.layer}) to ${text(high)} (${high.layer.layer}).`;
}
