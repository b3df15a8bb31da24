import { ConvergenceError } from "../errors.ts";
import { type DistributionTable, distributionTable } from "../laws/distribution-table.ts";
import { generalizedMarchenkoPastur } from "../laws/generalized-marchenko-pastur.ts";
import type { Law } from "../laws/law.ts";
import { separableLaw } from "../laws/separable-law.ts";
import { tracyWidom } from "../laws/tracy-widom.ts";
import { isInRange } from "../linalg/float-range.ts";
import { setAsideLevel, trimHigh, trimLow } from "./bulk-scale.ts";
import { type FittedPopulation, fitPopulation } from "./fit-population.ts";
import { ksDistance } from "./ks-distance.ts";
import { ksNullPValue, scaleStandardError } from "./ks-null.ts";
import { spreadOf, withoutChance } from "./variance-profile.ts";

/** Fewer eigenvalues than this do not tell one law from another. */
const fewestForOpinion = 32;
/** Times that the law is fitted again without the spikes found. */
const mostRounds = 3;

/** What a bulk looks like through another law than that of Marchenko and Pastur. */
export interface SecondOpinion {
  /** The law's id. */
  readonly id: string;
  /** To show. */
  readonly name: string;
  /** KS distance of the bulk from the fitted law, in [0, 1], within 1e-6. */
  readonly ksDistance: number;
  /** Probability that noise lies as far from its own fit, in [1e-5, 0.99]. */
  readonly pValue: number;
  /** s: root mean square of an entry of the noise, in the unit of the weights. */
  readonly scale: number;
  readonly scaleStandardError: number;
  /** How many of the candidates lie beyond this law, too, and were left out. */
  readonly spikes: number;
  /** How many numbers were fitted to the spectrum; variances read from the entries are not among them. */
  readonly fittedParameters: number;
  /** The fitted law of an eigenvalue of `W'W / N`; null where eigenvalues leave the range of float64. */
  readonly law: Law | null;
}

/** A bulk to have an opinion on, and what is known of its entries. */
export interface SecondOpinionInput {
  /** Descending, >= 0, in the unit of the weights, length M. */
  readonly singularValues: Float64Array;
  /** N >= M. */
  readonly larger: number;
  /** How many of the largest may be spikes: those found beyond the law of Marchenko and Pastur. */
  readonly spikes: number;
  /** Mean square of each row and of each column, either order of the two, in the unit of the weights squared. */
  readonly rowMeanSquares: Float64Array;
  readonly columnMeanSquares: Float64Array;
}

/** A spectrum without its largest values: eigenvalues of `W'W / N` over their mean, ascending. */
interface Bulk {
  readonly ascending: Float64Array;
  /** The mean, in the square of {@link unitOf}. */
  readonly mean: number;
  readonly spikes: number;
}

/** A power of two near the largest singular value: squares stay in range in it, and digits as they are. */
function unitOf({ singularValues }: SecondOpinionInput): number {
  return 2 ** Math.floor(Math.log2(singularValues[0]!));
}

function bulkOf(input: SecondOpinionInput, spikes: number): Bulk | null {
  const { singularValues, larger } = input;
  const count = singularValues.length - spikes;
  const last = singularValues.length - 1;
  if (count < fewestForOpinion || !(singularValues[last]! > 0)) return null;
  const top = singularValues[spikes]!;
  const ascending = Float64Array.from({ length: count }, (_, i) => (singularValues[last - i]! / top) ** 2);
  const mean = ascending.reduce((sum, value) => sum + value, 0) / count;
  const size = top / unitOf(input);
  return { ascending: ascending.map((value) => value / mean), mean: mean * (size / larger) * size, spikes };
}

/** What the law is to be multiplied with to have the trimmed sum of the bulk; null where it has none. */
function varianceOf({ ascending }: Bulk, table: DistributionTable): number | null {
  const count = ascending.length;
  const from = Math.floor(count * trimLow);
  const to = Math.ceil(count * trimHigh);
  let observed = 0;
  for (let i = from; i < to; i++) observed += ascending[i]!;
  // The law's quantiles over the same ranks: their integral in place of their sum.
  const expected = count * table.quantileIntegral(from / count, to / count);
  const variance = observed / expected;
  return variance > 0 && variance < Number.POSITIVE_INFINITY ? variance : null;
}

