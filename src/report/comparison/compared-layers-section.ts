import type { Verdict } from "../../analysis/result.ts";
import type { ComparedLayer, ComparisonResult } from "../../comparison/result.ts";
import { densityData, hasDensity } from "../charts/density-data.ts";
import { verdictTexts } from "../describe-verdict.ts";
import { exactNumber } from "../format-number.ts";
import { shapeText } from "../layer-facts.ts";
import { breakable, type Html, heading, html } from "../page/html.ts";
import { sparkline } from "../page/sparkline.ts";
import { verdictBadge } from "../page/verdict-badge.ts";
import { type ComparisonColumn, comparisonColumns, verdictsText } from "./comparison-columns.ts";
import { hasWeights } from "./comparison-words.ts";
import { comparedCardId } from "./difference-card.ts";

/** Every compared layer; the script adds sorting and filtering. */
export function comparedLayersSection(result: ComparisonResult): Html {
  const { layers } = result;
  const columns = comparisonColumns(layers);
  const withWeights = hasWeights(result);
  const heads = [
    html`<th scope="col" data-sort="text">layer</th>`,
    withWeights && html`<th scope="col">spectrum of the change</th>`,
    html`<th scope="col" data-sort="text">role</th>`,
    html`<th scope="col" data-sort="number" class="number">depth</th>`,
    html`<th scope="col" data-sort="number" class="number">shape</th>`,
    withWeights && html`<th scope="col" data-sort="text">the change is</th>`,
    ...columns.map(({ title }) => html`<th scope="col" data-sort="number" class="number">${title}</th>`),
    html`<th scope="col" data-sort="text">verdict</th>`,
  ];
  const note = withWeights
    ? "The most moved first. In brackets: what random subspaces have in common. In parentheses: numbers of a Marchenko-Pastur fit that is rejected."
    : "The most moved first, by their spectra: weights were not at hand.";
  return html`<section aria-labelledby="layers">
${heading(2, "layers", "Layers")}
<p class="quiet">${note}</p>
${withWeights && filterBar(layers)}
<div class="scroll" tabindex="0" role="group" aria-labelledby="layers"><table class="layers">
<thead><tr>${heads}</tr></thead>
<tbody>
${layers.map((layer, place) => row(layer, place, columns, withWeights))}</tbody>
</table></div>
</section>`;
}

function row(
  layer: ComparedLayer,
  place: number,
  columns: readonly ComparisonColumn[],
  withWeights: boolean,
): Html {
  const { change, role, kind, depth, shape, rows, columns: width } = layer;
  const spectrum = change?.spectrum ?? null;
  const verdict = change?.verdict ?? "";
  const badge = layer.state === "identical" ? "identical" : change ? verdictBadge(change.verdict) : "";
  const spark = hasDensity(spectrum) && sparkline(densityData(spectrum, change!.marchenkoPastur));
  return html`<tr data-verdict="${verdict}"><th scope="row" class="name"><a href="#${comparedCardId(place)}">${breakable(layer.layer)}</a></th>${withWeights && html`<td>${spark}</td>`}<td>${role ?? kind}</td><td class="number" data-value="${depth}">${depth}</td><td class="number" data-value="${rows * width}">${shapeText(shape)}</td>${withWeights && html`<td data-value="${verdict}">${badge}</td>`}${columns.map((column) => numberCell(layer, column))}<td>${verdictsText(layer)}</td></tr>
`;
}

function numberCell(layer: ComparedLayer, column: ComparisonColumn): Html {
  const [value = "", range] = column.text(layer).split(/ (?=\[)/);
  return html`<td class="number" data-value="${exactNumber(column.value(layer))}">${value}${range !== undefined && html` <small>${range}</small>`}</td>`;
}

/** Shown by the script only, as nothing else could make it work. */
function filterBar(layers: readonly ComparedLayer[]): Html {
  const options = (Object.keys(verdictTexts) as Verdict[]).flatMap((verdict) => {
    const count = layers.filter(({ change }) => change?.verdict === verdict).length;
    return count === 0
      ? []
      : [html`<option value="${verdict}">${verdictTexts[verdict].title} (${count})</option>`];
  });
  return html`<form class="filter" hidden><label>Name or role <input type="search" name="text" autocomplete="off"></label>
<label>The change is <select name="verdict"><option value="">all</option>${options}</select></label>
<output aria-live="polite"></output></form>`;
}
