import { hillAlpha } from "../fits/hill.ts";
import { fitPowerLaw } from "../fits/power-law.ts";
import { type RandomStream, randomStream } from "../linalg/random.ts";
import { type Estimate, stableIndex } from "./stable-index.ts";
import { fitStudent, type StudentFit } from "./student-fit.ts";

/** What estimators of heavy tails say of a sample. */
export interface TailEstimates {
  /** Values that are not zero. */
  readonly count: number;
  /** Index of an alpha-stable law, 2 for a Gaussian; null with fewer than 64 values. */
  readonly stable: Estimate | null;
  /** Exponent of P(|x| > u) ~ u^-index by the largest 1 %; null with fewer than 10 of them. */
  readonly hill: Estimate | null;
  readonly student: StudentFit | null;
  /** Mean fourth power over the squared mean square, less 3: 0 for a Gaussian; null where it has no error. */
  readonly excessKurtosis: Estimate | null;
}

/** Whether the upper tail of |x| is a power law, of whichever index. */
export interface TailPowerLaw {
  /** Exponent of P(|x| > u), one less than the density's; null where there is no tail to fit. */
  readonly index: number | null;
  /** 90 % interval. */
  readonly interval: readonly [number, number] | null;
  readonly reliable: boolean;
  readonly reason: string | null;
  /** Of the bootstrap; null where a cheaper test had decided. */
  readonly pValue: number | null;
  /** Values that it is fitted to: at most 4096, drawn. */
  readonly count: number;
}

export const tailVerdicts = [
  "gaussian",
  "unequal-variances",
  "no-power-law",
  "heavy-tailed",
  "undecided",
] as const;

/** The tails of gradient noise, with what speaks for and against a heavy one. */
export interface NoiseTail {
  /** Of the entries of single batches' noise as they are, all coordinates pooled. */
  readonly raw: TailEstimates;
  /** Of entries over the size of their row and their column. */
  readonly scaled: TailEstimates;
  /** Of Gaussian noise with the rows' and columns' sizes that were observed: what unequal variances do alone. */
  readonly control: TailEstimates;
  /** Of the scaled entries. */
  readonly powerLaw: TailPowerLaw;
  readonly verdict: (typeof tailVerdicts)[number];
  readonly evidence: string;
}

/** Values of a power-law fit and of Student's: beyond, they take long and say no more. */
const mostFitted = 4096;
/** The share of the largest values that Hill's estimate takes, and the fewest of them. */
const hillShare = 0.01;
const fewestHill = 10;
/** Groups that the kurtosis is left without, one at a time. */
const groups = 20;
/** A difference of so many standard errors is one. */
const significant = 3;
const significance = 0.01;

/**
 * The tails of gradient noise: estimators of an index, each with its error, and the doubt in them.
 *
 * All coordinates of a layer are pooled, as in the literature, and the estimators take them for independent draws of one
 * law. Their variances differ by rows and columns, and a mixture of Gaussians looks heavy-tailed. So each estimate stands
 * beside the same after every row and column is divided by its own size, and beside that of Gaussian noise with the
 * observed sizes. "Heavy-tailed" is said only where a power law holds for the tail of the scaled entries.
 *
 *     size of row i and column j = exp( mean_j ln |x_ij| + mean_i ln |x_ij| - mean ln |x| )
 *
 * A size by root mean square would hide what is looked for: no entry exceeds it by more than the root of their number.
 *
 * @param entries - matrices of noise, one after the other, row-major. @param shape - rows and columns of one.
 * @param seed - of the order, the control and the bootstrap. @param name - of the layer, which names the streams.
 * @returns null where all entries are zero.
 * @source the claim: Simsekli, Sagun & Gurbuzbalaban 2019, arXiv 1901.06053; the control is this package's.
 */
export function noiseTail(
  entries: Float64Array,
  [rows, columns]: readonly [number, number],
  seed: number | string,
  name: string,
): NoiseTail | null {
  if (!entries.some((entry) => entry !== 0)) return null;
  const sizes = sizesOf(entries, rows, columns);
  const order = shuffled(entries.length, randomStream(seed, ["noise-tail", "order", name]));
  const draws = randomStream(seed, ["noise-tail", "control", name]);
  const inOrder = (at: (place: number) => number) => Float64Array.from(order, (place) => at(place));
  const scaledEntries = inOrder((at) => (entries[at]! === 0 ? 0 : entries[at]! / sizes[at]!));
  const raw = estimatesOf(inOrder((at) => entries[at]!));
  const scaled = estimatesOf(scaledEntries);
  const control = estimatesOf(inOrder((at) => sizes[at]! * draws.normal()));
  const powerLaw = powerLawOf(scaledEntries, seed);
  return { raw, scaled, control, powerLaw, ...judge(raw, scaled, control, powerLaw) };
}

/** The size of each entry by its row and column: geometric means of magnitudes; 0 in rows and columns of zeros. */
function sizesOf(entries: Float64Array, rows: number, columns: number): Float64Array {
  const ofRow = { sums: new Float64Array(rows), counts: new Float64Array(rows) };
  const ofColumn = { sums: new Float64Array(columns), counts: new Float64Array(columns) };
  let [total, count] = [0, 0];
  for (const [at, entry] of entries.entries()) {
    if (entry === 0) continue;
    const log = Math.log(Math.abs(entry));
    const [i, j] = [Math.floor(at / columns) % rows, at % columns];
    ofRow.sums[i]! += log;
    ofRow.counts[i]!++;
    ofColumn.sums[j]! += log;
    ofColumn.counts[j]!++;
    total += log;
    count++;
  }
  return entries.map((_, at) => {
    const [i, j] = [Math.floor(at / columns) % rows, at % columns];
    if (ofRow.counts[i] === 0 || ofColumn.counts[j] === 0) return 0;
    return Math.exp(
      ofRow.sums[i]! / ofRow.counts[i]! + ofColumn.sums[j]! / ofColumn.counts[j]! - total / count,
    );
  });
}

