import type { LayerResult, SpectrumSummary } from "../analysis/result.ts";

/**
 * How far two layers' singular values are from each other, over the norm of the first.
 *
 *     sqrt( sum_i (s_i(B) - s_i(A))^2 ) / ||A||_F  <=  ||B - A||_F / ||A||_F
 *
 * So it is the least relative change that the spectra allow; what turns without changing them it does not see.
 *
 * @returns >= 0; null where a layer has no spectrum, or their sizes differ.
 * @source Mirsky 1960, Quart. J. Math. 11:50-59.
 */
export function spectralDistance(a: LayerResult, b: LayerResult): number | null {
  const [before, after] = [a, b].map(({ spectrum }) => spectrum && singularValuesOf(spectrum));
  if (!before || !after || before.length !== after.length) return null;
  // Over the largest: squares of what float64 just holds have none.
  const unit = Math.max(before[0]!, Number.MIN_VALUE);
  let squares = 0;
  let norm = 0;
  for (let i = 0; i < before.length; i++) {
    squares += ((after[i]! - before[i]!) / unit) ** 2;
    norm += (before[i]! / unit) ** 2;
  }
  return Math.sqrt(squares / norm);
}

/**
 * All singular values of a layer, descending: the stored ones, or between the quantiles of its eigenvalues, the largest
 * as they are. Null where it has no quantiles.
 */
function singularValuesOf({
  rows,
  columns,
  count,
  quantiles,
  top,
  singularValues,
}: SpectrumSummary): number[] | null {
  if (singularValues) return singularValues;
  const last = quantiles.length - 1;
  if (last < 1) return null;
  const larger = Math.max(rows, columns);
  return Array.from({ length: count }, (_, i) => {
    if (i < top.length) return top[i]!;
    const place = count > 1 ? ((count - 1 - i) / (count - 1)) * last : last;
    const below = Math.min(last - 1, Math.floor(place));
    const eigenvalue = quantiles[below]! + (place - below) * (quantiles[below + 1]! - quantiles[below]!);
    return Math.sqrt(larger * Math.max(0, eigenvalue));
  });
}
