import type { ExperimentResult } from "../../experiments/result.ts";
import { type ChartLine, lineChart } from "../charts/line-chart.ts";
import { seriesLooks } from "../charts/series-looks.ts";
import { formatNumber } from "../format-number.ts";
import { chartFigure } from "../page/chart-figure.ts";
import { dataTable } from "../page/data-table.ts";
import { type Html, heading, html } from "../page/html.ts";
import { seriesLegend } from "../page/series-legend.ts";

type Chart = ExperimentResult["charts"][number];
type Line = Chart["lines"][number];

const placesShown = 12;
/** Ends of lines that a sentence names one by one. */
const linesNamed = 3;

/** The lines of an experiment: means over seeds with a band of one standard deviation, one a variant. */
export async function curvesSection({ charts }: ExperimentResult): Promise<Html | null> {
  // One legend serves charts of the same lines, which therefore look the same in all of them.
  const groups = new Map<string, Chart[]>();
  for (const chart of charts) {
    const key = JSON.stringify(labelsOf(chart));
    groups.set(key, [...(groups.get(key) ?? []), chart]);
  }
  const parts: Html[] = [];
  for (const group of groups.values()) {
    const looks = seriesLooks(labelsOf(group[0]!));
    const figures: Html[] = [];
    for (const chart of group) {
      const figure = await curvesFigure(chart, looks);
      if (figure !== null) figures.push(figure);
    }
    if (figures.length > 0) {
      parts.push(html`${seriesLegend(looks, "Lines")}<div class="charts">${figures}</div>
`);
    }
  }
  if (parts.length === 0) return null;
  return html`<section aria-labelledby="curves">
${heading(2, "curves", "Curves")}
<p class="quiet">One line each, the mean where there are several seeds; its band is one standard deviation between seeds either way.</p>
${parts}
</section>`;
}

function labelsOf(chart: Chart): string[] {
  return [...new Set(chart.lines.map((line) => line.label))];
}

async function curvesFigure(chart: Chart, looks: ReturnType<typeof seriesLooks>): Promise<Html | null> {
  const means = labelsOf(chart).flatMap((label) =>
    meanLines(chart.lines.filter((line) => line.label === label)),
  );
  const drawn = lineChart(means, looks, {
    x: { title: chart.x.title, scale: chart.x.scale === "log" ? "log" : "steps" },
    y: chart.y,
  });
  if (drawn === null) return null;
  const without =
    drawn.notDrawn > 0 ? ` ${drawn.notDrawn} values of 0 or less have no place on the logarithmic axis.` : "";
  return await chartFigure(
    drawn.spec,
    `${endsSentence(chart.title, means)}${without}`,
    valuesTable(chart, means),
  );
}

/** The mean over seeds where they share their places on x; else each seed's own line. */
function meanLines(lines: readonly Line[]): ChartLine[] {
  const [first] = lines;
  if (first === undefined) return [];
  const shared = lines.every(
    (line) => line.x.length === first.x.length && line.x.every((x, i) => x === first.x[i]),
  );
  if (!shared) {
    return lines.map((line) => ({
      series: line.label,
      points: line.x.map((x, i) => ({ x, y: line.y[i] ?? null })),
    }));
  }
  return [
    {
      series: first.label,
      points: first.x.map((x, i) => ({ x, ...spreadOf(lines.map((line) => line.y[i] ?? null)) })),
    },
  ];
}

function spreadOf(all: readonly (number | null)[]): {
  y: number | null;
  low: number | null;
  high: number | null;
} {
  const values = all.filter((value) => value !== null);
  const n = values.length;
  if (n === 0) return { y: null, low: null, high: null };
  const y = values.reduce((sum, value) => sum + value, 0) / n;
  if (n === 1) return { y, low: null, high: null };
  const deviation = Math.sqrt(values.reduce((sum, value) => sum + (value - y) ** 2, 0) / (n - 1));
  return { y, low: y - deviation, high: y + deviation };
}

/** Where the lines end: each where they are few, else the lowest and the highest. */
function endsSentence(title: string, lines: readonly ChartLine[]): string {
  const ends = lines.flatMap(({ series, points }) => {
    const last = points.findLast((point) => point.y !== null);
    return last?.y === null || last?.y === undefined ? [] : [{ series, y: last.y }];
  });
  const text = ({ series, y }: (typeof ends)[number]) => `${formatNumber(y)} (${series})`;
  const name = title.charAt(0).toUpperCase() + title.slice(1);
  if (ends.length <= linesNamed) return `${name}, at the end: ${ends.map(text).join(", ")}.`;
  const sorted = [...ends].sort((a, b) => a.y - b.y);
  return `${name}, at the end: from ${text(sorted[0]!)} to ${text(sorted.at(-1)!)}.`;
}

/** What the chart shows at a few places, for those who don't see it. */
function valuesTable(chart: Chart, lines: readonly ChartLine[]): Html {
  const places = [...new Set(lines.flatMap((line) => line.points.map((point) => point.x)))].sort(
    (a, b) => a - b,
  );
  const stride = Math.max(1, Math.ceil(places.length / placesShown));
  const chosen = places.filter((_, i) => (places.length - 1 - i) % stride === 0);
  const rows = chosen.map((x) => [
    formatNumber(x, 5),
    ...lines.map((line) => formatNumber(line.points.find((point) => point.x === x)?.y, 4)),
  ]);
  const heads = [{ title: chart.x.title }, ...lines.map((line) => ({ title: line.series, isNumber: true }))];
  return html`<details class="data"><summary>Show data</summary>${dataTable(chart.title, heads, rows)}</details>`;
}
