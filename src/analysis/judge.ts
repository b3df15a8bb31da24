import { smallestKsPValue } from "../fits/ks-null.ts";
import type { SecondOpinion } from "../fits/second-opinion.ts";
import { smallestPValue } from "../fits/spikes.ts";
import type { Measurement } from "../metrics/metric.ts";
import type { Verdict } from "./result.ts";

/**
 * Largest p-value at which a test rejects noise. Three tests can do so (the bulk, what is above it, what is below), and
 * together they are to call 1.5 % of pure noise anything else.
 */
export const rejectionLevel = 0.005;

/** With fewer singular values the test has too little power for "noise-like" to mean anything. */
const fewestForNoise = 20;

/** A second opinion is told where its p-value is above this. */
const opinionLevel = 0.05;

/** A verdict and the numbers that decided it. */
export interface Judgement {
  readonly verdict: Verdict;
  readonly evidence: string;
}

/** A number to a few significant digits, in a sentence. */
export const digits = (value: number, count = 3) => Number(value.toPrecision(count)).toString();

/** "p = 0.02", or what is known of a p-value that underflows. */
export function pText(p: number): string {
  if (p === smallestKsPValue) return `p <= ${smallestKsPValue.toExponential()}`;
  return p <= smallestPValue ? `p < ${smallestPValue}` : `p = ${digits(p, 2)}`;
}

/**
 * What the data support, and no more, in this order:
 *
 * 1. more zero singular values than noise of the shape and dtype ever had: rank-deficient;
 * 2. no fit, or too few values for one: undetermined;
 * 3. the bulk rejected as Marchenko-Pastur at p <= 0.005: heavy-tailed where the power law of the tail is reliable and
 *    independent entries whose rows and columns have unequal variances do not explain the bulk; else structured;
 * 4. outliers of a bulk that passes, the first of them at p <= 0.005: noise-with-spikes;
 * 5. otherwise noise-like, given at least 20 singular values.
 */
export function judge(
  { spectrum, rank, fit, nullConcentration, powerLaw }: Measurement,
  opinions: readonly SecondOpinion[] = [],
): Judgement {
  const { smaller, factorRank = smaller } = spectrum;
  const zeros = smaller - rank;
  if (zeros > (nullConcentration?.mostZeros ?? smaller)) {
    const most = nullConcentration?.mostZeros ?? 0;
    const made = factorRank < smaller ? `a product of two factors of rank ${factorRank}: ` : "";
    return {
      verdict: "rank-deficient",
      evidence: `${made}${zeros} of ${smaller} singular values are zero; noise of this shape and dtype has at most ${most}`,
    };
  }
  if (!fit)
    return { verdict: "undetermined", evidence: `${rank} non-zero singular values are too few for a fit` };
  if (fit.pValue === null) {
    const outliers = fit.spikes.length + (fit.spikesBelow?.length ?? 0);
    const values = fit.count - outliers;
    return {
      verdict: "undetermined",
      evidence: `${values} values beside ${outliers} outliers are too few for a test`,
    };
  }
  const fitted = `KS distance ${digits(fit.ksDistance)}, ${pText(fit.pValue)}`;
  const unequal = opinions.find(({ id, pValue }) => id === "separable-law" && pValue > opinionLevel);
  if (fit.pValue <= rejectionLevel && powerLaw?.reliable && !unequal) {
    const { alpha, alphaInterval, tailCount, pValue } = powerLaw;
    const [low, high] = alphaInterval!.map((end) => digits(end));
    return {
      verdict: "heavy-tailed",
      evidence:
        `${tailCount === rank ? "all" : "the largest"} ${tailCount} eigenvalues follow a power law, alpha = ${digits(alpha!)} [${low}, ${high}], ` +
        `${pText(pValue!)}; the bulk is not Marchenko-Pastur: ${fitted}`,
    };
  }
  if (fit.pValue <= rejectionLevel) {
    const second = unequal ?? opinions.find(({ pValue }) => pValue > opinionLevel);
    const other = second
      ? `; ${second.name} would look like it (${pText(second.pValue)}, numbers fitted: ${second.fittedParameters})`
      : "";
    const tail = powerLaw?.reliable
      ? `; its tail would pass for a power law, alpha = ${digits(powerLaw.alpha!)}`
      : "";
    return { verdict: "structured", evidence: `the bulk is not Marchenko-Pastur: ${fitted}${other}${tail}` };
  }
  const above = fit.spikes.length;
  const below = fit.spikesBelow?.length ?? 0;
  const strongest = [fit.spikes[0], fit.spikesBelow?.[0]]
    .filter((spike) => spike !== undefined)
    .sort((a, b) => a.pValue - b.pValue)[0];
  if (strongest && strongest.pValue <= rejectionLevel) {
    const counted = [above > 0 ? `${above} above` : "", below > 0 ? `${below} below` : ""]
      .filter(Boolean)
      .join(", ");
    return {
      verdict: "noise-with-spikes",
      evidence: `outliers of the bulk: ${counted}, the first with ${pText(strongest.pValue)}; bulk: ${fitted}`,
    };
  }
  if (smaller < fewestForNoise) {
    return {
      verdict: "undetermined",
      evidence: `${smaller} singular values are too few to call it noise: ${fitted}`,
    };
  }
  const outside = strongest
    ? `what stands out of a Marchenko-Pastur bulk may be chance (${pText(strongest.pValue)})`
    : "nothing stands out of a Marchenko-Pastur bulk";
  return { verdict: "noise-like", evidence: `${outside}: ${fitted}` };
}
