import { type LayerSeries, symbolPath } from "../charts/layer-series.ts";
import { type Html, html, trusted } from "./html.ts";

/**
 * The series of a group of charts with their symbols, once for all of them.
 *
 * @param label - what they are, for a screen reader.
 */
export function seriesLegend(series: readonly LayerSeries[], label = "Roles of layers"): Html {
  const items = series.map(
    (each) =>
      html`<li><svg viewBox="-1.4 -1.4 2.8 2.8" width="14" height="14" aria-hidden="true">${trusted(`<path d="${symbolPath(each.shape)}" fill="var(--${each.color})"/>`)}</svg>${each.name}</li>`,
  );
  return html`<ul class="legend" aria-label="${label}">${items}</ul>`;
}
