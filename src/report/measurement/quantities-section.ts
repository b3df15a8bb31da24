import { measuredValue } from "../../measure/average.ts";
import { measurementQuantities } from "../../measure/groups.ts";
import type { MeasuredCheckpoint } from "../../measure/result.ts";
import { dataTable } from "../page/data-table.ts";
import { type Html, heading, html } from "../page/html.ts";
import { unitText } from "./measured-view.ts";

/** What each number of the page is: in words, by its formula, and whose it is. */
export function quantitiesSection(shown: readonly MeasuredCheckpoint[]): Html {
  const present = measurementQuantities.filter(({ id }) =>
    shown.some(
      ({ layers, wholeModel }) =>
        measuredValue(wholeModel, id) !== null || layers.some((layer) => measuredValue(layer, id) !== null),
    ),
  );
  const rows = present.map(({ id, title, symbol, unit, formula, meaning, source }) => [
    html`${title}<br><small class="name">${id}</small>`,
    symbol,
    unitText(unit),
    html`<span class="words">${meaning}</span>`,
    html`<span class="words">${formula}</span>`,
    html`<span class="words">${source}</span>`,
  ]);
  const heads = ["number", "symbol", "unit", "what it tells", "formula", "source"].map((title) => ({
    title,
  }));
  return html`<section aria-labelledby="numbers">
${heading(2, "numbers", "What the numbers are")}
<p class="quiet">l is the loss of one example, the sum over its labels; gradients are of l, and numbers are means over examples. Rows are tokens: x enters a block, p = K x is the pre-activation, a = σ(p) the activation, γ = σ′(p), g = ∂l/∂a, η = g γ, g_Z the gradient of the block's output.</p>
<details class="data"><summary>Show meaning, formula and source of ${present.length} numbers</summary>${dataTable("What the numbers are", heads, rows)}</details>
</section>`;
}
