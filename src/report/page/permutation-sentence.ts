import type { LayerResult } from "../../analysis/result.ts";
import { formatNumber, formatPValue } from "../format-number.ts";
import { type Html, html } from "./html.ts";

/** What shuffling the layer's own entries leaves of its structure. */
export function permutationSentence(found: NonNullable<LayerResult["permutationNull"]>): Html {
  const { draws, largest, largestPValue, spikeCount, ksPValue, entrySpikes } = found;
  return html`<p>Against its own entries in random order (${draws} shuffles, largest singular value ${formatNumber(largest)} on average): ${spikeCount} singular ${spikeCount === 1 ? "value is" : "values are"} larger than in every shuffle (p = ${formatPValue(largestPValue)}); shuffles lie as far from Marchenko-Pastur with p = ${formatPValue(ksPValue)}; a shuffle has ${formatNumber(entrySpikes, 2)} outliers of its own.</p>`;
}
