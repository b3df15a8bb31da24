/** A spectrum of variances with few enough points to solve an equation with: values and their weights. */
export interface Population {
  /** Positive, any order. */
  readonly values: Float64Array;
  /** Positive, same length. */
  readonly weights: Float64Array;
}

export const totalOf = ({ weights }: Population): number => weights.reduce((sum, weight) => sum + weight, 0);

/** Bins between the smallest and the largest value, of equal ratio. */
const bins = 48;

/**
 * A spectrum of many values as one of few: values are sorted into bins of equal ratio, and each bin becomes the
 * two points that have its moments up to the third (its two-point Gauss rule).
 *
 *     points  m + c ± sqrt(v + c^2),  c = k / (2 v),   for mean m, variance v, third central moment k
 *
 * The points lie between the values of their bin, so that edges move little; moments up to the third of the
 * whole are kept exactly, and the error of a smooth sum falls as the fourth power of the bins' width.
 *
 * @param values - >= 0, finite; zeros are left out.
 * @param unit - what they are divided by, > 0.
 * @param weight - of each value.
 * @returns at most 96 points; no points when all values are 0.
 */
export function condense(values: ArrayLike<number>, unit: number, weight: number): Population {
  let least = Number.POSITIVE_INFINITY;
  let most = 0;
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!;
    if (value <= 0) continue;
    least = Math.min(least, value);
    most = Math.max(most, value);
  }
  if (most === 0) return { values: new Float64Array(0), weights: new Float64Array(0) };
  const logLeast = Math.log(least);
  const perLog = bins / Math.max(Math.log(most) - logLeast, 1e-12);
  const binOf = (value: number) => Math.min(bins - 1, Math.floor((Math.log(value) - logLeast) * perLog));

  const place = new Uint8Array(values.length);
  const count = new Float64Array(bins);
  const mean = new Float64Array(bins);
  for (let i = 0; i < values.length; i++) {
    if (values[i]! <= 0) continue;
    const bin = binOf(values[i]!);
    place[i] = bin;
    count[bin]! += 1;
    mean[bin]! += values[i]!;
  }
  for (let bin = 0; bin < bins; bin++) mean[bin]! /= count[bin]! || 1;
  const second = new Float64Array(bins);
  const third = new Float64Array(bins);
  for (let i = 0; i < values.length; i++) {
    if (values[i]! <= 0) continue;
    const away = values[i]! - mean[place[i]!]!;
    second[place[i]!]! += away * away;
    third[place[i]!]! += away ** 3;
  }

  const points: number[] = [];
  const weights: number[] = [];
  for (let bin = 0; bin < bins; bin++) {
    const n = count[bin]!;
    if (n === 0) continue;
    const variance = second[bin]! / n;
    const m = mean[bin]!;
    if (variance <= 1e-24 * m * m) {
      points.push(m / unit);
      weights.push(n * weight);
      continue;
    }
    const c = third[bin]! / n / (2 * variance);
    const root = Math.sqrt(variance + c * c);
    points.push((m + c - root) / unit, (m + c + root) / unit);
    weights.push((n * weight * (root + c)) / (2 * root), (n * weight * (root - c)) / (2 * root));
  }
  return { values: Float64Array.from(points), weights: Float64Array.from(weights) };
}
