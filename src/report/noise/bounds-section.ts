import type { NoiseLayerResult, NoiseResult } from "../../noise/result.ts";
import { type ChartLine, lineChart } from "../charts/line-chart.ts";
import { depthLooks } from "../charts/series-looks.ts";
import { formatCount, formatNumber } from "../format-number.ts";
import { chartFigure } from "../page/chart-figure.ts";
import { dataTable } from "../page/data-table.ts";
import { type Html, heading, html } from "../page/html.ts";
import { seriesLegend } from "../page/series-legend.ts";

/** What the formula of the authors' code gives; null where no layer has it. */
export async function boundsSection(
  { trajectories = [] }: NoiseResult,
  layers: readonly NoiseLayerResult[],
): Promise<Html | null> {
  const found = layers.flatMap(({ layer, spectralBounds }) =>
    spectralBounds === null ? [] : [{ layer, ...spectralBounds }],
  );
  if (found.length === 0) return null;
  const rows = found.map(({ layer, steps, effectiveSteps, aspectRatio, real, imaginary }) => [
    layer,
    formatCount(steps),
    effectiveSteps === null ? "all" : formatCount(effectiveSteps),
    formatNumber(aspectRatio),
    formatNumber(real),
    formatNumber(imaginary),
  ]);
  const looks = depthLooks(found.map(({ layer }) => layer));
  const lines = found.flatMap(({ layer }): ChartLine[] => {
    const own = trajectories.find((each) => each.layer === layer);
    const values = own?.values["spectralBounds.real"];
    if (own === undefined || values === undefined) return [];
    return [{ series: layer, points: own.steps.map((x, i) => ({ x, y: values[i] ?? null })) }];
  });
  const drawn = lineChart(lines, looks, {
    x: { title: "step", scale: "steps" },
    y: { title: "B_re", scale: "log" },
  });
  const heads = ["layer", "steps", "steps that weight decay leaves", "c = p / samples", "B_re", "B_im"];
  return html`<section aria-labelledby="bounds">
${heading(2, "bounds", "Bound curves of the authors' code")}
<p>B_re and B_im are what <code>compute_bounds</code> of the code beside arXiv 2309.03004 computes from the anisotropy of the inputs. No theorem of this package stands behind the formula, and at sizes that are trained here the values are far above 1: only how they rise and fall with width and steps is of use.</p>
${drawn !== null && [seriesLegend(looks, "Layers"), await chartFigure(drawn.spec, "B_re over training, by the formula of the authors' code.")]}
${dataTable(
  "Bound curves of the authors' code",
  heads.map((title, i) => ({ title, isNumber: i > 0 })),
  rows,
)}
</section>`;
}
