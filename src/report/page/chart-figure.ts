import type { TopLevelSpec } from "vega-lite";
import { renderChart } from "../charts/render-chart.ts";
import { breakable, type Content, type Html, html, trusted } from "./html.ts";

/**
 * A chart over the sentence that says what it shows.
 *
 * @param spec - of the chart.
 * @param sentence - the finding; it may hold names of a result.
 * @param more - what else belongs below it.
 */
export async function chartFigure(spec: TopLevelSpec, sentence: string, more: Content = null): Promise<Html> {
  const svg = trusted(await renderChart(spec, sentence));
  return html`<figure>${svg}<figcaption>${breakable(sentence)}</figcaption>${more}</figure>`;
}
