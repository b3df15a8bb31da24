import { configOf, openSources } from "../../analysis/open-sources.ts";
import { costsOf } from "../../analysis/progress.ts";
import { type Shard, shardsOf } from "../../analysis/shards.ts";
import type { OpenOptions } from "../../checkpoint/place.ts";
import { NothingToAnalyzeError, UsageError } from "../../errors.ts";
import type { Layer } from "../../layers/layer.ts";
import { type LayerOptions, layersOf } from "../../layers/layers-of.ts";
import { nearestNames } from "../../layers/nearest-names.ts";
import { renderJson } from "../../report/json.ts";
import type { SpectrumEngine } from "../../spectrum/spectrum-engine.ts";
import { forecastSeconds } from "../forecast.ts";
import { duration } from "../progress-line.ts";
import { counted, printData, talk, talkOfLeftOut } from "../terminal.ts";
import { talkOfUnmatched } from "../unmatched-globs.ts";
import { writeTable } from "../write-table.ts";

/** 12 M, 3.4 B. Made when asked for: it takes a fifth of the time that the command starts in. */
const compact = (value: number): string =>
  new Intl.NumberFormat("en", { notation: "compact", maximumSignificantDigits: 2 }).format(value);

/**
 * Lists what an analysis would do, from the headers alone.
 *
 * @param workers - that the analysis would have; how long it takes is told for them.
 * @param spectra - that each layer takes.
 * @param shard - whose layers would be analysed; all by default.
 * @param isQuiet - whether only the list is printed.
 * @throws {NothingToAnalyzeError} If it would analyse nothing: a script learns it here already.
 */
export async function dryRun(
  paths: readonly string[],
  selection: LayerOptions & OpenOptions,
  format: string,
  workers: number,
  engine: SpectrumEngine,
  spectra: number,
  shard?: Shard,
  isQuiet = false,
): Promise<void> {
  if (format !== "table" && format !== "json") {
    throw new UsageError(`--dry-run prints table or json, not ${format}`);
  }
  const opened = await openSources(paths, selection);
  try {
    const layers: Layer[] = [];
    const rows = [];
    for (const each of opened.sources) {
      const { id, source } = each;
      const config = await configOf(each);
      for (const layer of layersOf(await source.tensors(), { ...selection, config })) {
        layers.push(layer);
        const { layer: name, kind, role, shape, dtype, skip } = layer;
        rows.push({
          checkpoint: id,
          layer: name,
          kind,
          role,
          shape,
          dtype,
          matrix: layer.matrixShape,
          operations: 0,
          reason: skip?.reason ?? null,
        });
      }
    }
    const costs = costsOf(layers, spectra);
    const shards = shard && shardsOf(costs, shard.count);
    const isEmpty = costs.every((cost) => cost === 0);
    for (const [index, cost] of costs.entries()) {
      const row = rows[index]!;
      row.operations = Math.round(cost);
      if (!shards || row.reason !== null || shards[index] === shard.index) continue;
      row.reason = "other-shard";
    }
    await printData(
      format === "json"
        ? renderJson(rows)
        : await writeTable(
            ["checkpoint", "layer", "kind", "shape", "dtype", "matrix", "would be"],
            rows.map((row) => [
              row.checkpoint,
              row.layer,
              row.role ?? row.kind,
              row.shape.join("x"),
              row.dtype,
              row.matrix?.join("x") ?? "",
              row.reason === null ? "analysed" : `skipped: ${row.reason}`,
            ]),
          ),
    );
    if (!isQuiet) talkOfLeftOut(opened.sources.flatMap(({ leftOut }) => leftOut));
    const analysed = rows.filter((row) => row.reason === null);
    const operations = analysed.reduce((sum, row) => sum + row.operations, 0);
    if (isEmpty) throw new NothingToAnalyzeError(nothing(rows, selection.include ?? []));
    if (isQuiet) return;
    talkOfUnmatched(
      { "--include": selection.include, "--exclude": selection.exclude },
      rows.map(({ layer }) => layer),
    );
    const seconds = await forecastSeconds(operations, workers, engine, () => performance.now());
    const inAll = `about ${compact(operations)} operations, ${duration(seconds)} with ${counted(workers, "worker")}`;
    talk(`${analysed.length} of ${counted(rows.length, "tensor")} would be analysed, ${inAll}`);
  } finally {
    await opened.close();
  }
}

/** As the analysis itself would say it. */
function nothing(rows: readonly { readonly layer: string }[], include: readonly string[]): string {
  const names = rows.map(({ layer }) => layer);
  const near = new Set(include.flatMap((pattern) => nearestNames(pattern, names)));
  const hint =
    near.size > 0 ? `; names like ${include.join(", ")} are ${[...near].slice(0, 5).join(", ")}` : "";
  return `nothing would be analysed: ${counted(rows.length, "tensor")}, all of them skipped${hint}`;
}
