import { measuredValue } from "../../measure/average.ts";
import { groups, measurementQuantities } from "../../measure/groups.ts";
import type { MeasuredCheckpoint, MeasurementResult } from "../../measure/result.ts";
import { formatNumber, missing } from "../format-number.ts";
import { dataTable } from "../page/data-table.ts";
import { breakable, type Html, heading, html } from "../page/html.ts";
import { drawnGroups } from "./drawn-quantities.ts";
import { blockName, partName, quantityOf, shownCheckpoints, unitText } from "./measured-view.ts";
import { numberCell } from "./number-cell.ts";

/** Blocks in one table of every number: a column each would be no table any more. */
const blocksBeside = 12;

/** A table of blocks for each part, with every number folded below; those of earlier checkpoints too. */
export function blockTableSection(result: MeasurementResult): Html {
  const shown = shownCheckpoints(result);
  const earlier = result.checkpoints.filter((each) => !shown.includes(each));
  return html`<section aria-labelledby="blocks">
${heading(2, "blocks", "Blocks")}
<p class="quiet">Means over examples ± standard error; of the last row, mean over blocks ± deviation between them. A dash stands for a number that is null; why is told further down.</p>
${shown.map((checkpoint) => [html`<h3>On the ${partName(checkpoint)} part</h3>`, coreTable(checkpoint), allNumbers(checkpoint)])}
${earlier.length > 0 && html`<details class="data"><summary>Show earlier checkpoints</summary>${earlier.map(coreTable)}</details>`}
</section>`;
}

function caption({ id, part, examples, crossEntropy, layers }: MeasuredCheckpoint): string {
  const sizes = [
    ...new Set(
      layers.map(
        ({ activation, tokens, inputs, neurons }) =>
          `${activation}, ${tokens} tokens of width ${inputs}, ${neurons} neurons`,
      ),
    ),
  ].join("; ");
  return `${id}, ${partName({ part })} part: ${examples} examples, cross-entropy ${formatNumber(crossEntropy)} nats a label. ${sizes}`;
}

function coreTable(checkpoint: MeasuredCheckpoint): Html {
  const { layers, average } = checkpoint;
  const drawn = drawnGroups
    .flatMap((group) => group.quantities)
    .filter(({ id }) => layers.some((layer) => measuredValue(layer, id) !== null));
  const heads = [
    { title: "block" },
    ...drawn.map(({ id, axis }) => ({ title: headOf(axis, quantityOf(id).unit), isNumber: true })),
  ];
  const rows = layers.map((layer) => [blockName(layer), ...drawn.map(({ id }) => numberCell(layer, id))]);
  const means = ["mean over blocks", ...drawn.map(({ id }) => averageCell(average[id]))];
  return dataTable(caption(checkpoint), heads, [...rows, means], caption(checkpoint));
}

function headOf(title: string, unit: string): Html {
  return html`${title}${unit !== "1" && html` <small>${unitText(unit)}</small>`}`;
}

function averageCell(average: MeasuredCheckpoint["average"][string] | undefined): Html | string {
  if (average === undefined || average.mean === null) return missing;
  const { mean, deviation } = average;
  return html`${formatNumber(mean)}${deviation !== null && html` <small>± ${formatNumber(deviation, 2)}</small>`}`;
}

/** Every number that is not null in some block: a row each, a column a block. */
function allNumbers(checkpoint: MeasuredCheckpoint): Html {
  const layers = checkpoint.layers.slice(0, blocksBeside);
  const present = measurementQuantities.filter(({ id }) =>
    layers.some((layer) => measuredValue(layer, id) !== null),
  );
  const rows = present.map(({ id, title, symbol, unit }) => [
    html`${groupTitle(id)}${title} <small>${symbol}${unit !== "1" && `, ${unitText(unit)}`}</small>`,
    ...layers.map((layer) => numberCell(layer, id)),
  ]);
  const heads = [
    { title: "number" },
    ...layers.map((layer) => ({ title: breakable(blockName(layer)), isNumber: true })),
  ];
  const without = checkpoint.layers.length - layers.length;
  const more = without > 0 ? `; the JSON has the other ${without} blocks` : "";
  return html`<details class="data"><summary>Show every number on the ${partName(checkpoint)} part</summary>${dataTable(`Every number, ${caption(checkpoint)}`, heads, rows, `${caption(checkpoint)}${more}`)}</details>`;
}

/** Of what a number in an object is: its own title may need it. */
function groupTitle(id: string): string {
  const [first, second] = id.split(".");
  const group = second === undefined ? undefined : groups.find((each) => each.id === first);
  return group === undefined ? "" : `${group.title}: `;
}