/** @param values - in random order. */
function estimatesOf(values: Float64Array): TailEstimates {
  const present = values.filter((value) => value !== 0);
  return {
    count: present.length,
    stable: stableIndex(present),
    hill: hillIndex(present),
    student: fitStudent(present.subarray(0, mostFitted)),
    excessKurtosis: kurtosisOf(present),
  };
}

/** Hill's estimate of the largest magnitudes, with its standard error index / sqrt k. */
function hillIndex(values: Float64Array): Estimate | null {
  const logs = values.map((value) => Math.log(Math.abs(value))).sort();
  const k = Math.floor(hillShare * logs.length);
  if (k < fewestHill) return null;
  const value = hillAlpha(logs, k) - 1;
  return Number.isFinite(value) ? { value, standardError: value / Math.sqrt(k) } : null;
}

/** Of mean 0, with the standard error of the jackknife over groups. */
function kurtosisOf(values: Float64Array): Estimate | null {
  const largest = values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  if (values.length < 2 * groups) return null;
  const sums = Array.from({ length: groups }, () => ({ count: 0, squares: 0, fourths: 0 }));
  for (const [i, value] of values.entries()) {
    const sum = sums[i % groups]!;
    const square = (value / largest) ** 2;
    sum.count++;
    sum.squares += square;
    sum.fourths += square ** 2;
  }
  const without = (left: number | null) => {
    const total = { count: 0, squares: 0, fourths: 0 };
    for (const [g, { count, squares, fourths }] of sums.entries()) {
      if (g === left) continue;
      total.count += count;
      total.squares += squares;
      total.fourths += fourths;
    }
    return (total.fourths * total.count) / total.squares ** 2 - 3;
  };
  const each = sums.map((_, g) => without(g));
  const mean = each.reduce((sum, value) => sum + value, 0) / groups;
  const spread = each.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return { value: without(null), standardError: Math.sqrt(((groups - 1) / groups) * spread) };
}

function powerLawOf(values: Float64Array, seed: number | string): TailPowerLaw {
  const magnitudes = values
    .filter((value) => value !== 0)
    .subarray(0, mostFitted)
    .map(Math.abs);
  const { alpha, alphaInterval, reliable, reason, pValue } = fitPowerLaw(magnitudes, { seed });
  return {
    index: alpha === null ? null : alpha - 1,
    interval: alphaInterval && [alphaInterval[0] - 1, alphaInterval[1] - 1],
    reliable,
    reason,
    pValue,
    count: magnitudes.length,
  };
}

function judge(
  raw: TailEstimates,
  scaled: TailEstimates,
  control: TailEstimates,
  powerLaw: TailPowerLaw,
): Pick<NoiseTail, "verdict" | "evidence"> {
  if (powerLaw.reliable && powerLaw.interval) {
    const [low, high] = powerLaw.interval.map((end) => end.toFixed(2));
    const infinite = powerLaw.interval[1] < 2 ? ": no finite variance" : "";
    return {
      verdict: "heavy-tailed",
      evidence: `scaled by rows and columns, the largest entries follow a power law of index ${low} to ${high}${infinite}`,
    };
  }
  if (!raw.stable || !control.stable || !raw.student || !scaled.student) {
    return { verdict: "undecided", evidence: "too few entries that are not zero" };
  }
  const index = `stable index ${text(raw.stable)}`;
  if (2 - raw.stable.value < significant * raw.stable.standardError && raw.student.pValue > significance) {
    return { verdict: "gaussian", evidence: `${index}, and no Student law fits better than the Gaussian` };
  }
  const beside = `${index}, ${text(control.stable)} for Gaussian noise of the same row and column variances`;
  if (
    !isClearlyLess(raw.stable, control.stable) &&
    !isClearlyLess(control.excessKurtosis, raw.excessKurtosis)
  ) {
    return { verdict: "unequal-variances", evidence: beside };
  }
  // A bootstrap rejects one power law in twenty, and the onset of a stable law's tail more often: that is no proof.
  return powerLaw.index === null || powerLaw.pValue !== null
    ? { verdict: "undecided", evidence: `${beside}; ${powerLaw.reason}` }
    : { verdict: "no-power-law", evidence: `${beside}; of the scaled entries, ${powerLaw.reason}` };
}

/** Whether one estimate is under the other by more than chance. */
function isClearlyLess(one: Estimate | null, other: Estimate | null): boolean {
  if (!one || !other) return false;
  return other.value - one.value > significant * Math.hypot(one.standardError, other.standardError);
}

function text({ value, standardError }: Estimate): string {
  return `${value.toFixed(2)} ± ${standardError.toFixed(2)}`;
}

/** 0 to count - 1 in random order. */
function shuffled(count: number, { uniform }: RandomStream): Uint32Array {
  const order = Uint32Array.from({ length: count }, (_, i) => i);
  for (let i = count - 1; i > 0; i--) {
    const j = Math.floor(uniform() * (i + 1));
    [order[i], order[j]] = [order[j]!, order[i]!];
  }
  return order;
}
