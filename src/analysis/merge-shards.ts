import { NothingToAnalyzeError, UnreadableInputError } from "../errors.ts";
import { nothingAnalysed } from "./nothing-analysed.ts";
import type { AnalysisResult, CheckpointResult, LayerResult } from "./result.ts";
import { onLayers } from "./run-metrics.ts";
import { secondPass } from "./second-pass.ts";
import { isOfOtherShard } from "./shards.ts";
import { trajectoriesOfSeries } from "./summarize.ts";
import { warningsOf } from "./warnings.ts";

/** A result with what it is called in messages. */
interface Named {
  readonly name: string;
  readonly result: AnalysisResult & { readonly shard: NonNullable<AnalysisResult["shard"]> };
}

/**
 * Makes the one result of an analysis whose layers were analysed in shards: what `analyze` without shards gives with
 * their engine, byte for byte, `provenance.run` apart.
 *
 * Rows are taken from the shard that has them; what rests on all layers (corrected p-values, summaries, findings,
 * warnings, trajectories) is computed again.
 *
 * @param results - every shard once, in any order.
 * @param names - of the results, for messages; "shard I of N" by default.
 * @throws {UnreadableInputError} If a shard is missing, is there twice, or is of another analysis;
 *   {NothingToAnalyzeError} If no shard has analysed a layer.
 * @example
 * ```ts
 * import { analyze, mergeShards, randomStream, tensorOf } from "marchenko";
 * const stream = randomStream(7, ["weights"]);
 * const matrix = (name) => tensorOf(name, [64, 32], Float32Array.from({ length: 2048 }, () => stream.normal()));
 * const tensors = [matrix("fc1.weight"), matrix("fc2.weight")];
 * const model = { id: "my-model", tensors: () => tensors };
 * const shards = [await analyze(model, { shard: { index: 1, count: 2 } }), await analyze(model, { shard: { index: 2, count: 2 } })];
 * shards[0].checkpoints[0].layers[1].reason; // "other-shard"
 * JSON.stringify(mergeShards(shards)) === JSON.stringify(await analyze(model)); // true
 * ```
 */
export function mergeShards(
  results: readonly AnalysisResult[],
  names: readonly string[] = results.map(nameOf),
): AnalysisResult {
  const named = results.map((result, i) => requireIsShard(result, names[i]!));
  const [first, ...others] = named;
  if (!first) throw new UnreadableInputError("there is no shard to merge: give the results of all of them");
  for (const other of others) requireSameAnalysis(first, other);
  requireComplete(named);
  const checkpoints = first.result.checkpoints.map((_, place) => mergedCheckpoint(named, place));
  const { type, schemaVersion, shard, provenance, trajectories: series, measured = [] } = first.result;
  const placed = onLayers(measured, checkpoints);
  if (checkpoints.every(({ totals }) => totals.layersAnalysed === 0)) {
    const { include } = provenance.configuration as { readonly include: readonly string[] };
    throw new NothingToAnalyzeError(nothingAnalysed(checkpoints, include.length > 0 ? include : undefined));
  }
  return {
    type,
    schemaVersion,
    provenance: { ...provenance, run: {} },
    warnings: [
      ...warningsOf(checkpoints, shard.comparableSide),
      // A shard's own are computed anew; what follows them is of the log of its run.
      ...first.result.warnings.slice(warningsOf(first.result.checkpoints, shard.comparableSide).length),
    ],
    checkpoints,
    ...(series && { trajectories: trajectoriesOfSeries(checkpoints) }),
    ...(placed.length > 0 && { measured: placed }),
  };
}

function nameOf({ shard }: AnalysisResult, place: number): string {
  return shard ? `shard ${shard.index} of ${shard.count}` : `result ${place + 1}`;
}

function requireIsShard(result: AnalysisResult, name: string): Named {
  const { shard } = result;
  if (shard) return { name, result: { ...result, shard } };
  throw new UnreadableInputError(
    `${name} is no shard: expected what \`analyze --shard I/N\` writes, got a whole analysis, which needs no merging`,
  );
}

