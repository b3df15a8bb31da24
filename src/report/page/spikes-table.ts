import type { MarchenkoPasturResult } from "../../analysis/result.ts";
import { fitQuality } from "../fit-quality.ts";
import { formatNumber, formatPValue } from "../format-number.ts";
import { type Html, html } from "./html.ts";

/** More rows than these are left to the JSON; a layer with as many has no noise bulk to speak of. */
const rowsShown = 16;

/**
 * The outliers of a layer with their p-values.
 *
 * @param fit - the fit of the layer; where it is rejected the caption says that p-values don't hold.
 * @param side - above or below the bulk.
 * @returns the table; null when there are none.
 */
export function spikesTable(fit: MarchenkoPasturResult, side: "above" | "below"): Html | null {
  const spikes = (side === "above" ? fit.spikes : fit.spikesBelow) ?? [];
  if (spikes.length === 0) return null;
  const rows = spikes
    .slice(0, rowsShown)
    .map(
      (spike, i) =>
        html`<tr><th scope="row" class="number">${i + 1}</th><td class="number">${formatNumber(spike.singularValue, 4)}</td><td class="number">${formatPValue(spike.pValue)}</td><td class="number">${formatPValue(spike.pValueAdjusted)}</td><td class="number">${formatNumber(spike.strength, 4)}</td><td class="number">${formatNumber(spike.overlapLeft, 2)}</td><td class="number">${formatNumber(spike.overlapRight, 2)}</td></tr>`,
    );
  const more = spikes.length - rows.length;
  const caption =
    fitQuality(fit) === "rejected"
      ? `${spikes.length} singular values ${side} the edge of the closest fit; as it is rejected, their p-values do not hold`
      : `${spikes.length} ${spikes.length === 1 ? "outlier" : "outliers"} ${side} the bulk`;
  return html`<div class="scroll" tabindex="0" role="group" aria-label="Outliers ${side} the bulk"><table>
<caption>${caption}${more > 0 && `; the first ${rowsShown} are shown`}</caption>
<thead><tr><th scope="col" class="number">#</th><th scope="col" class="number">singular value</th><th scope="col" class="number">p</th><th scope="col" class="number">p, all layers</th><th scope="col" class="number">planted strength</th><th scope="col" class="number">overlap, larger side</th><th scope="col" class="number">overlap, smaller side</th></tr></thead>
<tbody>${rows}</tbody></table></div>`;
}
