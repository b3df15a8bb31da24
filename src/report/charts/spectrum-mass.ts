import type { SpectrumSummary } from "../../analysis/result.ts";

/**
 * The share of eigenvalues in an interval, from what a result keeps of a spectrum: 257 quantiles for
 * the body and the largest singular values one by one. Re-binning from these gives every chart bins
 * that fit its own axis, whatever bins the stored histogram has.
 */
export interface SpectrumMass {
  /** Largest eigenvalue of W'W/N. */
  readonly largest: number;
  /** Smallest eigenvalue above zero that a quantile shows; null when all are zero. */
  readonly smallestPositive: number | null;
  /** Share of the eigenvalues in (low, high], in [0, 1]. */
  between(low: number, high: number): number;
}

/** Eigenvalue of W'W/N of a singular value, N the larger side. */
export function eigenvalueOf(
  spectrum: Pick<SpectrumSummary, "rows" | "columns">,
  singularValue: number,
): number {
  return singularValue ** 2 / Math.max(spectrum.rows, spectrum.columns);
}

/**
 * The eigenvalue distribution of a layer's stored spectrum.
 *
 * @param spectrum - a spectrum of the result, with at least one singular value.
 * @returns its mass function: exact for the stored top, linear between quantiles below it.
 */
export function spectrumMass(spectrum: SpectrumSummary): SpectrumMass {
  const { quantiles, count } = spectrum;
  const top = spectrum.top.map((value) => eigenvalueOf(spectrum, value));
  const bodyShare = Math.max(0, 1 - top.length / Math.max(1, count));
  const last = quantiles.length - 1;
  const body = (x: number): number => {
    if (last < 1 || x < quantiles[0]!) return 0;
    if (x >= quantiles[last]!) return 1;
    let low = 0;
    let high = last;
    while (high - low > 1) {
      const middle = (low + high) >> 1;
      if (quantiles[middle]! <= x) low = middle;
      else high = middle;
    }
    const width = quantiles[high]! - quantiles[low]!;
    return (low + (width > 0 ? (x - quantiles[low]!) / width : 0)) / last;
  };
  const cumulative = (x: number): number => {
    const inTop = top.filter((value) => value <= x).length;
    return Math.min(bodyShare, body(x)) + inTop / Math.max(1, count);
  };
  return {
    largest: top[0] ?? quantiles[last] ?? 0,
    smallestPositive: quantiles.find((value) => value > 0) ?? null,
    between: (low, high) => cumulative(high) - cumulative(low),
  };
}
