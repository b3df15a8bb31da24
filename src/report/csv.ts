import type { AnalysisResult } from "../analysis/result.ts";
import { columnsOf } from "./columns.ts";
import { exactNumber } from "./format-number.ts";
import { factColumns } from "./layer-facts.ts";
import { plainLines } from "./plain-text.ts";

/**
 * A result as CSV by RFC 4180: a header, then one row a layer of every checkpoint, skipped ones too.
 *
 * Names come from files of strangers, and a spreadsheet computes what looks like a formula. So a text
 * that begins with `=`, `+`, `-`, `@`, a tab or a line's end gets an apostrophe before it, and control
 * characters but tab and line ends become U+FFFD. Numbers are left as they are; JSON and NDJSON have
 * every name as it is.
 *
 * @param result - the result of an analysis.
 * @returns text with CRLF ends; the heads are metric ids; numbers read back as the same doubles and
 *   null is an empty field.
 * @source OWASP, "CSV Injection", for the characters.
 */
export function renderCsv(result: AnalysisResult): string {
  const columns = columnsOf(result.checkpoints.flatMap((checkpoint) => checkpoint.layers));
  const rows = [[...factColumns, ...columns].map((column) => inert(column.id))];
  for (const checkpoint of result.checkpoints) {
    for (const layer of checkpoint.layers) {
      rows.push([
        ...factColumns.map((fact) => {
          const text = fact.text(checkpoint, layer);
          return fact.isNumber ? text : inert(text);
        }),
        ...columns.map((column) => exactNumber(column.value(layer))),
      ]);
    }
  }
  return csvOf(rows);
}

/** Rows of fields as CSV by RFC 4180, a text that is not a number made {@link inert} before. */
export function csvOf(rows: readonly (readonly string[])[]): string {
  return rows.map((row) => `${row.map(field).join(",")}\r\n`).join("");
}

/** A text that no spreadsheet takes for a formula, and that moves no cursor. */
export function inert(text: string): string {
  return (/^[=+\-@\t\r\n]/.test(text) ? "'" : "") + plainLines(text);
}

function field(text: string): string {
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
