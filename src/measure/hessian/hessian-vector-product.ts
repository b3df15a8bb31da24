import { differentiate } from "../../autodiff/differentiate.ts";
import { input } from "../../autodiff/leaves.ts";
import { add } from "../../autodiff/ops/add.ts";
import { sum } from "../../autodiff/ops/broadcasting.ts";
import { multiply } from "../../autodiff/ops/multiply.ts";
import { layOut } from "../../autodiff/program.ts";
import { sizeOf } from "../../autodiff/shape.ts";
import type { Value } from "../../autodiff/value.ts";
import { totalLoss } from "../example-losses.ts";
import { type MeasuredBatch, type MeasuredPart, partPlan } from "../measured-part.ts";

/** A product with the Hessian isn't finite: weights, data or the loss aren't. */
export class NonFiniteProductError extends RangeError {
  override readonly name = "NonFiniteProductError";
}

/** Where the entries of one parameter are in a vector over several: `start` up to, not including, `end`. */
export interface Stretch {
  readonly start: number;
  readonly end: number;
}

/** Products with the Hessian of L, the mean over all examples of some batches of the loss l of one example. */
export interface HessianProduct {
  /** Entries of a vector: of all parameters that were chosen, one after another. */
  readonly dimension: number;
  /** Each parameter's place in a vector, by its name. */
  readonly stretches: ReadonlyMap<string, Stretch>;
  /** Share of each batch in all examples: H is the mean of the batches' own Hessians with these weights. */
  readonly shares: readonly number[];
  /** The product with one batch's own Hessian. @param place - of the batch in `shares`. */
  ofBatch(place: number, v: Float64Array): Promise<Float64Array>;
  /** H v. */
  multiply(v: Float64Array): Promise<Float64Array>;
  dispose(): void;
}

/** What a product is of. */
export interface HessianProductOptions {
  /** Names of the parameters in the Hessian, one block of it or more; all of the model by default. */
  readonly parameters?: readonly string[] | undefined;
  /** Called before each run of the program; ends it by throwing. */
  readonly beforeRun?: (() => void) | undefined;
}

/**
 * Prepares products H v = d/dw (g'v), g = dL/dw, by a program that takes v as inputs: compiled once, run once a batch.
 *
 *     L = 1/E sum_e l_e,   H = d^2 L / dw dw'
 *
 * l is the loss as the recipe has it, with its label smoothing; for language models the sum over an example's tokens.
 * Entries are computed in the backend's precision and summed over batches in float64.
 *
 * @param batches - of the part, at least one.
 * @throws {OutOfMemoryError} If the program has no place. Products throw {@link NonFiniteProductError}.
 * @source Pearlmutter 1994, Neural Computation 6:147-160.
 */
export async function hessianVectorProduct(
  part: MeasuredPart,
  batches: readonly MeasuredBatch[],
  { parameters = Array.from(part.traced.parameters.keys()), beforeRun }: HessianProductOptions = {},
): Promise<HessianProduct> {
  const weights = parameters.map((name) => part.traced.parameters.get(name)!.value);
  const vectors = parameters.map((name, i) => input(`vector.${name}`, weights[i]!.shape));
  const along = differentiate(totalLoss(part.traced), weights)
    .map((gradient, i) => sum(multiply(gradient, vectors[i]!)))
    .reduce((a, b) => add(a, b));
  const products = differentiate(along, weights);
  const outputs: Record<string, Value> = {};
  const stretches = new Map<string, Stretch>();
  let dimension = 0;
  for (const [i, name] of parameters.entries()) {
    outputs[name] = products[i]!;
    const start = dimension;
    dimension += sizeOf(weights[i]!.shape);
    stretches.set(name, { start, end: dimension });
  }
  const examples = batches.reduce((total, each) => total + each.examples, 0);
  const { inputs } = layOut({ outputs });
  const plan = await partPlan(part, { outputs });

  /** Adds factor times the batch's product, summed over its examples, to a result. */
  const addProduct = async (batch: MeasuredBatch, v: Float64Array, factor: number, result: Float64Array) => {
    beforeRun?.();
    const fed = Array.from(stretches).flatMap(([name, { start, end }]) =>
      inputs.has(`vector.${name}`) ? [[`vector.${name}`, v.subarray(start, end)] as const] : [],
    );
    const read = await plan.run(batch, Object.fromEntries(fed));
    for (const [name, { start }] of stretches) {
      const entries = read[name]!;
      for (let i = 0; i < entries.length; i++) {
        const sum = result[start + i]! + factor * entries[i]!;
        if (!Number.isFinite(sum)) {
          throw new NonFiniteProductError(`entry ${i} of the Hessian's product for ${name} is ${entries[i]}`);
        }
        result[start + i] = sum;
      }
    }
    return result;
  };
  return {
    dimension,
    stretches,
    shares: batches.map((each) => each.examples / examples),
    ofBatch: (place, v) =>
      addProduct(batches[place]!, v, 1 / batches[place]!.examples, new Float64Array(dimension)),
    async multiply(v) {
      const result = new Float64Array(dimension);
      for (const batch of batches) await addProduct(batch, v, 1 / examples, result);
      return result;
    },
    dispose: () => plan.dispose(),
  };
}
