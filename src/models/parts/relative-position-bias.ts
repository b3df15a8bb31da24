import { constant } from "../../autodiff/leaves.ts";
import { gather } from "../../autodiff/ops/gather.ts";
import { permute } from "../../autodiff/ops/permute.ts";
import type { Value } from "../../autodiff/value.ts";
import { normal } from "../initialisers.ts";
import type { Tracer } from "../tracer.ts";

/** How distances are put into buckets. */
export interface Buckets {
  /** Whether looking ahead has buckets of its own; else it shares that of distance 0. */
  readonly bidirectional: boolean;
  readonly buckets: number;
  /** From here on all distances share the last bucket. */
  readonly maxDistance: number;
}

/**
 * The bucket of a distance: one each for the near half, then widths that grow as logarithms.
 *
 * @param distance - place of the key minus place of the query.
 * @returns a number in [0, buckets).
 * @source Raffel et al. 2020, arXiv 1910.10683, section 2.1.
 */
export function relativePositionBucket(
  distance: number,
  { bidirectional, buckets, maxDistance }: Buckets,
): number {
  const count = bidirectional ? Math.floor(buckets / 2) : buckets;
  const first = bidirectional && distance > 0 ? count : 0;
  const back = bidirectional ? Math.abs(distance) : Math.max(-distance, 0);
  const exact = Math.floor(count / 2);
  if (back < exact) return first + back;
  const share = Math.log(back / exact) / Math.log(maxDistance / exact);
  // A distance on a bucket's edge is its first one, whichever way its logarithm was rounded.
  const steps = Math.floor(share * (count - exact) + 1e-9);
  return first + Math.min(exact + steps, count - 1);
}

/**
 * What T5 adds to attention scores: a trained number for each head and bucket.
 *
 * @param table - `NAME.weight` has shape [buckets, heads].
 * @returns shape [heads, queries, keys].
 */
export function relativePositionBias(
  tracer: Tracer,
  { name, heads, deviation }: { readonly name: string; readonly heads: number; readonly deviation: number },
  queries: number,
  keys: number,
  buckets: Buckets,
): Value {
  const table = tracer.parameter({
    name: `${name}.weight`,
    shape: [buckets.buckets, heads],
    initial: normal(deviation),
    role: "embedding",
  });
  const places = Float64Array.from({ length: queries * keys }, (_, i) =>
    relativePositionBucket((i % keys) - Math.floor(i / keys), buckets),
  );
  return permute(gather(table, constant(places, [queries, keys])), [2, 0, 1]);
}
