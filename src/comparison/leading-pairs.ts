import type { AnalyzeOptions } from "../analysis/analyze-options.ts";
import { type Compute, computeInProcess } from "../analysis/compute.ts";
import { nothingElse } from "../analysis/examine-matrix.ts";
import { mapBounded } from "../analysis/map-bounded.ts";
import type { SingularPair } from "../analysis/matrix-tasks.ts";
import { holdingOf, type MemoryBudget, memoryBudget } from "../analysis/memory-budget.ts";
import { computeInWorkers } from "../analysis/pooled-compute.ts";
import type { Layer } from "../layers/layer.ts";
import { fastestEngine } from "../spectrum/wasm-engine.ts";
import type { PairedLayers } from "./pair-layers.ts";
import { dimensions, vectorTolerance } from "./subspace-overlap.ts";

/** A layer in both checkpoints. */
export interface LayerPair {
  readonly a: Layer;
  readonly b: Layer;
}

/** Leading singular pairs of a layer in A and in B, the largest first. */
export interface LeadingPairs {
  readonly a: readonly SingularPair[];
  readonly b: readonly SingularPair[];
}

export interface LeadingOptions
  extends Pick<AnalyzeOptions, "workers" | "seed" | "method" | "engine" | "maxMemory" | "signal"> {
  /** Told of each layer whose leading singular vectors are done, with the share of them: after all analyses. */
  readonly onSubspaces?: (layer: string, share: number) => void;
}

const wants = { ...nothingElse, leading: true };

/**
 * Leading singular vectors of layers in both checkpoints, as many as their subspaces are compared by.
 *
 * @param both - layers whose entries can be read. @param rows - their rows: those without an exact spectrum are left out,
 *   and those that are stored as low-rank factors.
 * @param unmoved - names of layers that are the same in both, and computed once.
 * @returns by the layers' names.
 */
export async function leadingPairs(
  both: readonly LayerPair[],
  rows: PairedLayers["pairs"],
  unmoved: ReadonlySet<string>,
  options: LeadingOptions,
): Promise<Map<string, LeadingPairs>> {
  const { workers = 1, seed = 0, method = "auto", engine = fastestEngine(), maxMemory } = options;
  const exact = new Set(
    rows.flatMap(({ a, b }) => (a.spectrum?.exact && b.spectrum?.exact ? [b.layer] : [])),
  );
  const wanted = both.filter(({ a, b }) => exact.has(b.layer) && !a.factored && !b.factored);
  if (wanted.length === 0) return new Map();
  const compute =
    workers > 1
      ? await computeInWorkers(workers, seed, engine.id, method)
      : computeInProcess(engine, seed, method);
  try {
    const sides = wanted.flatMap(({ a, b }) => [a, b]);
    const budget = await memoryBudget(sides, compute, maxMemory, wants);
    let done = 0;
    const found = await mapBounded(
      wanted,
      Array.from(wanted.keys()),
      compute.parallelism,
      async ({ a, b }): Promise<LeadingPairs> => {
        options.signal?.throwIfAborted();
        const before = await leading(a, compute, budget);
        return { a: before, b: unmoved.has(b.layer) ? before : await leading(b, compute, budget) };
      },
      (_, index) => {
        done++;
        options.onSubspaces?.(wanted[index]!.b.layer, done / wanted.length);
      },
    );
    return new Map(found.map((pairs, i) => [wanted[i]!.b.layer, pairs]));
  } finally {
    await compute.close();
  }
}

async function leading(layer: Layer, compute: Compute, budget: MemoryBudget): Promise<SingularPair[]> {
  const giveBack = await budget.take(holdingOf(layer, compute, wants)!.bytes);
  try {
    const count = Math.min(dimensions.at(-1)!, ...layer.matrixShape!);
    return await compute.examine("leading", await layer.read(), { count, tolerance: vectorTolerance });
  } finally {
    giveBack();
  }
}
