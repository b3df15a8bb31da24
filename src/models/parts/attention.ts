import { constant } from "../../autodiff/leaves.ts";
import { add } from "../../autodiff/ops/add.ts";
import { contraction } from "../../autodiff/ops/contraction.ts";
import { linear } from "../../autodiff/ops/linear.ts";
import { reshape } from "../../autodiff/ops/reshape.ts";
import { softmax } from "../../autodiff/ops/softmax.ts";
import type { Value } from "../../autodiff/value.ts";

/** Added to the score of a place that must not be looked at: its weight becomes exactly 0. */
const HIDDEN = -1e9;

/** What an attention's scores are. */
interface Scores {
  readonly heads: number;
  /** What q'k is multiplied by: 1 / sqrt(head width), or 1 in T5. */
  readonly scale: number;
  /** What is added to them, masks and relative positions: shapes that repeat to [B, H, T, S]. */
  readonly added: readonly Value[];
  /** What becomes of the weights [B, H, T, S] before they weigh values: dropout, or nothing by default. */
  readonly drop?: (weights: Value) => Value;
}

/**
 * Multi-head attention between its projections: softmax(scale Q K' + added) V, a head each.
 *
 * @param query - shape [B, T, H k].
 * @param key, value - shape [B, S, H k].
 * @returns shape [B, T, H k].
 * @source Vaswani et al. 2017, arXiv 1706.03762, eq. 1.
 */
export function attention(query: Value, key: Value, value: Value, scored: Scores): Value {
  const { heads, scale, added, drop = (weights) => weights } = scored;
  const split = (x: Value) => reshape(x, [x.shape[0]!, x.shape[1]!, heads, x.shape[2]! / heads]);
  const products = contraction(split(query), split(key), "bthd,bshd->bhts");
  const scores = added.reduce(add, scale === 1 ? products : linear(products, scale));
  return reshape(contraction(drop(softmax(scores)), split(value), "bhts,bshd->bthd"), query.shape);
}

/** What hides later places from earlier ones, shape [T, T]. */
export function causalMask(length: number): Value {
  const mask = new Float64Array(length * length);
  for (let t = 0; t < length; t++) mask.fill(HIDDEN, t * length + t + 1, (t + 1) * length);
  return constant(mask, [length, length]);
}

/** What hides padding. @param mask - 1 for a token, 0 for padding, shape [B, S]. @returns shape [B, 1, 1, S]. */
export function paddingMask(mask: Value): Value {
  const [batch, length] = mask.shape as readonly [number, number];
  return reshape(linear(mask, -HIDDEN, HIDDEN), [batch, 1, 1, length]);
}
