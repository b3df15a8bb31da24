import { csvOf, inert } from "../../report/csv.ts";
import { exactNumber, formatNumber } from "../../report/format-number.ts";
import type { WeightwatcherRow } from "./details-row.ts";

type Column = keyof WeightwatcherRow;

/** What a person reads first; the rest is in JSON and CSV. */
const shown: readonly Column[] = [
  "layer_id",
  "longname",
  "N",
  "M",
  "alpha",
  "sigma",
  "D",
  "log_norm",
  "log_spectral_norm",
  "stable_rank",
  "matrix_rank",
  "warning",
];

/**
 * Rows as CSV: WeightWatcher's names as heads, null as an empty field; texts are made harmless as in `renderCsv`.
 *
 * @param details - one row at least.
 */
export function renderDetailsCsv(details: readonly WeightwatcherRow[]): string {
  const columns = Object.keys(details[0]!) as Column[];
  const cell = (value: WeightwatcherRow[Column]): string =>
    typeof value === "string" ? inert(value) : exactNumber(value);
  return csvOf([columns, ...details.map((row) => columns.map((column) => cell(row[column])))]);
}

/** The heads and cells of a table for people: a dash for null, and `failed` beside the warning of a failed fit. */
export function detailsTable(details: readonly WeightwatcherRow[]): {
  readonly headings: readonly string[];
  readonly rows: readonly (readonly string[])[];
} {
  const cell = (row: WeightwatcherRow, column: Column): string => {
    const value = row[column];
    if (column === "warning" && row.status === "failed") return `fit failed, ${value}`;
    return typeof value === "string" ? value : formatNumber(value);
  };
  return { headings: shown, rows: details.map((row) => shown.map((column) => cell(row, column))) };
}
