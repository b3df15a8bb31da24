import { z } from "zod";
import { add } from "../autodiff/ops/add.ts";
import { contraction } from "../autodiff/ops/contraction.ts";
import { linear } from "../autodiff/ops/linear.ts";
import type { Value } from "../autodiff/value.ts";

/** What a recipe's `finetune.lora` holds. */
export const loraOptions = z.strictObject({
  rank: z.int().positive().describe("r, the inner side of both factors"),
  alpha: z.number().positive().default(1).describe("the product is multiplied by alpha / r"),
});

/** Low-rank finetuning: the matrices stay, and a product B A is trained beside each. */
export type LoraOptions = z.output<typeof loraOptions>;

/** How the sides of a stored matrix map to a layer's inputs and outputs. */
export type Layout = "out-in" | "in-out";

/** Letters of the products B A and (B A)'. */
const letters: Readonly<Record<Layout, string>> = { "out-in": "or,ri->oi", "in-out": "or,ri->io" };

/** alpha / r. */
export function loraScale({ rank, alpha }: LoraOptions): number {
  return alpha / rank;
}

/**
 * W + scale B A.
 *
 * @param weight - W, shape [out, in], or [in, out] where the layout says so.
 * @param a - A, shape [r, in].
 * @param b - B, shape [out, r].
 * @source Hu et al. 2021, arXiv 2106.09685, eq. 3.
 */
export function addLowRank(weight: Value, a: Value, b: Value, scale: number, layout: Layout): Value {
  return add(weight, linear(contraction(b, a, letters[layout]), scale));
}

/**
 * The same of entries: what a checkpoint holds whose matrices are merged.
 *
 * @param weight - W, row-major.
 * @param a - A, r rows.
 * @param b - B, r columns.
 * @returns new entries in W's layout.
 */
export function mergeLowRank(
  weight: ArrayLike<number>,
  a: ArrayLike<number>,
  b: ArrayLike<number>,
  { rank, scale, layout }: { readonly rank: number; readonly scale: number; readonly layout: Layout },
): Float32Array {
  const inputs = a.length / rank;
  const outputs = b.length / rank;
  const [rowStride, columnStride] = layout === "out-in" ? [inputs, 1] : [1, outputs];
  const merged = Float32Array.from(weight);
  const row = new Float64Array(inputs);
  for (let o = 0; o < outputs; o++) {
    row.fill(0);
    for (let r = 0; r < rank; r++) {
      const factor = b[o * rank + r]!;
      for (let i = 0; i < inputs; i++) row[i]! += factor * a[r * inputs + i]!;
    }
    for (let i = 0; i < inputs; i++) {
      const place = o * rowStride + i * columnStride;
      merged[place] = weight[place]! + scale * row[i]!;
    }
  }
  return merged;
}
