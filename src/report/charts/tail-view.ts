import type { LayerResult, SpectrumSummary } from "../../analysis/result.ts";
import { formatNumber } from "../format-number.ts";
import { type PointView, type ViewPoint, viewNumber } from "./point-view.ts";
import { quantileAt } from "./quantile-at.ts";
import { eigenvalueOf } from "./spectrum-mass.ts";

/** Points below those that are stored one by one, at equal steps of the logarithm of their share. */
const bodyPoints = 24;
/** Decades below the largest eigenvalue, or below where the fit begins, that are drawn at most: a tail lies above. */
const decades = 3;

/**
 * The upper tail of a layer: the share of eigenvalues at or above each, both logarithmic, where p(x) ~ x^-alpha is a
 * straight line of slope 1 - alpha.
 *
 * @param layer - an analysed layer.
 * @param spectrum - its spectrum, with quantiles.
 * @returns the view, with the fitted range where a tail was fitted; null when fewer than three eigenvalues are positive.
 */
export function tailView(layer: LayerResult, spectrum: SpectrumSummary): PointView | null {
  const points = tailPoints(spectrum, layer.powerLaw?.xmin ?? Number.POSITIVE_INFINITY);
  if (points.length < 3) return null;
  const tail = layer.powerLaw;
  const common = {
    id: "tail",
    scale: "log" as const,
    xTitle: "eigenvalue of WᵀW/N (log)",
    yTitle: "share at or above (log)",
    points,
  };
  const largest = points[0]![0];
  if (tail?.alpha == null || tail.xmin === null || tail.tailCount === null || tail.xmin >= largest) {
    return {
      ...common,
      line: [],
      isWeak: false,
      fitted: null,
      sentence: "Upper tail: no power law was fitted.",
    };
  }
  const share = tail.tailCount / spectrum.count;
  const end = share * (largest / tail.xmin) ** (1 - tail.alpha);
  const range = `${tail.tailCount} eigenvalues from ${formatNumber(tail.xmin)} on were fitted, with alpha ${formatNumber(tail.alpha)}`;
  return {
    ...common,
    line: [
      [viewNumber(tail.xmin), viewNumber(share)],
      [largest, viewNumber(end)],
    ],
    isWeak: !tail.reliable,
    fitted: [viewNumber(tail.xmin), largest],
    sentence: tail.reliable
      ? `Upper tail: ${range}; a power law holds.`
      : `Upper tail: ${range}, but a power law does not hold: ${tail.reason}.`,
  };
}

function tailPoints(spectrum: SpectrumSummary, xmin: number): ViewPoint[] {
  const { count, top } = spectrum;
  const known = top.map((value, i): ViewPoint => [eigenvalueOf(spectrum, value), (i + 1) / count]);
  const from = Math.max(1, top.length) / count;
  const body = Array.from({ length: from < 1 ? bodyPoints : 0 }, (_, i): ViewPoint => {
    const share = from ** (1 - (i + 1) / bodyPoints);
    return [quantileAt(spectrum.quantiles, 1 - share), share];
  });
  const points = [...known, ...body];
  const floor = Math.min(points[0]![0] * 10 ** -decades, xmin / 10);
  return points
    .filter(([x]) => x > 0 && x >= floor)
    .map(([x, y]): ViewPoint => [viewNumber(x), viewNumber(y)]);
}
