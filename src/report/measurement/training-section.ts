import type { MeasuredCheckpoint, MeasurementResult } from "../../measure/result.ts";
import { type ChartLine, lineChart } from "../charts/line-chart.ts";
import { depthLooks, seriesLooks } from "../charts/series-looks.ts";
import { formatNumber } from "../format-number.ts";
import { chartFigure } from "../page/chart-figure.ts";
import { type Html, heading, html } from "../page/html.ts";
import { seriesLegend } from "../page/series-legend.ts";
import { drawnGroups } from "./drawn-quantities.ts";
import { blockName, partName, quantityOf, shownCheckpoints, titleWithUnit } from "./measured-view.ts";

/** Numbers over the steps of a series; null where the result is of one checkpoint. */
export async function trainingSection(result: MeasurementResult): Promise<Html | null> {
  const [shown] = shownCheckpoints(result);
  if (result.trajectories === undefined || shown === undefined) return null;
  const parts = [...(await wholeFigures(result)), ...(await blockFigures(result, shown))];
  if (parts.length === 0) return null;
  const count = result.checkpoints.filter((each) => each.part === shown.part).length;
  return html`<section aria-labelledby="training">
${heading(2, "training", "Over training")}
<p class="quiet">${count} checkpoints. Bands are one standard error over examples either way.</p>
${parts}
</section>`;
}

/** Numbers of the whole model, a line a part. */
const wholeNumbers: readonly {
  readonly title: string;
  of(checkpoint: MeasuredCheckpoint): readonly [value: number | null, standardError: number | null];
}[] = [
  {
    title: "activated ratio, mean over blocks",
    of: ({ average }) => [average.activatedRatio?.mean ?? null, null],
  },
  {
    title: "cross-entropy, nats a label",
    of: ({ crossEntropy, crossEntropyStandardError }) => [crossEntropy, crossEntropyStandardError],
  },
];

async function wholeFigures({ checkpoints }: MeasurementResult): Promise<Html[]> {
  const parts = [...new Set(checkpoints.map((each) => each.part))].sort();
  const looks = seriesLooks(parts.map((part) => partName({ part })));
  const figures: Html[] = [];
  for (const { title, of } of wholeNumbers) {
    const lines = parts.map((part): ChartLine => {
      const own = checkpoints.filter((each) => each.part === part);
      const points = own.map((checkpoint, place) => {
        const [y, error] = of(checkpoint);
        const x = checkpoint.step ?? checkpoint.epoch ?? place;
        return { x, y, ...(y !== null && error !== null ? { low: y - error, high: y + error } : {}) };
      });
      return { series: partName({ part }), points };
    });
    const axes = { x: { title: "step", scale: "steps" }, y: { title, scale: "auto" } } as const;
    const drawn = lineChart(lines, looks, axes);
    if (drawn === null) continue;
    figures.push(await chartFigure(drawn.spec, changeSentence(title, lines, false)));
  }
  if (figures.length === 0) return [];
  return [
    html`${seriesLegend(looks, "Parts of the data")}
<div class="charts">${figures}</div>
`,
  ];
}

/** Numbers of every block on the part that is shown first, a line a block. */
async function blockFigures(
  { trajectories = [] }: MeasurementResult,
  { part, layers }: MeasuredCheckpoint,
): Promise<Html[]> {
  const looks = depthLooks(layers.map(blockName));
  const figures: Html[] = [];
  for (const { id, axis } of drawnGroups.flatMap((group) => group.quantities)) {
    const lines = layers.flatMap((layer): ChartLine[] => {
      const own = trajectories.find((each) => each.layer === layer.layer && each.part === part);
      const values = own?.values[id];
      if (own === undefined || values === undefined) return [];
      return [{ series: blockName(layer), points: own.steps.map((x, i) => ({ x, y: values[i] ?? null })) }];
    });
    const quantity = quantityOf(id);
    const drawn = lineChart(lines, looks, {
      x: { title: "step", scale: "steps" },
      y: { title: titleWithUnit({ title: axis, unit: quantity.unit }), scale: "auto" },
    });
    if (drawn !== null) figures.push(await chartFigure(drawn.spec, changeSentence(axis, lines, true)));
  }
  if (figures.length === 0) return [];
  return [
    html`<h3>Block by block, on the ${partName({ part })} part</h3>
${seriesLegend(looks, "Blocks from input to output")}
<div class="charts">${figures}</div>
`,
  ];
}

/** From what to what: each line by its name, or all in the mean over blocks. */
function changeSentence(title: string, lines: readonly ChartLine[], isMean: boolean): string {
  const ends = lines.flatMap(({ series, points }) => {
    const known = points.filter((point): point is typeof point & { y: number } => point.y !== null);
    return known.length < 2 ? [] : [{ series, first: known[0]!.y, last: known.at(-1)!.y }];
  });
  const name = title.charAt(0).toUpperCase() + title.slice(1);
  if (ends.length === 0) return `${name}.`;
  if (!isMean) {
    const texts = ends.map(
      ({ series, first, last }) =>
        `from ${formatNumber(first)} to ${formatNumber(last)} on the ${series} part`,
    );
    return `${name}: ${texts.join(", ")}.`;
  }
  const mean = (end: "first" | "last") =>
    formatNumber(ends.reduce((sum, each) => sum + each[end] / ends.length, 0));
  return `${name}: from ${mean("first")} to ${mean("last")} in the mean over blocks.`;
}
