import type { LayerResult } from "../../analysis/result.ts";
import type { DensityData } from "../charts/density-data.ts";
import { fitQuality } from "../fit-quality.ts";
import { formatNumber } from "../format-number.ts";

/**
 * What a density chart shows, in sentences: the finding, then what the axis leaves out.
 *
 * @param layer - an analysed layer.
 * @param data - what its chart draws.
 * @returns text for the caption and for readers who cannot see the chart.
 */
export function densitySentence(layer: LayerResult, data: DensityData): string {
  return [fitPart(layer), ...limits(data, layer.spectrum?.count ?? 0)].join(" ");
}

function fitPart(layer: LayerResult): string {
  const fit = layer.marchenkoPastur;
  if (fit === null) return "No Marchenko-Pastur law was fitted.";
  if (fitQuality(fit) === "rejected") {
    return "No Marchenko-Pastur law describes these eigenvalues; the dashed line is the closest one.";
  }
  const bulk = `The fitted bulk runs from ${formatNumber(fit.lambdaMinus)} to ${formatNumber(fit.lambdaPlus)}`;
  const larger = layer.spectrum === null ? 1 : Math.max(layer.spectrum.rows, layer.spectrum.columns);
  const above = fit.spikes.length;
  const below = fit.spikesBelow?.length ?? 0;
  if (above + below === 0) return `${bulk}; no eigenvalue stands out of it.`;
  const top =
    fit.spikes[0] === undefined
      ? ""
      : `, the largest at ${formatNumber(fit.spikes[0].singularValue ** 2 / larger)}`;
  const parts = [
    ...(above > 0 ? [`${above} ${above === 1 ? "eigenvalue lies" : "eigenvalues lie"} above it${top}`] : []),
    ...(below > 0 ? [`${below} below it`] : []),
  ];
  return `${bulk}; ${parts.join(" and ")}.`;
}

function limits(data: DensityData, count: number): string[] {
  const lying = (share: number) => {
    const number = Math.round(share * count);
    return `${number} of ${count} eigenvalues ${number === 1 ? "lies" : "lie"}`;
  };
  const cut = data.bars.some((bar) => bar.y > data.top);
  return [
    ...(data.beyond * count > 0.5 ? [`${lying(data.beyond)} beyond the right end of the axis.`] : []),
    ...(data.below * count > 0.5 ? [`${lying(data.below)} left of the axis, zeros among them.`] : []),
    ...(data.spikesNotDrawn > 0
      ? [`${data.spikesNotDrawn} ${data.spikesNotDrawn === 1 ? "outlier is" : "outliers are"} not marked.`]
      : []),
    ...(cut ? ["Bars that reach the top are higher than shown."] : []),
  ];
}
