import { openSources } from "../../analysis/open-sources.ts";
import { costOf } from "../../analysis/progress.ts";
import { UsageError } from "../../errors.ts";
import { type LayerOptions, layersOf } from "../../layers/layers-of.ts";
import { renderJson } from "../../report/json.ts";
import { printData, talk } from "../terminal.ts";
import { writeTable } from "../write-table.ts";

/** Lists what an analysis would do, from the headers alone. */
export async function dryRun(
  paths: readonly string[],
  selection: LayerOptions,
  format: string,
): Promise<void> {
  if (format !== "table" && format !== "json") {
    throw new UsageError(`--dry-run prints table or json, not ${format}`);
  }
  const opened = await openSources(paths);
  try {
    const rows = [];
    for (const { id, source } of opened.sources) {
      for (const layer of layersOf(await source.tensors(), selection)) {
        const { layer: name, kind, role, shape, dtype, skip } = layer;
        rows.push({
          checkpoint: id,
          layer: name,
          kind,
          role,
          shape,
          dtype,
          matrix: layer.matrixShape,
          operations: Math.round(costOf(layer)),
          reason: skip?.reason ?? null,
        });
      }
    }
    if (format === "json") {
      await printData(renderJson(rows));
      return;
    }
    await printData(
      writeTable(
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
    const analysed = rows.filter((row) => row.reason === null);
    const operations = analysed.reduce((sum, row) => sum + row.operations, 0);
    talk(
      `${analysed.length} of ${rows.length} would be analysed, about ${(operations / 1e9).toPrecision(3)} G operations`,
    );
  } finally {
    await opened.close();
  }
}