/**
 * What the largest of n eigenvalues of such noise hardly exceeds. Where the density is `A sqrt(edge - x)`, it
 * follows the Tracy-Widom law about the edge with width `(pi n A)^(-2/3)`.
 */
function noiseReach(law: Law, count: number): number {
  const [low, edge] = law.support;
  const near = 1e-6 * (edge - low);
  const slope = law.pdf(edge - near) / Math.sqrt(near);
  return edge + (Math.PI * count * slope) ** (-2 / 3) * tracyWidom(1).quantile(setAsideLevel);
}

/** Fits a kind of law to the bulk, again without the candidates beyond it until no more are, and compares. */
function fitLaw(input: SecondOpinionInput, lawOf: (bulk: Bulk) => Law) {
  const unit = unitOf(input);
  let found = 0;
  for (let round = 0; ; round++) {
    const bulk = bulkOf(input, found);
    if (!bulk) return null;
    const law = lawOf(bulk);
    const table = distributionTable(law);
    const variance = varianceOf(bulk, table);
    if (variance === null) return null;
    const reach = Math.sqrt(noiseReach(law, bulk.ascending.length) * variance * bulk.mean * input.larger);
    let beyond = found;
    while (beyond < input.spikes && input.singularValues[beyond]! / unit > reach) beyond++;
    if (round < mostRounds && beyond > found) {
      found = beyond;
      continue;
    }
    const count = bulk.ascending.length;
    const distance = ksDistance(bulk.ascending, (x) => table.cdf(x / variance));
    return {
      spikes: found,
      /** In units of the square of `unit`. */
      variance: variance * bulk.mean,
      unit,
      distance,
      // Distances of rigid spectra shrink as one over the count, whatever the variances.
      pValue: ksNullPValue(distance, count, count / (input.larger - found)),
      scaleError: scaleStandardError(count, input.larger - found),
    };
  }
}

/** Variances of a law in the unit of the weights squared; null where that leaves the range of float64. */
function inWeights(
  variances: readonly number[],
  { variance, unit }: { readonly variance: number; readonly unit: number },
): number[] | null {
  const scaled = variances.map((each) => each * variance * unit * unit);
  return scaled.every((each, i) => variances[i] === 0 || isInRange(each)) ? scaled : null;
}

/** Noise whose entry at row i and column j has variance a_i b_j, both read from the entries. */
function separable(input: SecondOpinionInput): SecondOpinion | null {
  const { rowMeanSquares: rows, columnMeanSquares: columns } = input;
  const [rowSpread, columnSpread] = [spreadOf(rows), spreadOf(columns)];
  if (!(rowSpread < Number.POSITIVE_INFINITY && columnSpread < Number.POSITIVE_INFINITY)) return null;
  // As many entries of equal variance as know the mean as well.
  const a = withoutChance(rows, columns.length / columnSpread);
  const b = withoutChance(columns, rows.length / rowSpread);
  const fit = fitLaw(input, ({ spikes }) => separableLaw(a, b, spikes));
  if (!fit) return null;
  const scale = fit.unit * Math.sqrt(fit.variance);
  const variances = inWeights(Array.from(a), fit);
  return {
    id: "separable-law",
    name: "noise with rows and columns of unequal variance",
    ksDistance: fit.distance,
    pValue: fit.pValue,
    scale,
    scaleStandardError: scale * fit.scaleError * Math.sqrt(spreadOf(a) * spreadOf(b)),
    spikes: fit.spikes,
    fittedParameters: 1,
    law: variances && separableLaw(Float64Array.from(variances), b, fit.spikes),
  };
}

/** Noise with a covariance along the smaller side, of which a few numbers are fitted to the spectrum. */
function generalized(input: SecondOpinionInput): SecondOpinion | null {
  let population: FittedPopulation = { values: [1], weights: [1], fittedParameters: 0 };
  const ratioOf = (spikes: number) => (input.singularValues.length - spikes) / (input.larger - spikes);
  const fit = fitLaw(input, ({ ascending, spikes }) => {
    population = fitPopulation(ascending, ratioOf(spikes));
    return generalizedMarchenkoPastur(population.values, population.weights, ratioOf(spikes));
  });
  if (!fit) return null;
  // `W'W / N` of a matrix that lost some rows, divided by the number of all.
  const scale = fit.unit * Math.sqrt((fit.variance * input.larger) / (input.larger - fit.spikes));
  const variances = inWeights(population.values, fit);
  const spread = population.values.reduce((sum, t, k) => sum + population.weights[k]! * t * t, 0);
  return {
    id: "generalized-marchenko-pastur",
    name: "noise correlated along the smaller side",
    ksDistance: fit.distance,
    pValue: fit.pValue,
    scale,
    scaleStandardError: scale * fit.scaleError * Math.sqrt(spread),
    spikes: fit.spikes,
    fittedParameters: 1 + population.fittedParameters,
    law: variances && generalizedMarchenkoPastur(variances, population.weights, ratioOf(fit.spikes)),
  };
}

