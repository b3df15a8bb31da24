import type { RandomStream } from "../linalg/random.ts";
import { type PowerLawTail, powerLawTail } from "./power-law-tail.ts";

/** So many replicates are made at least: the interval rests on them. */
const fewestReplicates = 199;
/** And so many at most. */
const mostReplicates = 499;
/** No more are made once so many were as far from their law as the sample: p is then over 5 % for certain. */
const enoughBeyond = 25;

/** What the bootstrap of a tail says about its fit. */
export interface TailBootstrap {
  /** Share of replicates as far from their own fits as the sample from its. */
  readonly pValue: number;
  /** Standard error of the p-value, for the number of replicates made. */
  readonly pValueStandardError: number;
  readonly replicates: number;
  /** The exponents found over the one drawn from, `(alpha* - 1) / (alpha - 1)`, ascending. */
  readonly exponentRatios: Float64Array;
}

/**
 * Draws a sample like the one fitted: each value comes from the fitted law with probability k/n, else from the
 * observed values below x_min. Filled in ascending order without sorting: the gaps between sorted exponentials are
 * exponential themselves.
 */
function drawReplicate(
  replicate: Float64Array,
  logs: Float64Array,
  tail: PowerLawTail,
  stream: RandomStream,
) {
  const n = logs.length;
  const body = n - tail.tailCount;
  const base = logs[body]!;
  const counts = new Uint16Array(body);
  let inTail = 0;
  for (let i = 0; i < n; i++) {
    const index = Math.floor(stream.uniform() * n);
    if (index < body) counts[index]!++;
    else inTail++;
  }
  let filled = 0;
  for (let i = 0; i < body; i++) for (let c = counts[i]!; c > 0; c--) replicate[filled++] = logs[i]!;
  let log = base;
  for (let left = inTail; left > 0; left--) {
    log -= Math.log(1 - stream.uniform()) / (left * (tail.alpha - 1));
    replicate[filled++] = log;
  }
}

/**
 * Could a sample that does have a power-law tail look like this one? Replicates are drawn from the fitted law above
 * x_min and from the sample below, and x_min is chosen anew in each, as it was in the sample.
 *
 *     p = (1 + #{ D* >= D }) / (1 + B),  or  h / B  where the h-th replicate beyond ends it
 *
 * It stops when 25 replicates were beyond, but not before 199, and at 499.
 *
 * @param logs - natural logarithms of the sample, ascending. @param tail - its fit, by the same `sizes`.
 * @param sizes - the candidate tails. @param stream - of its own.
 * @source Clauset, Shalizi & Newman 2009, SIAM Rev. 51:661-703, section 4.1; sequential stopping: Besag & Clifford
 *   1991, Biometrika 78:301-304.
 */
export function bootstrapTail(
  logs: Float64Array,
  tail: PowerLawTail,
  sizes: readonly number[],
  stream: RandomStream,
): TailBootstrap {
  const replicate = new Float64Array(logs.length);
  const ratios: number[] = [];
  let beyond = 0;
  let made = 0;
  while (made < mostReplicates && (made < fewestReplicates || beyond < enoughBeyond)) {
    drawReplicate(replicate, logs, tail, stream);
    made++;
    const fitted = powerLawTail(replicate, sizes);
    if (!fitted) continue;
    ratios.push((fitted.alpha - 1) / (tail.alpha - 1));
    if (fitted.ksDistance >= tail.ksDistance) beyond++;
  }
  const stopped = made > fewestReplicates && beyond >= enoughBeyond;
  const pValue = stopped ? beyond / made : (beyond + 1) / (made + 1);
  return {
    pValue,
    pValueStandardError: stopped
      ? pValue * Math.sqrt((1 - pValue) / beyond)
      : Math.sqrt((pValue * (1 - pValue)) / made),
    replicates: made,
    exponentRatios: Float64Array.from(ratios).sort(),
  };
}
