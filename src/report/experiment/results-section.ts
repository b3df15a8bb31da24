import type { ExperimentResult } from "../../experiments/result.ts";
import { seedPoints } from "../charts/seed-points.ts";
import { formatNumber, missing } from "../format-number.ts";
import { chartFigure } from "../page/chart-figure.ts";
import { dataTable } from "../page/data-table.ts";
import { breakable, type Html, heading, html, trusted } from "../page/html.ts";
import type { ExperimentEstimate, ExperimentTable } from "./experiment-text.ts";

/** Of more columns than these only the first are drawn; all are in the table. */
const columnsDrawn = 8;
/** More rows than these are no picture, and more than a few take too much of the page to be unfolded. */
const rowsDrawn = 24;
const rowsUnfolded = 6;
/** Fewer numbers are read as well in the table. */
const numbersDrawn = 4;
const digits = 4;

type Column = ExperimentTable["columns"][number];

/** The tables of an experiment: means with deviations, a chart a column, and the number of every seed. */
export async function resultsSection(result: ExperimentResult): Promise<Html | null> {
  const parts: Html[] = [];
  for (const table of result.tables) parts.push(await tablePart(table, result.seeds));
  if (parts.length === 0) return null;
  const spread =
    result.seeds.length > 1
      ? "Mean over seeds ± standard deviation between them. Circles are seeds, from the smallest number of a column to its largest."
      : "One seed: no deviation. Circles stand between the smallest number of a column and its largest.";
  return html`<section aria-labelledby="results">
${heading(2, "results", "Results")}
<p class="quiet">${spread}</p>
${parts}
</section>`;
}

async function tablePart(table: ExperimentTable, seeds: readonly number[]): Promise<Html> {
  const { title, rowTitle, columns, rows } = table;
  const heads = [
    { title: rowTitle },
    ...columns.map((column) => ({ title: columnTitle(column), isNumber: true })),
  ];
  const means = rows.map(({ label, cells }) => [
    breakable(label),
    ...cells.map((cell, i) => estimateCell(cell, rangeOf(rows, i))),
  ]);
  const single = rows.flatMap(({ label, cells }) =>
    seeds.map((seed, i) => [
      html`${breakable(label)} <small>seed ${seed}</small>`,
      ...cells.map((cell) => formatNumber(cell.perSeed[i], digits)),
    ]),
  );
  const figures =
    rows.length <= rowsDrawn && rows.length * seeds.length >= numbersDrawn ? await columnFigures(table) : [];
  const charts = html`<div class="charts">${figures}</div>`;
  return html`<h3>${title}</h3>
${dataTable(title, heads, means)}
${seeds.length > 1 && html`<details class="data"><summary>Show the number of every seed</summary>${dataTable(`${title}, every seed`, heads, single)}</details>`}
${figures.length > 0 && (rows.length <= rowsUnfolded ? charts : html`<details class="data"><summary>Show as charts</summary>${charts}</details>`)}
`;
}

function columnTitle({ title, unit }: Column): string {
  return unit === null ? title : `${title}, ${unit}`;
}

/** From the smallest to the largest number of a column; null where they are all the same. */
function rangeOf(rows: ExperimentTable["rows"], column: number): readonly [number, number] | null {
  const values = rows.flatMap(({ cells }) => cells[column]!.perSeed.filter((value) => value !== null));
  const [low, high] = [Math.min(...values), Math.max(...values)];
  return low < high ? [low, high] : null;
}

/** Mean and deviation, over a strip with the seeds on the column's own scale. */
function estimateCell(
  { mean, deviation, perSeed }: ExperimentEstimate,
  range: readonly [number, number] | null,
) {
  if (mean === null) return missing;
  return html`${formatNumber(mean, digits)}${deviation !== null && html` <small>± ${formatNumber(deviation, 2)}</small>`}${range && seedStrip(perSeed, range)}`;
}

const strip = { width: 84, height: 10, margin: 4 };

function seedStrip(perSeed: readonly (number | null)[], [low, high]: readonly [number, number]): Html {
  const place = (value: number) =>
    Number((strip.margin + ((value - low) / (high - low)) * (strip.width - 2 * strip.margin)).toFixed(1));
  const circles = perSeed.flatMap((value) =>
    value === null ? [] : [`<circle cx="${place(value)}" cy="5" r="2.5"/>`],
  );
  return trusted(
    `<svg class="seed-strip" viewBox="0 0 ${strip.width} ${strip.height}" width="${strip.width}" height="${strip.height}" aria-hidden="true"><path d="M0 5H${strip.width}"/>${circles.join("")}</svg>`,
  );
}

async function columnFigures({ columns, rows }: ExperimentTable): Promise<Html[]> {
  const figures: Html[] = [];
  for (const [i, column] of columns.slice(0, columnsDrawn).entries()) {
    const estimates = rows.map(({ label, cells }) => ({ label, ...cells[i]! }));
    const spec = seedPoints(estimates, columnTitle(column));
    if (spec !== null) figures.push(await chartFigure(spec, rangeSentence(column, estimates)));
  }
  return figures;
}

function rangeSentence(column: Column, rows: readonly ({ label: string } & ExperimentEstimate)[]): string {
  const found = rows
    .filter((row): row is typeof row & { mean: number } => row.mean !== null)
    .sort((a, b) => a.mean - b.mean);
  const name = columnTitle(column).charAt(0).toUpperCase() + columnTitle(column).slice(1);
  const low = found[0]!;
  const high = found.at(-1)!;
  if (low.mean === high.mean) return `${name}: ${formatNumber(low.mean, digits)} in all rows.`;
  return `${name}: from ${formatNumber(low.mean, digits)} (${low.label}) to ${formatNumber(high.mean, digits)} (${high.label}).`;
}
