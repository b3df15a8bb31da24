import { type Estimate, estimateOf, paired } from "./estimate.ts";

/** What a claim comes to. "does not hold here" says nothing of other settings. */
export const claimVerdicts = ["holds", "does not hold here", "undecided"] as const;
export type ClaimVerdict = (typeof claimVerdicts)[number];

/** What a number is held to; both ends may be given. */
export interface Line {
  readonly atMost?: number;
  readonly atLeast?: number;
}

/** A number that a verdict rests on. */
export interface EvidenceNumber extends Estimate {
  readonly name: string;
  readonly atMost: number | null;
  readonly atLeast: number | null;
  readonly verdict: ClaimVerdict;
}

/** A claim judged by numbers. */
export interface Judgement {
  readonly verdict: ClaimVerdict;
  /** What decided it, in words; the numbers stand in `numbers`. */
  readonly evidence: string;
  readonly numbers: readonly EvidenceNumber[];
}

/**
 * How a number stands to its line: it holds where the whole interval keeps to it, and does not where the whole interval
 * misses it; one seed has no interval and decides nothing.
 */
export function verdictOf({ low, high }: Estimate, { atMost, atLeast }: Line): ClaimVerdict {
  if (low === null || high === null) return "undecided";
  const [least, most] = [atLeast ?? Number.NEGATIVE_INFINITY, atMost ?? Number.POSITIVE_INFINITY];
  if (low >= least && high <= most) return "holds";
  return high < least || low > most ? "does not hold here" : "undecided";
}

/** A number over seeds held to a line; a seed that lacks it leaves open what the others say, as it may be no chance. */
export function held(name: string, perSeed: readonly (number | null)[], line: Line): EvidenceNumber {
  const estimate = estimateOf(perSeed);
  const isWhole = perSeed.every((each) => each !== null);
  return {
    name,
    ...estimate,
    ...bothEnds(line),
    verdict: isWhole ? verdictOf(estimate, line) : "undecided",
  };
}

/**
 * A number held to a line that theory draws for each run, not for the mean: the worst run decides, and one is enough.
 *
 * @param perSeed - null decides nothing unless another misses the line.
 */
export function heldByEach(name: string, perSeed: readonly (number | null)[], line: Line): EvidenceNumber {
  const estimate = estimateOf(perSeed);
  const { atMost = Number.POSITIVE_INFINITY, atLeast = Number.NEGATIVE_INFINITY } = line;
  const values = estimate.perSeed.filter((value) => value !== null);
  const misses = values.some((value) => value > atMost || value < atLeast);
  const isWhole = values.length > 0 && values.length === estimate.perSeed.length;
  const verdict = misses ? "does not hold here" : isWhole ? "holds" : "undecided";
  return { name, ...estimate, ...bothEnds(line), verdict };
}

function bothEnds({ atMost = null, atLeast = null }: { atMost?: number | null; atLeast?: number | null }) {
  return { atMost, atLeast };
}

/**
 * Numbers that a claim needs all of: it does not hold where one of them doesn't, and is undecided where one is.
 *
 * @param evidence - words that say what the numbers mean; the reason why a verdict is open is put behind them.
 */
export function judged(evidence: string, numbers: readonly EvidenceNumber[]): Judgement {
  const has = (verdict: ClaimVerdict) => numbers.some((each) => each.verdict === verdict);
  const verdict = has("does not hold here")
    ? "does not hold here"
    : has("undecided") || numbers.length === 0
      ? "undecided"
      : "holds";
  const open = numbers.filter((each) => each.verdict === "undecided");
  const reasons = [...new Set(open.map(reasonOf))];
  const why = verdict === "undecided" ? ` Undecided: ${reasons.join("; ") || "no run tells"}.` : "";
  return { verdict, evidence: `${evidence}${why}`, numbers };
}

function reasonOf({ perSeed, mean, deviation }: EvidenceNumber): string {
  if (mean === null) return "no run gave the number";
  if (deviation === null) return "one seed has no interval";
  return perSeed.includes(null) ? "some runs failed" : "the interval crosses the line";
}

/**
 * Whether a number rises or falls from each place to the next, by differences of the same seed.
 *
 * @param name - of the number.
 * @param places - what each step is called, such as widths.
 * @param perPlace - a list over seeds for each place.
 */
export function monotone(
  name: string,
  places: readonly (string | number)[],
  perPlace: readonly (readonly (number | null)[])[],
  direction: "rises" | "falls",
): EvidenceNumber[] {
  const line = direction === "rises" ? { atLeast: 0 } : { atMost: 0 };
  return perPlace.slice(1).map((values, i) => {
    const differences = paired(values, perPlace[i]!, (value, before) => value - before);
    return held(`${name}: ${places[i + 1]} less ${places[i]}`, differences, line);
  });
}
