import { pullBack } from "../../autodiff/differentiate.ts";
import { input } from "../../autodiff/leaves.ts";
import { sumRows } from "../../autodiff/ops/broadcasting.ts";
import { multiply } from "../../autodiff/ops/multiply.ts";
import { softmax } from "../../autodiff/ops/softmax.ts";
import { squareRoot } from "../../autodiff/ops/square-root.ts";
import { subtract } from "../../autodiff/ops/subtract.ts";
import { sumOfSquares } from "../../autodiff/ops/sum-of-squares.ts";
import type { Value } from "../../autodiff/value.ts";
import { randomStream } from "../../linalg/random.ts";
import { type MeasuredBatch, type MeasuredPart, partPlan } from "../measured-part.ts";
import { NonFiniteProductError } from "./hessian-vector-product.ts";
import type { TraceEstimates } from "./hutchinson.ts";
import { stratifiedMean } from "./stratified-mean.ts";

/** How scores are drawn. */
export interface FisherOptions {
  /** Draws for each batch, at least 1; from 2 on there is a standard error. */
  readonly draws: number;
  readonly seed: number | string;
  /** What the draws are for, before the numbers of batch and draw. */
  readonly purpose: readonly (string | number)[];
  /** Called before each run of the program; ends it by throwing. */
  readonly beforeRun?: (() => void) | undefined;
}

/**
 * The trace of the Fisher information, of all parameters and of each: the mean over examples of
 *
 *     tr F = E_{y ~ p} || grad l(y) ||^2 = sum over rows of tr J' (diag p - p p') J,   p = softmax z,  J = dz/dw
 *
 * which is that of the Gauss-Newton matrix of the cross-entropy, with label smoothing or without: z's own second
 * derivatives are left out. Labels drawn from p would have the gradient p - e_y at the logits, of covariance
 * diag p - p p'. The gradients here have the same, and less scatter where p is near 0 or 1:
 *
 *     u_c = sqrt(p_c) r_c - p_c sum_k sqrt(p_k) r_k,   r independent, 1 or -1
 *
 * They are independent from row to row, of mean 0, so that || J' u ||^2 of a whole batch is the sum over its examples in
 * the mean. Rows without a label have no part. Tokens are given their true predecessors.
 *
 * @param batches - of the part, at least one.
 * @returns estimates whose standard errors are those of the draws: for the batches as they are.
 * @throws {NonFiniteProductError} If a gradient isn't finite.
 * @source Martens 2020, JMLR 21(146), sections 5 and 9 (Fisher and Gauss-Newton).
 */
export async function fisherTraces(
  part: MeasuredPart,
  batches: readonly MeasuredBatch[],
  { draws, seed, purpose, beforeRun }: FisherOptions,
): Promise<TraceEstimates> {
  const { logits, parameters } = part.traced;
  const [rows, classes] = logits.shape as readonly [number, number];
  const plan = await partPlan(part, { outputs: squaredGradients(part, input("signs", logits.shape)) });
  const found = new Map(Array.from(parameters.keys(), (name) => [name, batches.map((): number[] => [])]));
  const whole = batches.map((): number[] => []);
  try {
    for (const [place, batch] of batches.entries()) {
      const labels = batch.feed.labels as ArrayLike<number>;
      for (let draw = 0; draw < draws; draw++) {
        beforeRun?.();
        const { uniform } = randomStream(seed, [...purpose, place, draw]);
        const signs = new Float32Array(rows * classes);
        for (let i = 0; i < signs.length; i++) {
          if (labels[Math.floor(i / classes)]! >= 0) signs[i] = uniform() < 0.5 ? -1 : 1;
        }
        const squares = await plan.run(batch, { signs });
        let total = 0;
        for (const [name, of] of found) {
          const own = squares[name]![0]! / batch.examples;
          if (!Number.isFinite(own)) throw new NonFiniteProductError(`a gradient for ${name} is not finite`);
          of[place]!.push(own);
          total += own;
        }
        whole[place]!.push(total);
      }
    }
  } finally {
    plan.dispose();
  }
  const examples = batches.reduce((total, each) => total + each.examples, 0);
  const estimate = (of: readonly number[][]) =>
    stratifiedMean(of.map((each, place) => ({ weight: batches[place]!.examples / examples, draws: each })));
  return {
    whole: estimate(whole),
    blocks: new Map(Array.from(found, ([name, of]) => [name, estimate(of)])),
  };
}

/** || J' u ||^2 for each parameter. @param signs - r, 0 in rows that have no part, shape [rows, classes]. */
function squaredGradients({ traced }: MeasuredPart, signs: Value): Record<string, Value> {
  const { logits, parameters } = traced;
  const p = softmax(logits);
  const scattered = multiply(squareRoot(p), signs);
  const score = subtract(scattered, multiply(p, sumRows(scattered)));
  const values = Array.from(parameters.values(), ({ value }) => value);
  const gradients = pullBack(logits, values, score);
  return Object.fromEntries(Array.from(parameters.keys(), (name, i) => [name, sumOfSquares(gradients[i]!)]));
}
