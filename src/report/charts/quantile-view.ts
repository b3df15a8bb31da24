import type { LayerResult, SpectrumSummary } from "../../analysis/result.ts";
import { marchenkoPastur } from "../../laws/marchenko-pastur.ts";
import { isRejected } from "../fit-quality.ts";
import { formatNumber } from "../format-number.ts";
import { type PointView, type ViewPoint, viewNumber } from "./point-view.ts";
import { quantileAt } from "./quantile-at.ts";

const pointsDrawn = 48;

/**
 * Quantiles of a layer's bulk against those of its fitted Marchenko-Pastur law (Q-Q), outliers taken out: on the
 * diagonal where the law holds.
 *
 * @param layer - an analysed layer.
 * @param spectrum - its spectrum, with quantiles.
 * @returns the view; null without a fit, or where zeros were left out of it.
 */
export function quantileView(layer: LayerResult, spectrum: SpectrumSummary): PointView | null {
  const fit = layer.marchenkoPastur;
  if (fit === null || fit.spikesBelow === null || fit.lambdaMinus === null || fit.lambdaPlus === null)
    return null;
  const below = fit.spikesBelow.length;
  const bulk = spectrum.count - below - fit.spikes.length;
  if (bulk < 3) return null;
  const law = marchenkoPastur(fit.aspectRatio, fit.scale);
  const points = Array.from({ length: pointsDrawn }, (_, i): ViewPoint => {
    const share = (i + 0.5) / pointsDrawn;
    const observed = quantileAt(spectrum.quantiles, (below + share * bulk) / spectrum.count);
    return [viewNumber(law.quantile(share)), viewNumber(observed)];
  });
  const low = viewNumber(Math.min(...points.map(([x]) => x)));
  const high = viewNumber(Math.max(...points.map(([x]) => x)));
  const farthest = Math.max(...points.map(([x, y]) => Math.abs(y - x))) / fit.lambdaPlus;
  const rejected = isRejected(layer);
  return {
    id: "quantiles",
    scale: "linear",
    xTitle: "quantile of the fitted law",
    yTitle: "quantile of the bulk",
    points,
    line: [
      [low, low],
      [high, high],
    ],
    isWeak: rejected,
    fitted: null,
    sentence: `Quantiles of the bulk against the ${rejected ? "closest" : "fitted"} law (Q-Q): at most ${formatNumber(100 * farthest, 2)} % of the upper edge from the diagonal.`,
  };
}
