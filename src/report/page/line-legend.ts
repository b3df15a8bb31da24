import { lawDashes } from "../charts/law-density.ts";
import type { LayerSeries } from "../charts/layer-series.ts";
import { type Html, html, trusted } from "./html.ts";

/**
 * The legend of curves that are told apart by hue and dashes.
 *
 * @param looks - of the curves, in order.
 * @param label - what they are, for a screen reader.
 */
export function lineLegend(looks: readonly LayerSeries[], label: string): Html {
  const items = looks.map(({ name, color }, i) => {
    const dashes = lawDashes[i % lawDashes.length]!.join(" ");
    const line = `<path d="M0 5H30" fill="none" stroke="var(--${color})" stroke-width="2"${dashes && ` stroke-dasharray="${dashes}"`}/>`;
    return html`<li><svg viewBox="0 0 30 10" width="30" height="10" aria-hidden="true">${trusted(line)}</svg>${name}</li>`;
  });
  return html`<ul class="legend" aria-label="${label}">${items}</ul>`;
}
