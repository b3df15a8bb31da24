import { metricCatalogue } from "../../metrics/catalogue.ts";
import { columnOf } from "../columns.ts";
import { cardDefinitions } from "./card-definitions.ts";
import { type Html, html } from "./html.ts";

/** Every number that a card may hold: what it tells, its formula and its source. The script links numbers to it. */
export function definitionsTable(): Html {
  const metrics = metricCatalogue.map((metric) => ({ ...metric, title: columnOf(metric.id).title }));
  const rows = [...metrics, ...cardDefinitions].map(
    ({ title, symbol, meaning, formula, source }) =>
      html`<tr><th scope="row" data-title="${title}">${title}<br><small>${symbol}</small></th><td>${meaning}</td><td>${formula}</td><td>${source}</td></tr>
`,
  );
  return html`<details class="data" id="definitions"><summary>Every number: meaning, formula, source</summary>
<div class="scroll" tabindex="0" role="group" aria-label="Every number: meaning, formula, source"><table class="definitions"><thead><tr><th scope="col">number</th><th scope="col">meaning</th><th scope="col">formula</th><th scope="col">source</th></tr></thead><tbody>
${rows}</tbody></table></div></details>`;
}
