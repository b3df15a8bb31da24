import { noiseQuantities } from "../../noise/quantities.ts";
import type { NoiseLayerResult, NoiseResult } from "../../noise/result.ts";
import { type ChartLine, lineChart } from "../charts/line-chart.ts";
import { depthLooks } from "../charts/series-looks.ts";
import { chartFigure } from "../page/chart-figure.ts";
import { type Html, heading, html } from "../page/html.ts";
import { seriesLegend } from "../page/series-legend.ts";

/** Numbers that are drawn over the steps of a series. */
const drawn = [
  "noiseToSignal",
  "anisotropy.inputs.alphaRatio",
  "anisotropy.outputGradients.alphaRatio",
  "matrices.random-signs.laws.marchenko-pastur.ksDistance",
  "matrices.random-signs.laws.separable-law.ksDistance",
  "matrices.random-signs.stableRank",
];

/** Numbers of the noise over training, a line a layer; null where the result is of one checkpoint. */
export async function noiseTrainingSection(
  { trajectories, checkpoints }: NoiseResult,
  layers: readonly NoiseLayerResult[],
): Promise<Html | null> {
  if (trajectories === undefined) return null;
  const looks = depthLooks(layers.map(({ layer }) => layer));
  const figures: Html[] = [];
  for (const { id, title } of noiseQuantities.filter((quantity) => drawn.includes(quantity.id))) {
    const lines = trajectories.flatMap(({ layer, steps, values }): ChartLine[] => {
      const own = values[id];
      if (own === undefined || !layers.some((each) => each.layer === layer)) return [];
      return [{ series: layer, points: steps.map((x, i) => ({ x, y: own[i] ?? null })) }];
    });
    const chart = lineChart(lines, looks, {
      x: { title: "step", scale: "steps" },
      y: { title, scale: "auto" },
    });
    const sentence = `${title.charAt(0).toUpperCase()}${title.slice(1)}, over ${checkpoints.length} checkpoints.`;
    if (chart !== null) figures.push(await chartFigure(chart.spec, sentence));
  }
  if (figures.length === 0) return null;
  return html`<section aria-labelledby="training">
${heading(2, "training", "Over training")}
${seriesLegend(looks, "Layers from input to output")}
<div class="charts">${figures}</div>
</section>`;
}
