import type { AnalysisResult } from "../analysis/result.ts";
import { columnsOf } from "./columns.ts";
import { exactNumber } from "./format-number.ts";
import { factColumns } from "./layer-facts.ts";

/**
 * A result as CSV by RFC 4180: a header, then one row a layer of every checkpoint, skipped ones too.
 *
 * @param result - the result of an analysis.
 * @returns text with CRLF ends; the heads are metric ids; numbers read back as the same doubles and
 *   null is an empty field.
 */
export function renderCsv(result: AnalysisResult): string {
  const columns = columnsOf(result.checkpoints.flatMap((checkpoint) => checkpoint.layers));
  const rows = [[...factColumns, ...columns].map((column) => column.id)];
  for (const checkpoint of result.checkpoints) {
    for (const layer of checkpoint.layers) {
      rows.push([
        ...factColumns.map((fact) => fact.text(checkpoint, layer)),
        ...columns.map((column) => exactNumber(column.value(layer))),
      ]);
    }
  }
  return rows.map((row) => `${row.map(field).join(",")}\r\n`).join("");
}

function field(text: string): string {
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