/** The opinion, or null where the law's equation did not settle: the first opinion stands without it. */
function whereSolved(
  opinion: (input: SecondOpinionInput) => SecondOpinion | null,
  input: SecondOpinionInput,
): SecondOpinion | null {
  try {
    return opinion(input);
  } catch (error) {
    if (error instanceof ConvergenceError) return null;
    throw error;
  }
}

/**
 * Second opinions on a bulk that the law of Marchenko and Pastur does not fit: is it noise of another kind?
 *
 *     separable: variances a_i b_j, from the rows' and columns' mean squares less what chance adds to their spread
 *     generalised Marchenko-Pastur: independent rows, with a population spectrum fitted to the bulk
 *
 * Of the spikes that the plain law finds, each opinion leaves out those beyond its own edge: unequal variances alone
 * put many eigenvalues beyond the plain one. The scale is read from the trimmed bulk, as that of the plain fit.
 *
 * The p-value is that of the plain law's distance, times the number of eigenvalues. Simulated noise of log-normal
 * variances bears that out: at M = 100 and 256, q from 1/4 to 1 and a standard deviation of the logarithm up to 0.7,
 * the separable opinion rejects 1 to 6 % of it at the level of 5 %. The generalised opinion's numbers are fitted to the
 * spectrum that they are compared with: of noise whose columns alone vary, by 0.3, it rejects 0 to 6 %. Its few numbers
 * are not the whole population spectrum, and rows are taken for equal: at 0.7 on both sides and a q of 1/4 it
 * rejects most. The scale's error is that of the plain fit, times the root of how far the variances spread; it means
 * nothing where the p-value is small.
 *
 * @param input - what is known. Spikes add `t^2 u_i^2 / n` to the mean square of row i, and pass for rows of high
 *   variance. A share of the energy under 1 / sqrt(M) does little harm; with more, the separable opinion rejects noise,
 *   unless they are taken off the mean squares ({@link meanSquaresWithoutSpikes}).
 * @returns each opinion; null under 32 eigenvalues, with zeros among them, where rows or columns are all
 *   zero, and where the law's equation does not settle.
 * @source Silverstein & Choi 1995, J. Multivariate Anal. 54:295-309; Paul & Silverstein 2009, J. Multivariate Anal.
 *   100:37-57; the comparison is this package's.
 * @example
 * ```ts
 * import { computeSpectrum, randomStream, secondOpinions } from "marchenko";
 * const [rows, columns] = [120, 40];
 * const stream = randomStream(1, ["example"]);
 * const data = Float64Array.from({ length: rows * columns }, (_, k) => (k % 2 ? 3 : 1) * stream.normal());
 * const columnMeanSquares = new Float64Array(columns);
 * const rowMeanSquares = new Float64Array(rows);
 * for (let k = 0; k < data.length; k++) {
 *   columnMeanSquares[k % columns] += data[k] ** 2 / rows;
 *   rowMeanSquares[Math.floor(k / columns)] += data[k] ** 2 / columns;
 * }
 * const { singularValues, larger } = await computeSpectrum({ rows, columns, data });
 * const known = { singularValues, larger, spikes: 0, rowMeanSquares, columnMeanSquares };
 * const { separable } = secondOpinions(known);
 * separable.pValue > 0.05; // true
 * Math.abs(separable.scale / Math.sqrt(5) - 1) < 0.05; // true
 * ```
 */
export function secondOpinions(input: SecondOpinionInput): {
  readonly separable: SecondOpinion | null;
  readonly generalizedMarchenkoPastur: SecondOpinion | null;
} {
  return {
    separable: whereSolved(separable, input),
    generalizedMarchenkoPastur: whereSolved(generalized, input),
  };
}
