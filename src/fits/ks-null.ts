import { erfc, inverseErfc } from "../linalg/error-function.ts";
import { ksNullTable } from "./ks-null-table.ts";

/** Smallest p-value that the simulation supports: its tail is followed by two decades beyond what was seen. */
export const smallestKsPValue = 1e-5;

const { aspectRatios, counts, survival, quantiles, scaleErrors } = ksNullTable;
/** Normal deviates that are exceeded as rarely: nearly linear in M D, so that few nodes do. */
const deviates = survival.map((p) => Math.SQRT2 * inverseErfc(2 * p));

/** Where a value lies in an ascending list: the place before it, and how far it is to the next. */
function placeIn(ascending: readonly number[], value: number): { at: number; part: number } {
  let at = 0;
  while (at < ascending.length - 2 && value >= ascending[at + 1]!) at++;
  return { at, part: (value - ascending[at]!) / (ascending[at + 1]! - ascending[at]!) };
}

const logCounts = counts.map(Math.log2);

/** Reads a table by aspect ratio and count, linear in q and in log M; beyond the largest count it goes on as before. */
function interpolate(read: (byRatio: number, byCount: number) => number, count: number, q: number): number {
  const ratio = placeIn(aspectRatios, Math.min(1, Math.max(aspectRatios[0], q)));
  const log = placeIn(logCounts, Math.max(logCounts[0]!, Math.log2(count)));
  const alongCounts = (r: number) => read(r, log.at) * (1 - log.part) + read(r, log.at + 1) * log.part;
  return alongCounts(ratio.at) * (1 - ratio.part) + alongCounts(ratio.at + 1) * ratio.part;
}

/**
 * Probability that pure noise lies as far from the Marchenko-Pastur law fitted to it, or farther.
 *
 * Eigenvalues of noise repel each other, so that D is about one over their number and not over its root: M D is
 * tabulated, by simulation, and depends on M as log M and hardly on q. The scale is fitted in the simulation too.
 *
 * @param distance - D, the KS distance of the eigenvalues from the fitted law, in [0, 1].
 * @param count - M, the number of eigenvalues, >= 8. @param aspectRatio - q, in (0, 1].
 * @returns p, in [1e-5, 0.99]: the table says no more; under 1e-3 it goes on as an exponential, which is more than the true one.
 * @source simulation by `scripts/tables/ks-null.ts`; spectra of noise: Dumitriu & Edelman 2002, J. Math. Phys.
 *   43:5830-5847. Errors of the quantiles: 2 % of M D and less.
 * @example
 * ```ts
 * import { ksNullPValue } from "marchenko";
 * ksNullPValue(0.5, 64, 0.25); // 1e-5
 * ksNullPValue(0.01, 64, 0.25); // 0.99
 * ```
 */
export function ksNullPValue(distance: number, count: number, aspectRatio: number): number {
  const scaled = distance * count;
  const nodes = survival.map((_, k) => interpolate((r, c) => quantiles[r]![c]![k]!, count, aspectRatio));
  if (scaled <= nodes[0]!) return survival[0];
  const { at, part } = placeIn(nodes, scaled);
  if (part <= 1) return erfc((deviates[at]! + part * (deviates[at + 1]! - deviates[at]!)) / Math.SQRT2) / 2;
  const [last, previous] = [survival.at(-1)!, survival.at(-2)!];
  return Math.max(last * (last / previous) ** (part - 1), smallestKsPValue);
}

/**
 * Relative standard error of the scale that is fitted to noise.
 *
 *     c(q) / sqrt(2 N M),  c from 1.1 at q = 0 to 1.3 at q = 1; the mean of all squares would have c = 1
 *
 * @param count - M, eigenvalues fitted, >= 8. @param larger - N >= M.
 * @returns the standard error over the scale, dimensionless, > 0.
 * @source simulation by `scripts/tables/ks-null.ts`, to 1 %.
 */
export function scaleStandardError(count: number, larger: number): number {
  const factor = interpolate((r, c) => scaleErrors[r]![c]!, Math.min(count, counts.at(-1)!), count / larger);
  return factor / Math.sqrt(2 * larger * count);
}
