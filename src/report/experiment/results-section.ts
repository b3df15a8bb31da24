import type { ExperimentResult } from "../../experiments/result.ts";
import { seedPoints } from "../charts/seed-points.ts";
import { formatNumber, missing } from "../format-number.ts";
import { chartFigure } from "../page/chart-figure.ts";
import { dataTable } from "../page/data-table.ts";
import { breakable, type Html, heading, html } from "../page/html.ts";
import type { ExperimentEstimate, ExperimentTable } from "./experiment-text.ts";

/** Of more columns than these only the first are drawn; all are in the table. */
const columnsDrawn = 8;
/** More rows than these are no picture, and fewer numbers are read as well in the table. */
const rowsDrawn = 24;
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
      ? "Mean over seeds ± standard deviation between them."
      : "One seed: no deviation.";
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
  const means = rows.map(({ label, cells }) => [breakable(label), ...cells.map(estimateCell)]);
  const single = rows.flatMap(({ label, cells }) =>
    seeds.map((seed, i) => [
      html`${breakable(label)} <small>seed ${seed}</small>`,
      ...cells.map((cell) => formatNumber(cell.perSeed[i], digits)),
    ]),
  );
  const figures =
    rows.length <= rowsDrawn && rows.length * seeds.length >= numbersDrawn ? await columnFigures(table) : [];
  return html`<h3>${title}</h3>
${dataTable(title, heads, means)}
${seeds.length > 1 && html`<details class="data"><summary>Show the number of every seed</summary>${dataTable(`${title}, every seed`, heads, single)}</details>`}
${figures.length > 0 && html`<div class="charts">${figures}</div>`}
`;
}

function columnTitle({ title, unit }: Column): string {
  return unit === null ? title : `${title}, ${unit}`;
}

function estimateCell({ mean, deviation }: ExperimentEstimate): Html | string {
  if (mean === null) return missing;
  return html`${formatNumber(mean, digits)}${deviation !== null && html` <small>± ${formatNumber(deviation, 2)}</small>`}`;
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
