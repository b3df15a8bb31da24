import type { AnalysisResult } from "../../analysis/result.ts";
import { wholeModel } from "../../analysis/run-metrics.ts";
import { type ChartLine, lineChart } from "../charts/line-chart.ts";
import { seriesLooks } from "../charts/series-looks.ts";
import { formatNumber } from "../format-number.ts";
import { chartFigure } from "./chart-figure.ts";
import { type Html, heading, html } from "./html.ts";
import { seriesLegend } from "./series-legend.ts";

/** What a run logs of the whole model, in the order it is drawn. */
const drawn = [
  ["loss", "loss"],
  ["accuracy", "accuracy"],
  ["activatedRatio", "activated ratio, mean over blocks"],
  ["derivativeSparsity", "derivative sparsity, mean over blocks"],
] as const;

/** What training measured, to be read beside the spectra; null where the run of a series logged nothing. */
export async function measuredCharts(
  result: AnalysisResult,
  suffix: string,
  level: 2 | 3,
): Promise<Html | null> {
  const whole = (result.measured ?? []).filter(({ layer }) => layer === wholeModel);
  const looks = seriesLooks([...new Set(whole.map(({ part }) => part))]);
  const figures: Html[] = [];
  for (const [id, title] of drawn) {
    const lines = whole.flatMap(({ part, steps, values }): ChartLine[] => {
      const own = values[id];
      return own === undefined
        ? []
        : [{ series: part, points: steps.map((x, i) => ({ x, y: own[i] ?? null })) }];
    });
    const chart = lineChart(lines, looks, {
      x: { title: "step", scale: "steps" },
      y: { title, scale: "auto" },
    });
    if (chart !== null) figures.push(await chartFigure(chart.spec, changes(title, lines)));
  }
  if (figures.length === 0) return null;
  return html`${heading(level === 2 ? 3 : 4, `measured${suffix}`, "What training measured")}
${seriesLegend(looks, "Parts of the data")}
<div class="charts">${figures}</div>`;
}

function changes(title: string, lines: readonly ChartLine[]): string {
  const parts = lines.flatMap(({ series, points }) => {
    const known = points.filter(({ y }) => y !== null);
    if (known.length === 0) return [];
    return [`from ${formatNumber(known[0]!.y)} to ${formatNumber(known.at(-1)!.y)} on ${series} data`];
  });
  return `${title.charAt(0).toUpperCase()}${title.slice(1)}: ${parts.join(", ")}.`;
}
