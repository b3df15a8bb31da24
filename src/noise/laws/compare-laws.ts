import { rejectionLevel } from "../../analysis/judge.ts";
import { distributionTable } from "../../laws/distribution-table.ts";
import type { Law } from "../../laws/law.ts";
import { randomStream } from "../../linalg/random.ts";
import { noiseLaws } from "./catalogue.ts";
import type { NoiseSetting, SettledLaw } from "./noise-law.ts";

/** A law beside a spectrum. */
export interface LawComparison {
  readonly law: string;
  readonly name: string;
  /** KS distance of all eigenvalues over their mean from the law over its own, zeros counted; null with a reason. */
  readonly ksDistance: number | null;
  /** Share of simulated matrices as far from the law, counted with one more that is. */
  readonly pValue: number | null;
  readonly pValueStandardError: number | null;
  /** Matrices simulated. */
  readonly draws: number | null;
  readonly parameters: Readonly<Record<string, number>>;
  /** Density at quantiles of the law, over eigenvalues of W'W / N in the matrix' unit. */
  readonly curve: { readonly x: number[]; readonly density: number[] } | null;
  readonly reason: string | null;
}

/** Distances of simulated matrices from their laws, by what these depend on. */
export interface SimulatedDistances {
  /** By the law and its {@link SettledLaw.key}. */
  readonly byKey: Map<string, Float64Array>;
  /** Of laws that depend on variances, by their list: of rows, whose columns come with it. */
  readonly byVariances: WeakMap<Float64Array, Float64Array>;
}

export function noDistances(): SimulatedDistances {
  return { byKey: new Map(), byVariances: new WeakMap() };
}

/** Matrices simulated for one law: with fewer no p-value is as small as the level at which a law is rejected. */
const draws = Math.round(1 / rejectionLevel) - 1;
/** Points of a curve. */
const points = 64;

/**
 * Holds a spectrum against every law of the catalogue.
 *
 *     D = sup_x | F_M(x / mean) - F(x / mean) |
 *
 * Nothing is fitted but the scale, by the mean; the p-value is by simulation of the law itself, with the same scaling.
 * Covariances are taken as they were estimated: their error is not in it.
 *
 * @param squares - squared singular values that are not zero, ascending. @param seed - of the simulations.
 * @param known - simulated before; those made here are added.
 */
export async function compareLaws(
  squares: Float64Array,
  setting: NoiseSetting,
  seed: number | string,
  known: SimulatedDistances,
): Promise<LawComparison[]> {
  const count = Math.min(setting.rows, setting.columns);
  const comparisons: LawComparison[] = [];
  for (const { id, name, settle } of noiseLaws) {
    const settled = settle(setting);
    if (typeof settled === "string") {
      const nothing = { ksDistance: null, pValue: null, pValueStandardError: null, draws: null, curve: null };
      comparisons.push({ law: id, name, ...nothing, parameters: {}, reason: settled });
      continue;
    }
    const cdf = distributionTable(settled.law).cdf;
    const ksDistance = distanceFrom(squares, count, settled.law, cdf);
    const simulated = await distances(id, settled, count, setting, cdf, seed, known);
    const asFar = simulated.filter((each) => each >= ksDistance).length;
    const pValue = (1 + asFar) / (1 + draws);
    comparisons.push({
      law: id,
      name,
      ksDistance,
      pValue,
      pValueStandardError: Math.sqrt((pValue * (1 - pValue)) / draws),
      draws,
      parameters: settled.parameters,
      curve: curveOf(settled.law, squares, setting),
      reason: null,
    });
  }
  return comparisons;
}

/** KS distance of a spectrum over its mean, zeros included, from a law over its mean. */
function distanceFrom(
  ascending: Float64Array,
  count: number,
  { mean, atomAtZero }: Law,
  cdf: (x: number) => number,
): number {
  const zeros = count - ascending.length;
  const unit = mean / (ascending.reduce((sum, value) => sum + value, 0) / count);
  let distance = Math.abs(zeros / count - atomAtZero);
  for (const [i, value] of ascending.entries()) {
    const f = cdf(value * unit);
    distance = Math.max(distance, (zeros + i + 1) / count - f, f - (zeros + i) / count);
  }
  return distance;
}

async function distances(
  id: string,
  { key, law, draw }: SettledLaw,
  count: number,
  { rows, columns, rowVariances }: NoiseSetting,
  cdf: (x: number) => number,
  seed: number | string,
  { byKey, byVariances }: SimulatedDistances,
): Promise<Float64Array> {
  const name = `${id} ${key}`;
  const found = key === null ? byVariances.get(rowVariances!) : byKey.get(name);
  if (found) return found;
  const result = new Float64Array(draws);
  for (let i = 0; i < draws; i++) {
    const stream = randomStream(seed, ["noise-law", id, key ?? `${rows} ${columns}`, i]);
    result[i] = distanceFrom((await draw(stream)).sort(), count, law, cdf);
  }
  if (key === null) byVariances.set(rowVariances!, result);
  else byKey.set(name, result);
  return result;
}

/** The law's density where its distribution is even, scaled to the spectrum. */
function curveOf(law: Law, squares: Float64Array, { rows, columns }: NoiseSetting): LawComparison["curve"] {
  const mean =
    squares.reduce((sum, value) => sum + value, 0) / Math.min(rows, columns) / Math.max(rows, columns);
  const unit = mean / law.mean;
  if (!(unit > 0)) return null;
  const at = Array.from({ length: points }, (_, i) =>
    law.quantile(law.atomAtZero + ((1 - law.atomAtZero) * (i + 0.5)) / points),
  );
  return { x: at.map((x) => x * unit), density: at.map((x) => law.pdf(x) / unit) };
}
