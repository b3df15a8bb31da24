import { type RandomStream, randomStream } from "../../linalg/random.ts";
import type { HessianProduct } from "./hessian-vector-product.ts";
import { type Estimate, stratifiedMean } from "./stratified-mean.ts";

/** Traces of a Hessian and of its diagonal blocks. */
export interface TraceEstimates {
  readonly whole: Estimate;
  /** By the parameter's name. */
  readonly blocks: ReadonlyMap<string, Estimate>;
}

/** How probes are drawn. */
export interface ProbeOptions {
  /** Probes for each batch, at least 1; from 2 on there is a standard error. */
  readonly probes: number;
  readonly seed: number | string;
  /** What the draws are for, before the numbers of batch and probe. */
  readonly purpose: readonly (string | number)[];
}

/**
 * The trace of the Hessian and those of all its diagonal blocks, by the same products.
 *
 *     tr H_l = E v_l' (H v)_l,   entries of v independent, 1 or -1
 *
 * Each batch has probes of its own: for as many products the variance is never larger than that of probes shared by all
 * batches, and it is smaller by their number where the batches' Hessians are alike. v and -v give the same.
 *
 * @returns estimates whose standard errors are those of the probes: for the batches as they are.
 * @source Hutchinson 1990, Communications in Statistics - Simulation and Computation 19:433-450.
 */
export async function hutchinsonTraces(
  { stretches, shares, dimension, ofBatch }: HessianProduct,
  { probes, seed, purpose }: ProbeOptions,
): Promise<TraceEstimates> {
  const draws = new Map(Array.from(stretches.keys(), (name) => [name, shares.map((): number[] => [])]));
  const whole = shares.map((): number[] => []);
  for (const place of shares.keys()) {
    for (let probe = 0; probe < probes; probe++) {
      const v = signs(dimension, randomStream(seed, [...purpose, place, probe]));
      const product = await ofBatch(place, v);
      let total = 0;
      for (const [name, { start, end }] of stretches) {
        let own = 0;
        for (let i = start; i < end; i++) own += v[i]! * product[i]!;
        draws.get(name)![place]!.push(own);
        total += own;
      }
      whole[place]!.push(total);
    }
  }
  const estimate = (of: readonly number[][]) =>
    stratifiedMean(of.map((each, place) => ({ weight: shares[place]!, draws: each })));
  return {
    whole: estimate(whole),
    blocks: new Map(Array.from(draws, ([name, of]) => [name, estimate(of)])),
  };
}

/** Independent entries that are 1 or -1 with probability 1/2. */
export function signs(length: number, { uniform }: RandomStream): Float64Array {
  return new Float64Array(length).map(() => (uniform() < 0.5 ? -1 : 1));
}
