import { NothingToAnalyzeError, UsageError } from "../errors.ts";
import type { Layer } from "../layers/layer.ts";
import { requireOperable } from "../spectrum/convolution-operator.ts";
import { fastestEngine } from "../spectrum/wasm-engine.ts";
import { analyzeLayer } from "./analyze-layer.ts";
import type { AnalyzeOptions } from "./analyze-options.ts";
import { cachedCompute } from "./cached-compute.ts";
import { comparableSide } from "./comparable-side.ts";
import { computeInProcess } from "./compute.ts";
import { spectraOf } from "./examine-matrix.ts";
import { filesWithHashes } from "./file-hashes.ts";
import { mapBounded } from "./map-bounded.ts";
import { memoryBudget } from "./memory-budget.ts";
import { nothingAnalysed } from "./nothing-analysed.ts";
import {
  type AnalysisInput,
  layersIn,
  type OpenedSource,
  type OpenedSources,
  openSources,
} from "./open-sources.ts";
import { computeInWorkers } from "./pooled-compute.ts";
import { costliestFirst, costsOf } from "./progress.ts";
import { provenanceOf } from "./provenance.ts";
import type { AnalysisResult, CheckpointResult, LayerResult } from "./result.ts";
import { nothingLogged, onLayers, runMetrics } from "./run-metrics.ts";
import { secondPass } from "./second-pass.ts";
import { requireShard, shardsOf, withoutOthers } from "./shards.ts";
import { trajectoriesOfSeries } from "./summarize.ts";
import { totalsOf } from "./totals.ts";
import { schemaVersion } from "./version.ts";
import { warningsOf } from "./warnings.ts";

/**
 * Analyses every weight matrix of checkpoints: spectrum, Marchenko-Pastur fit, spikes, spectral concentration,
 * verdict and findings.
 *
 * The whole walk, in order: open, layers, spectrum, fit, metrics, verdict, and a second pass over all layers.
 *
 * @param input - a path (file, model folder, folder of checkpoints; `https://...` a file, `hf://owner/model` a model of
 *   the hub), a source `{ id, tensors() }`, or several.
 * @returns what the JSON of `marchenko analyze` holds; every tensor has a row, analysed or with a reason.
 * @throws {UnreadableInputError} If a path can't be read; {CheckpointFormatError} If a file is damaged;
 *   {NothingToAnalyzeError} If no layer could be analysed; {UsageError} If an option is off.
 * @example
 * ```ts
 * import { analyze, randomStream, tensorOf } from "marchenko";
 * const stream = randomStream(7, ["weights"]);
 * const weights = Float32Array.from({ length: 64 * 256 }, () => 0.02 * stream.normal());
 * const model = { id: "my-model", tensors: () => [tensorOf("fc1.weight", [256, 64], weights)] };
 * const result = await analyze(model);
 * result.checkpoints[0].layers[0].verdict; // "noise-like"
 * result.checkpoints[0].layers[0].concentration.nearZeroRate; // 0.75
 * ```
 */
export async function analyze(input: AnalysisInput, options: AnalyzeOptions = {}): Promise<AnalysisResult> {
  const { workers = 1 } = options;
  if (!(Number.isInteger(workers) && workers >= 1)) {
    throw new UsageError(`workers must be a whole number of at least 1, got ${workers}`);
  }
  if (options.shard) requireShard(options.shard);
  const opened = await openSources(input, options);
  try {
    const { isWanted = () => true } = options;
    return await walk({ ...opened, sources: opened.sources.filter(isWanted) }, workers, options);
  } finally {
    await opened.close();
  }
}

/** A checkpoint with what is to be done. */
interface Plan {
  readonly opened: OpenedSource;
  layers: Layer[];
  /** Of each layer. */
  costs: number[];
  /** What was found in it before. */
  known: CheckpointResult | null;
}

