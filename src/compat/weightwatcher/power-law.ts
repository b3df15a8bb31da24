/** A power law p(x) ~ x^-alpha on the eigenvalues from xmin on, as WeightWatcher fits it. */
export interface WeightwatcherPowerLaw {
  readonly alpha: number;
  readonly xmin: number;
  /** The largest eigenvalue. */
  readonly xmax: number;
  /** D: how far the law and the tail are apart, by WeightWatcher's count. */
  readonly distance: number;
  /** WeightWatcher's error of alpha, (alpha - 1) / sqrt n: as if xmin had been known. */
  readonly sigma: number;
}

/** Eigenvalues up to this are dropped, whatever the scale of the weights. */
const threshold = 1e-5;

/**
 * WeightWatcher's default power-law fit.
 *
 *     alpha = 1 + n / sum ln(lambda_i / xmin),  D = max_i |1 - (lambda_i / xmin)^(1 - alpha) - i / n|,  i = 0 .. n-1
 *
 * over the n eigenvalues from xmin on. Every eigenvalue but the last is tried as xmin, and the least D wins, the first
 * of equal ones. No shortest tail, no p-value, no other law; the step of the empirical distribution is looked at from
 * one side. Sums of logarithms are kept from the top down, and a candidate is given up as soon as it is worse than the
 * best: O(n) to O(n^2) in all.
 *
 * @param ascending - eigenvalues of W'W, not divided by N, ascending, >= 0, in the unit of the weights squared.
 * @returns the fit, with infinite alpha and sigma where all values from xmin on are equal; null when fewer than two
 *   eigenvalues are above 1e-5.
 * @source WeightWatcher 0.7.5.5, `WW_powerlaw.py`, `WWFit`; Clauset, Shalizi & Newman 2009, SIAM Review 51, 661.
 */
export function fitLikeWeightwatcher(ascending: Float64Array): WeightwatcherPowerLaw | null {
  let first = 0;
  while (first < ascending.length && ascending[first]! <= threshold) first++;
  const kept = ascending.subarray(first);
  const count = kept.length;
  if (count < 2) return null;
  const xmax = kept[count - 1]!;
  const logs = Float64Array.from(kept, (x) => Math.log(x / xmax));
  const sums = new Float64Array(count);
  for (let i = count - 2; i >= 0; i--) sums[i] = sums[i + 1]! + logs[i]!;

  let best = { start: 0, alpha: Number.NaN, distance: Number.POSITIVE_INFINITY };
  const probe = { place: 0 };
  for (let start = 0; start < count - 1; start++) {
    const n = count - start;
    const alpha = 1 + n / (sums[start]! - n * logs[start]!);
    // Rounding may turn the sum of a tail of nearly equal values negative.
    const distance = alpha > 1 ? distanceUpTo(best.distance, logs, start, alpha, probe) : 1;
    if (distance < best.distance) best = { start, alpha, distance };
  }
  const { start, alpha, distance } = best;
  return { alpha, xmin: kept[start]!, xmax, distance, sigma: (alpha - 1) / Math.sqrt(count - start) };
}

/**
 * D of a candidate, or the first gap that reaches `enough`.
 *
 * @param probe - where the last candidate was worst: the next one mostly is there too, and is given up at once.
 */
function distanceUpTo(
  enough: number,
  logs: Float64Array,
  start: number,
  alpha: number,
  probe: { place: number },
): number {
  const n = logs.length - start;
  const gap = (i: number): number => {
    const ratio = logs[i]! - logs[start]!;
    // 1^-Infinity is 1 here as in C; in JavaScript it is NaN.
    const survival = ratio === 0 ? 1 : Math.exp((1 - alpha) * ratio);
    return Math.abs(1 - survival - (i - start) / n);
  };
  if (probe.place >= start) {
    const gapThere = gap(probe.place);
    if (gapThere >= enough) return gapThere;
  }
  let distance = 0;
  for (let i = start; i < logs.length; i++) {
    const each = gap(i);
    if (each <= distance) continue;
    distance = each;
    probe.place = i;
    if (distance >= enough) break;
  }
  return distance;
}
