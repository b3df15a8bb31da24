import { rejectionLevel } from "../analysis/judge.ts";
import type { LayerResult, MarchenkoPasturResult } from "../analysis/result.ts";
import { formatNumber, formatPValue } from "./format-number.ts";

/** How far a fit can be trusted. */
export type FitQuality = "accepted" | "rejected" | "untested";

/** Whether noise of the layer's shape lies as far from its own fit as the layer does. */
export function fitQuality(fit: MarchenkoPasturResult): FitQuality {
  if (fit.pValue === null) return "untested";
  return fit.pValue <= rejectionLevel ? "rejected" : "accepted";
}

/** True when the layer has a fit and the fit is rejected. */
export function isRejected(layer: LayerResult): boolean {
  return layer.marchenkoPastur !== null && fitQuality(layer.marchenkoPastur) === "rejected";
}

/**
 * What the fit supports, in a sentence.
 *
 * @param fit - the fit of a layer.
 * @returns a sentence that names the law, the p-value and the distance.
 */
export function fitSentence(fit: MarchenkoPasturResult): string {
  const distance = `Kolmogorov-Smirnov distance ${formatNumber(fit.ksDistance, 2)}`;
  const p = `p ${fit.pValue === null ? "" : equalSign(formatPValue(fit.pValue))}`;
  switch (fitQuality(fit)) {
    case "untested":
      return `The fit of the Marchenko-Pastur law was not tested (${distance}).`;
    case "rejected":
      return `Marchenko-Pastur is rejected (${p}, ${distance}): scale and edges are those of the closest fit and describe no actual noise level.`;
    case "accepted":
      return `The bulk cannot be told from a Marchenko-Pastur law (${p}, ${distance}).`;
  }
}

function equalSign(text: string): string {
  return /^[≤<]/.test(text) ? text : `= ${text}`;
}