async function walk(
  opened: OpenedSources,
  workers: number,
  options: AnalyzeOptions,
): Promise<AnalysisResult> {
  const { seed = 0, spectra = "summary", method = "auto", signal, shard } = options;
  const engine = options.engine ?? fastestEngine();
  const { vectors = false, comparableAlpha = false } = options;
  const shuffles = options.null === "permute";
  const plans: Plan[] = [];
  for (const each of opened.sources) {
    plans.push({ opened: each, layers: await layersIn(each, options), costs: [], known: null });
  }
  const computing =
    workers > 1
      ? await computeInWorkers(workers, seed, engine.id, method)
      : computeInProcess(engine, seed, method);
  const use = { hits: 0, misses: 0, unwritten: 0 };
  const compute = options.cache
    ? cachedCompute(computing, engine, method, seed, options.cache, use)
    : computing;
  try {
    const all = plans.flatMap(({ layers }) => layers);
    requireOperators(all, options.convolutionOperator);
    const wants = {
      vectors,
      shuffles,
      comparableAlpha: comparableSide(comparableAlpha, all),
      leading: options.onVectors !== undefined,
      convolutionOperator: options.convolutionOperator ?? null,
    };
    // What is known is not walked again.
    for (const plan of plans) {
      plan.known = options.known?.(plan.opened, wants.comparableAlpha) ?? null;
      if (plan.known) plan.layers = [];
    }
    const pending = plans.flatMap(({ layers }) => layers);
    const costs = costsOf(pending, spectraOf(wants));
    const isEmpty = costs.every((each) => each === 0);
    const shards = shard && shardsOf(costs, shard.count);
    for (const plan of plans) {
      if (shards) {
        plan.layers = withoutOthers(plan.layers, shards.splice(0, plan.layers.length), shard);
      }
      plan.costs = costs.splice(0, plan.layers.length).map((each, i) => (plan.layers[i]!.skip ? 0 : each));
    }
    const cost = {
      done: 0,
      total: plans.flatMap(({ costs }) => costs).reduce((sum, one) => sum + one, 0),
    };

    const budget = await memoryBudget(
      plans.flatMap(({ layers }) => layers),
      compute,
      options.maxMemory,
      wants,
    );
    const checkpoints: CheckpointResult[] = [];
    for (const [nth, plan] of plans.entries()) {
      const { known } = plan;
      const { id, path, format, step, epoch, series, leftOut } = plan.opened;
      const order = costliestFirst(plan.costs);
      const turns = new Map(order.map((index, turn) => [index, turn]));
      const rows = await mapBounded(
        plan.layers,
        order,
        compute.parallelism,
        async (layer, place) => {
          signal?.throwIfAborted();
          return await analyzeLayer(layer, compute, spectra, wants, seed, budget, place, (vectors) =>
            options.onVectors?.({ ...vectors, place: nth }),
          );
        },
        (result: LayerResult, index) => {
          cost.done += plan.costs[index]!;
          options.onProgress?.({
            checkpoint: id,
            step,
            epoch,
            result,
            index,
            count: plan.layers.length,
            turn: turns.get(index)!,
            cost,
          });
        },
      );
      signal?.throwIfAborted();
      const own = series !== null && !opened.isSeries && { series };
      const described = { id, step, epoch, ...own, path, format, leftOut: [...leftOut] };
      const totals = known?.totals ?? totalsOf(plan.layers, rows);
      checkpoints.push(secondPass(described, totals, known?.layers ?? rows));
    }
    // A shard may well be left without a layer, where there are more shards than layers.
    if ((!shard || isEmpty) && checkpoints.every(({ totals }) => totals.layersAnalysed === 0)) {
      throw new NothingToAnalyzeError(nothingAnalysed(checkpoints, options.include));
    }
    const hasSeries = opened.sources.some(({ series }) => series !== null);
    const { measured, warnings } = hasSeries ? await runMetrics(checkpoints) : nothingLogged;
    // Which blocks are which layers is known when all shards are together.
    const placed = shard ? measured : onLayers(measured, checkpoints);
    return {
      type: "analysis",
      schemaVersion,
      ...(shard && {
        shard: { index: shard.index, count: shard.count, comparableSide: wants.comparableAlpha },
      }),
      provenance: provenanceOf(
        opened.paths,
        await filesWithHashes(opened.sources, options.hash ?? false, signal),
        options,
        compute.engine,
        options.cache && { cache: use },
      ),
      warnings: [...warningsOf(checkpoints, wants.comparableAlpha), ...warnings],
      checkpoints,
      ...(hasSeries && { trajectories: trajectoriesOfSeries(checkpoints) }),
      ...(placed.length > 0 && { measured: [...placed] }),
    };
  } finally {
    await compute.close();
  }
}

/** @throws {UsageError} If the maps of a convolution that was asked for can't be computed: before hours of other work. */
function requireOperators(layers: readonly Layer[], side: number | undefined): void {
  if (side === undefined) return;
  requireOperable({ outputs: 1, inputs: 1, size: [1], outputsLast: false }, side);
  for (const { convolution } of layers) if (convolution) requireOperable(convolution, side);
}