/** @throws {UnreadableInputError} If anything that shapes a result differs: it says what, and both values. */
function requireSameAnalysis(first: Named, other: Named): void {
  const found = new Map(Object.entries(identityOf(other.result)));
  for (const [key, value] of Object.entries(identityOf(first.result))) {
    const [wanted, got] = [JSON.stringify(value), JSON.stringify(found.get(key))];
    if (wanted === got) continue;
    throw new UnreadableInputError(
      `${other.name} is of another analysis than ${first.name}: expected the ${key} ${shortened(wanted)}, ` +
        `got ${shortened(got)}. Run both with the same input and options.`,
    );
  }
}

/** All that the shards of one analysis share, what is asked of it first. */
function identityOf({ schemaVersion, provenance, checkpoints, trajectories, shard }: Named["result"]) {
  const { version, configuration, seed, engine, files } = provenance;
  return {
    "number of shards": shard.count,
    "version of marchenko": version,
    "version of the schema": schemaVersion,
    seed,
    engine,
    configuration,
    files,
    "side of blocks": shard.comparableSide,
    checkpoints: checkpoints.map(({ id, step, epoch, series, path, format, leftOut }) => {
      return { id, step, epoch, series, path, format, leftOut };
    }),
    "kind of input": trajectories ? "series" : "models",
    layers: checkpoints.map(({ layers }) =>
      layers.map(({ layer, tensor, shape, dtype }) => ({ layer, tensor, shape, dtype })),
    ),
  };
}

function shortened(text: string): string {
  return text.length > 200 ? `${text.slice(0, 200)}...` : text;
}

/** @throws {UnreadableInputError} If a shard is there twice, or not at all. */
function requireComplete(named: readonly Named[]): void {
  const { count } = named[0]!.result.shard;
  const found = new Map<number, string>();
  for (const { name, result } of named) {
    const { index } = result.shard;
    const before = found.get(index);
    if (before !== undefined) {
      throw new UnreadableInputError(
        `${before} and ${name} are both shard ${index} of ${count}: give one of them`,
      );
    }
    if (index > count) throw new UnreadableInputError(`${name} says that it is shard ${index} of ${count}`);
    found.set(index, name);
  }
  const missing = Array.from({ length: count }, (_, i) => i + 1).filter((index) => !found.has(index));
  if (missing.length === 0) return;
  const which = missing.length > 20 ? `${missing.slice(0, 20).join(", ")}, ...` : missing.join(", ");
  throw new UnreadableInputError(
    `${missing.length} of ${count} shards ${missing.length === 1 ? "is" : "are"} missing: ${which}. ` +
      `Run ${missing.length === 1 ? `--shard ${missing[0]}/${count}` : "them"}, and merge again.`,
  );
}

function mergedCheckpoint(named: readonly Named[], place: number): CheckpointResult {
  const shards = named.map(({ name, result }) => ({ name, checkpoint: result.checkpoints[place]! }));
  const { checkpoint: first } = shards[0]!;
  const rows = first.layers.map((_, i) =>
    theRow(shards.map(({ name, checkpoint }) => ({ name, row: checkpoint.layers[i]! }))),
  );
  const sum = (key: "layersAnalysed" | "parametersAnalysed") =>
    shards.reduce((total, { checkpoint }) => total + checkpoint.totals[key], 0);
  const layersAnalysed = sum("layersAnalysed");
  const totals = {
    ...first.totals,
    parametersAnalysed: sum("parametersAnalysed"),
    layersAnalysed,
    layersSkipped: rows.length - layersAnalysed,
  };
  return secondPass(first, totals, rows);
}

/** The row of a layer: of the one shard that has it, or of any where none has to analyse it. */
function theRow(rows: readonly { readonly name: string; readonly row: LayerResult }[]): LayerResult {
  const own = rows.filter(({ row }) => !isOfOtherShard(row));
  const [first, second] = own;
  const { layer } = rows[0]!.row;
  if (!first) throw new UnreadableInputError(`no shard has ${layer}: run them again with the same version`);
  if (own.length === 1) return first.row;
  if (own.length === rows.length && own.every(({ row }) => row.status === "skipped")) return first.row;
  throw new UnreadableInputError(`${first.name} and ${second!.name} both have ${layer}: run them again`);
}
