import { UsageError } from "../errors.ts";
import type { Layer } from "../layers/layer.ts";

/** One of several parts of an analysis that are computed apart, on other machines perhaps. */
export interface Shard {
  /** Which of them, 1 to `count`. */
  readonly index: number;
  readonly count: number;
}

/** @throws {UsageError} If there is no such part. */
export function requireShard({ index, count }: Shard): void {
  const isWhole = Number.isInteger(index) && Number.isInteger(count);
  if (isWhole && index >= 1 && index <= count) return;
  throw new UsageError(`a shard is I of N, whole numbers with 1 <= I <= N; got ${index} of ${count}`);
}

/**
 * The shard of each layer: the costliest first, each to the shard that has least so far, the first of those that have
 * equally little.
 *
 * @param costs - of all layers of all checkpoints, 0 of those that are skipped; known from headers and options alone, so
 *   that every shard comes to the same.
 * @param count - shards.
 * @returns a number from 1 to `count` a layer; 0 for skipped layers, which are in all shards.
 * @source Graham 1969, SIAM J. Appl. Math. 17(2):416: no shard takes over 4/3 of what the best partition's longest does.
 */
export function shardsOf(costs: readonly number[], count: number): number[] {
  const loads = new Array<number>(count).fill(0);
  const shards = new Array<number>(costs.length).fill(0);
  const order = Array.from(costs.keys()).sort((a, b) => costs[b]! - costs[a]! || a - b);
  for (const layer of order) {
    if (costs[layer] === 0) break;
    const least = loads.indexOf(Math.min(...loads));
    loads[least]! += costs[layer]!;
    shards[layer] = least + 1;
  }
  return shards;
}

/**
 * Layers with those of other shards skipped.
 *
 * @param shards - of the layers, by {@link shardsOf}.
 */
export function withoutOthers(
  layers: readonly Layer[],
  shards: readonly number[],
  { index, count }: Shard,
): Layer[] {
  return layers.map((layer, i) => {
    const own = shards[i]!;
    if (own === 0 || own === index) return layer;
    return {
      ...layer,
      matrixShape: null,
      skip: { reason: "other-shard", detail: `shard ${own} of ${count} has it` },
    };
  });
}

/** Whether a row stands for one that another shard has. */
export function isOfOtherShard({ reason }: { readonly reason: string | null }): boolean {
  return reason === "other-shard";
}
