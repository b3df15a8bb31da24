import { type MlpExecution, type MlpWeights, mlpExecution } from "../../backends/wasm/mlp-execution.ts";
import { UsageError } from "../../errors.ts";
import type { KernelVariant } from "../../kernels/kernels.ts";
import { blockMacs } from "../macs.ts";
import { type MeasuredPart, partPlan } from "../measured-part.ts";
import { blockWeights } from "./block-weights.ts";
import { compareWays } from "./compare-ways.ts";
import type { SparseExecution } from "./sparse-execution.ts";

/** How {@link timeSparseExecution} works. */
export interface SparseExecutionOptions {
  /** Seconds, from any start, to a microsecond or better. */
  readonly clock: () => number;
  /** Timed runs of each way; the median is told. 5 by default. */
  readonly rounds?: number;
  /** Tokens of the first batch that are decoded one by one, at most: 32 by default. */
  readonly decoded?: number;
  readonly variant?: KernelVariant;
  readonly signal?: AbortSignal | undefined;
}

/** What is told of a block, or why nothing is. */
export type BlockExecution =
  | { readonly execution: SparseExecution; readonly reason: null }
  | { readonly execution: null; readonly reason: string };

/** The blocks of a checkpoint on a part of its data, as `provenance.run.sparseExecution` tells of them. */
export interface PartExecution {
  /** Of the checkpoint. */
  readonly id: string;
  readonly part: "train" | "test";
  readonly blocks: readonly (BlockExecution & { readonly layer: string })[];
}

/**
 * Times each MLP block on the tokens of a part's first batch, one thread, with and without skipping its inactive neurons:
 * all tokens at once, as for images and prompts, and one by one, as in decoding.
 *
 * @returns an entry for each of the model's blocks, in order.
 * @throws {UsageError} If there is less than one round, or one token to decode.
 */
export async function timeSparseExecution(
  part: MeasuredPart,
  { clock, rounds = 5, decoded = 32, variant, signal }: SparseExecutionOptions,
): Promise<BlockExecution[]> {
  for (const [name, count] of Object.entries({ rounds, decoded })) {
    if (!Number.isInteger(count) || count < 1)
      throw new UsageError(`${name} must be whole and >= 1, not ${count}`);
  }
  const { traced, batchSize } = part;
  const inputs = Object.fromEntries(
    traced.blocks.map(({ tap }) => [tap, traced.taps.get(`${tap}.input`)!] as const),
  );
  const plan = await partPlan(part, { outputs: inputs });
  const results: BlockExecution[] = [];
  try {
    const batch = await part.batch(0);
    for (const block of traced.blocks) {
      signal?.throwIfAborted();
      const weights = await blockWeights(part, block, part.activityOf(block));
      if (typeof weights === "string") {
        results.push({ execution: null, reason: weights });
        continue;
      }
      const all = (await plan.run(batch, {}, [block.tap]))[block.tap]!;
      // Examples that only fill the batch up come last.
      const x = Float32Array.from(all.subarray(0, (all.length / batchSize) * batch.examples));
      results.push({
        execution: compare(mlpExecution(weights, { clock, variant }), weights, x, rounds, decoded),
        reason: null,
      });
    }
  } finally {
    plan.dispose();
  }
  return results;
}

function compare(
  execution: MlpExecution,
  { key, value }: MlpWeights,
  x: Float32Array,
  rounds: number,
  decoded: number,
): SparseExecution {
  const { inputs, outputs: neurons } = key;
  const { outputs } = value;
  const tokens = x.length / inputs;
  const { comparison, runs } = compareWays(execution, [x], rounds);
  const [dense, skipping] = [runs.dense[0]!, runs.skipping[0]!];
  const count = Math.min(decoded, tokens);
  const single = Array.from({ length: count }, (_, i) => x.subarray(i * inputs, (i + 1) * inputs));
  // Where V is not finite nothing was counted, and nothing skipped.
  const activeShare = skipping.activeShare ?? 1;
  const productMilliseconds = comparison.dense.parts.key + comparison.dense.parts.value;
  const operations = 2 * tokens * neurons * (inputs + outputs);
  const sides = { inputs, neurons, outputs, gated: false, inputGradient: true };
  const { inference } = blockMacs(sides, { active: activeShare, sloped: activeShare });
  return {
    tokens,
    inputs,
    neurons,
    outputs,
    activeShare,
    theoreticalSpeedup: 1 / inference.ratio,
    difference: relativeDifference(skipping.output, dense.output),
    denseGigaflops: productMilliseconds > 0 ? operations / productMilliseconds / 1e6 : null,
    batch: comparison,
    decoding: compareWays(execution, single, rounds, count).comparison,
  };
}

/** ||a - b||_F / ||b||_F; 0 for equal zeros, null where that is no number. */
function relativeDifference(a: Float32Array, b: Float32Array): number | null {
  const norm = Math.sqrt(b.reduce((sum, entry) => sum + entry * entry, 0));
  const difference = Math.sqrt(b.reduce((sum, entry, i) => sum + (a[i]! - entry) ** 2, 0));
  const ratio = difference === 0 ? 0 : difference / norm;
  return Number.isFinite(ratio) ? ratio : null;
}
