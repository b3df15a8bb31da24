import type { AnalyzeOptions } from "../../analysis/analyze-options.ts";
import { type Compute, computeInProcess } from "../../analysis/compute.ts";
import { mapBounded } from "../../analysis/map-bounded.ts";
import { memoryBudget } from "../../analysis/memory-budget.ts";
import { type AnalysisInput, type OpenedSource, openSources } from "../../analysis/open-sources.ts";
import { computeInWorkers } from "../../analysis/pooled-compute.ts";
import { costliestFirst, spectrumCost } from "../../analysis/progress.ts";
import type { LeftOutFile } from "../../checkpoint/checkpoint.ts";
import { NothingToAnalyzeError, UsageError } from "../../errors.ts";
import { fastestEngine } from "../../spectrum/wasm-engine.ts";
import type { WeightwatcherRow } from "./details-row.ts";
import { type LeftOutTensor, nothingLeft } from "./left-out.ts";
import { asLayer, measureWeight } from "./measure-weight.ts";
import { type StateDictWeight, stateDictWeights } from "./state-dict.ts";

/** What shapes a walk like WeightWatcher's; see `AnalyzeOptions`. Nothing in it is random. */
export interface WeightwatcherOptions
  extends Pick<
    AnalyzeOptions,
    "include" | "exclude" | "workers" | "maxMemory" | "method" | "engine" | "remote" | "signal"
  > {
  /** Told of each weight as soon as it is done. */
  readonly onProgress?: (event: WeightwatcherProgress) => void;
}

/** A weight is done; those before it may be under way. */
export interface WeightwatcherProgress {
  readonly tensor: string;
  readonly shape: readonly number[];
  /** Null when its entries are not all finite. */
  readonly row: WeightwatcherRow | null;
  /** Operations of all weights, done and in total. */
  readonly cost: { readonly done: number; readonly total: number };
}

/** WeightWatcher's rows, and what has none. */
export interface WeightwatcherDetails {
  readonly details: readonly WeightwatcherRow[];
  /** Tensors without a row: in the order of the file, those that turned out not to be finite last. */
  readonly leftOut: readonly LeftOutTensor[];
  /** Files of a folder that were not read. */
  readonly leftOutFiles: readonly LeftOutFile[];
}

/**
 * What WeightWatcher's `analyze()` gives of a state dict with its default options: its selection, its matrices, its
 * formulas and its failures.
 *
 * Entries are taken for exact float64 numbers, as it takes them. "auto" computes again without squaring where a Gram
 * matrix has lost digits that float32 has, or whether float64 tells a singular value from zero. What is wrong there is
 * wrong here: the README of `src/compat` names the metrics of `analyze` to look at instead.
 *
 * @param input - one checkpoint: a path, or a source `{ id, tensors() }`.
 * @returns one row a weight of 2 or 4 axes whose name ends in `.weight`, in the order of the file.
 * @throws {UsageError} If there are several checkpoints, or an option is off; {UnreadableInputError} If a path can't
 *   be read; {CheckpointFormatError} If a file is damaged; {NothingToAnalyzeError} If there is no row.
 * @source WeightWatcher 0.7.5.5; Martin, Peng & Mahoney 2021, Nature Communications 12, 4122.
 * @example
 * ```ts
 * import { tensorOf, weightwatcherDetails } from "marchenko";
 * const weights = new Float32Array(12 * 20);
 * for (let i = 0; i < 12; i++) weights[21 * i] = i + 1;
 * const model = { id: "diagonal", tensors: () => [tensorOf("fc.weight", [12, 20], weights)] };
 * const { details } = await weightwatcherDetails(model);
 * details[0].norm; // 650
 * details[0].lambda_max; // 144
 * ```
 */
export async function weightwatcherDetails(
  input: AnalysisInput,
  options: WeightwatcherOptions = {},
): Promise<WeightwatcherDetails> {
  const { method = "auto", workers = 1, include, signal } = options;
  if (method === "lanczos") {
    throw new UsageError(
      "WeightWatcher's numbers rest on all singular values, and the method lanczos estimates",
    );
  }
  if (!(Number.isInteger(workers) && workers >= 1)) {
    throw new UsageError(`workers must be a whole number of at least 1, got ${workers}`);
  }
  const engine = options.engine ?? fastestEngine();
  const opened = await openSources(input, options);
  let compute: Compute | null = null;
  try {
    const { source, leftOut: leftOutFiles } = theOnly(opened.sources);
    const { weights, leftOut } = stateDictWeights(await source.tensors(), options);
    if (weights.length === 0) throw new NothingToAnalyzeError(nothingLeft(leftOut, include));
    compute =
      workers > 1
        ? await computeInWorkers(workers, 0, engine.id, method)
        : computeInProcess(engine, 0, method);
    const rows = await rowsOf(weights, compute, method === "auto", options);
    signal?.throwIfAborted();
    const details = rows.filter((row) => row !== null);
    for (const [index, { tensor }] of weights.entries()) {
      if (rows[index] === null) leftOut.push({ tensor: tensor.name, reason: "non-finite" });
    }
    if (details.length === 0) throw new NothingToAnalyzeError(nothingLeft(leftOut, include));
    return { details, leftOut, leftOutFiles };
  } finally {
    await compute?.close();
    await opened.close();
  }
}

function theOnly(sources: readonly OpenedSource[]): OpenedSource {
  if (sources.length === 1) return sources[0]!;
  const names = sources.slice(0, 4).map(({ path }) => path);
  throw new UsageError(
    `WeightWatcher's rows are of one checkpoint, got ${sources.length} (${names.join(", ")}${sources.length > 4 ? ", ..." : ""}): name one of them`,
  );
}

async function rowsOf(
  weights: readonly StateDictWeight[],
  compute: Compute,
  recompute: boolean,
  { maxMemory, signal, onProgress }: WeightwatcherOptions,
): Promise<(WeightwatcherRow | null)[]> {
  const budget = await memoryBudget(weights.map(asLayer), compute, maxMemory);
  const costs = weights.map(({ larger, smaller, slices }) => slices * spectrumCost(larger, smaller));
  const cost = { done: 0, total: costs.reduce((sum, each) => sum + each, 0) };
  return await mapBounded(
    weights,
    costliestFirst(costs),
    compute.parallelism,
    async (weight, place) => {
      signal?.throwIfAborted();
      return await measureWeight(weight, { compute, budget, recompute }, place);
    },
    (row, index) => {
      cost.done += costs[index]!;
      const { name, shape } = weights[index]!.tensor;
      onProgress?.({ tensor: name, shape, row, cost });
    },
  );
}
