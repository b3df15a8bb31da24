import { differentiate, pullBack } from "../../autodiff/differentiate.ts";
import { constant } from "../../autodiff/leaves.ts";
import { broadcastTo } from "../../autodiff/ops/broadcasting.ts";
import type { Value } from "../../autodiff/value.ts";
import type { MlpBlock, Traced } from "../../models/model.ts";
import type { Activity } from "../../train/meters.ts";
import { totalLoss } from "../example-losses.ts";
import type { MeasuredPart } from "../measured-part.ts";

/**
 * What meters see of one MLP block, as values of the graph. l is the loss of one example, and every gradient is of the
 * example's own loss, so that there is no 1 / B in it.
 *
 * Of a gated block A is sigma(P), before the gate multiplies it: g and eta are the gradients of l for A and P through the
 * gate as it is, and what V takes is A times the gate.
 */
export interface BlockValues {
  readonly block: MlpBlock;
  readonly activity: Activity;
  /** B. */
  readonly batchSize: number;
  /** T. */
  readonly tokens: number;
  /** d. */
  readonly inputs: number;
  /** n. */
  readonly neurons: number;
  /** K as it is stored. */
  readonly key: Value;
  /** X, shape [B, T, d]. */
  readonly x: Value;
  /** P, shape [B, T, n]. */
  readonly p: Value;
  /** A = sigma(P), shape [B, T, n]. */
  readonly a: Value;
  /** What V takes, shape [B, T, n]; null where the block has no V. */
  readonly valueInput: Value | null;
  /** Gamma = sigma'(P), as differentiation gives it, at jumps too; shape [B, T, n]. */
  readonly gamma: Value;
  /** g = dl / dA, shape [B, T, n]. */
  readonly g: Value;
  /** eta = dl / dP = g gamma, the effective gradients, shape [B, T, n]. */
  readonly eta: Value;
  /** dl / dZ, shape [B, T, out]. */
  readonly gZ: Value;
  /** dl / dX by way of the block alone, without what passes around it: K' eta where no gate is; shape [B, T, d]. */
  readonly gX: Value;
}

/**
 * The values of every block of a traced model.
 *
 * @param traced - without training's draws.
 * @returns one for each of `traced.blocks`, in order. What no program asks for is never computed.
 */
export function blockValues({
  traced,
  batchSize,
  activityOf,
}: Pick<MeasuredPart, "traced" | "batchSize" | "activityOf">): BlockValues[] {
  const { blocks } = traced;
  const tapOf = (block: MlpBlock, part: string) => traced.taps.get(`${block.tap}.${part}`)!;
  const outputs = blocks.map((block) => tapOf(block, "output"));
  const outputGradients = differentiate(totalLoss(traced), outputs);
  return blocks.map((block, i) => {
    const [x, p, a] = ["input", "preActivation", "activation"].map((part) => tapOf(block, part)) as [
      Value,
      Value,
      Value,
    ];
    const gZ = outputGradients[i]!;
    const [gX, eta, g] = pullBack(outputs[i]!, [x, p, a], gZ) as [Value, Value, Value];
    const [, tokens, inputs] = x.shape as [number, number, number];
    return {
      block,
      activity: activityOf(block),
      batchSize,
      tokens,
      inputs,
      neurons: p.shape[2]!,
      key: matrixOf(traced, block.key),
      x,
      p,
      a,
      valueInput: block.value === null ? null : tapOf(block, "valueInput"),
      gamma: pullBack(a, [p], broadcastTo(constant(1), a.shape))[0]!,
      g,
      eta,
      gZ,
      gX,
    };
  });
}

function matrixOf({ parameters }: Traced, name: string): Value {
  return parameters.get(name)!.value;
}
