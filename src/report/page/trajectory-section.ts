import type { Trajectory } from "../../analysis/result.ts";
import { layerSeries } from "../charts/layer-series.ts";
import { renderChart } from "../charts/render-chart.ts";
import { trajectory } from "../charts/trajectory.ts";
import { columnOf } from "../columns.ts";
import { formatNumber } from "../format-number.ts";
import type { CheckpointView } from "./checkpoint-view.ts";
import { followedSpikesSection } from "./followed-spikes-section.ts";
import { breakable, type Html, heading, html, trusted } from "./html.ts";
import { measuredCharts } from "./measured-charts.ts";
import { onsetsSection } from "./onsets-section.ts";
import { seriesLegend } from "./series-legend.ts";

/** The metrics that are drawn against the step, where a result has them. */
const drawn = ["concentration.ratio", "metrics.stableRank", "metrics.spikeCount", "marchenkoPastur.softRank"];

/**
 * Metrics against the step of a series; null when there is nothing to draw.
 *
 * @param view - of a checkpoint of the series.
 */
export async function trajectorySection({ model, suffix, level }: CheckpointView): Promise<Html | null> {
  if (!model.isSeries) return null;
  const { result } = model;
  const trajectories = result.trajectories ?? [];
  const layers = result.checkpoints.at(-1)?.layers ?? [];
  const figures: Html[] = [];
  for (const id of drawn) {
    const title = columnOf(id).title.replace(" [noise]", "");
    const spec = trajectory(trajectories, layers, { id, title });
    if (spec === null) continue;
    const sentence = changeSentence(trajectories, id, title);
    const svg = trusted(await renderChart(spec, sentence));
    figures.push(html`<figure>${svg}<figcaption>${breakable(sentence)}</figcaption></figure>`);
  }
  if (figures.length === 0) return null;
  const names = new Set(trajectories.map((each) => each.layer));
  return html`<section aria-labelledby="trajectories${suffix}">
${heading(level, `trajectories${suffix}`, "Over training")}
<p class="quiet">One line a layer over ${result.checkpoints.length} checkpoints. The numbers of every checkpoint are in the tables below.</p>
${seriesLegend(layerSeries(layers.filter((layer) => names.has(layer.layer))))}
<div class="charts">${figures}</div>
${await measuredCharts(result, suffix, level)}
${await followedSpikesSection(result, suffix, level)}
${await onsetsSection(result, suffix, level)}
</section>`;
}

/** The median over layers at the first and the last step, and how many layers rose. */
function changeSentence(trajectories: readonly Trajectory[], id: string, title: string): string {
  const ends = trajectories.flatMap((each) => {
    const first = each.values[id]?.at(0) ?? null;
    const last = each.values[id]?.at(-1) ?? null;
    return first === null || last === null ? [] : [{ first, last }];
  });
  const name = title.charAt(0).toUpperCase() + title.slice(1);
  if (ends.length === 0) return `${name} over training.`;
  const before = formatNumber(median(ends.map((each) => each.first)));
  const after = formatNumber(median(ends.map((each) => each.last)));
  const rose = ends.filter((each) => each.last > each.first).length;
  const fell = ends.filter((each) => each.last < each.first).length;
  return `${name}: median over layers from ${before} to ${after}; up in ${rose} and down in ${fell} of ${ends.length} layers.`;
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}
