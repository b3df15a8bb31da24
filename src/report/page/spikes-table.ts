import type { MarchenkoPasturResult } from "../../analysis/result.ts";
import { fitQuality } from "../fit-quality.ts";
import { formatNumber, formatPValue } from "../format-number.ts";
import { type Html, html } from "./html.ts";

/** More rows than these are left to the JSON; a layer with as many has no noise bulk to speak of. */
const rowsShown = 16;
/** Where no p-value holds. */
const rowsOfRejected = 8;

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
  const isRejected = fitQuality(fit) === "rejected";
  const rows = spikes
    .slice(0, isRejected ? rowsOfRejected : rowsShown)
    .map(
      (spike, i) =>
        html`<tr><th>${i + 1}</th><td>${formatNumber(spike.singularValue, 4)}</td><td>${formatPValue(spike.pValue)}</td><td>${formatPValue(spike.pValueAdjusted)}</td><td>${formatNumber(spike.strength, 4)}</td><td>${formatNumber(spike.overlapLeft, 2)}</td><td>${formatNumber(spike.overlapRight, 2)}</td></tr>`,
    );
  const more = spikes.length - rows.length;
  const caption = isRejected
    ? `${spikes.length} singular values ${side} the edge of the closest fit; as it is rejected, their p-values do not hold`
    : `${spikes.length} ${spikes.length === 1 ? "outlier" : "outliers"} ${side} the bulk`;
  return html`<div class="scroll" tabindex="0" role="group" aria-label="Outliers ${side} the bulk"><table class="numeric">
<caption>${caption}${more > 0 && `; the first ${rows.length} are shown`}</caption>
<thead><tr><th>#</th><th>singular value</th><th>p</th><th>p, all layers</th><th>planted strength</th><th>overlap, larger side</th><th>overlap, smaller side</th></tr></thead>
<tbody>${rows}</tbody></table></div>`;
}
