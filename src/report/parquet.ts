import type { AnalysisResult } from "../analysis/result.ts";
import { version } from "../analysis/version.ts";
import { columnsOf } from "./columns.ts";
import { factColumns } from "./layer-facts.ts";

/**
 * A result as Parquet: the columns of the CSV, one row a layer of every checkpoint, skipped ones too.
 *
 * Names are as they are, since no reader of Parquet takes a text for a formula. Texts are UTF-8, whole numbers INT64,
 * all others DOUBLE, bit for bit; what a layer has not is null.
 *
 * @param result - the result of an analysis.
 * @returns the bytes of the file, pages compressed by Snappy; the heads are metric ids.
 * @source Apache Parquet, "File Format" (github.com/apache/parquet-format).
 */
export async function renderParquet(result: AnalysisResult): Promise<Uint8Array> {
  const { parquetWriteBuffer } = await import("hyparquet-writer");
  const rows = result.checkpoints.flatMap((checkpoint) =>
    checkpoint.layers.map((layer) => ({ checkpoint, layer })),
  );
  const facts = factColumns.map(({ id, isNumber, text }) => {
    const texts = rows.map(({ checkpoint, layer }) => text(checkpoint, layer) || null);
    return isNumber
      ? { name: id, type: "INT64" as const, data: texts.map(wholeNumber) }
      : { name: id, type: "STRING" as const, data: texts };
  });
  const numbers = columnsOf(rows.map(({ layer }) => layer)).map(({ id, value }) => ({
    name: id,
    type: "DOUBLE" as const,
    data: rows.map(({ layer }) => value(layer)),
  }));
  const columnData = [...facts, ...numbers].map((column) => ({ ...column, nullable: true }));
  return new Uint8Array(parquetWriteBuffer({ columnData, createdBy: `marchenko version ${version}` }));
}

/** A whole number that INT64 holds; null of any other, which a result that somebody else has written may have. */
function wholeNumber(text: string | null): bigint | null {
  const value = Number(text ?? Number.NaN);
  return Number.isSafeInteger(value) ? BigInt(value) : null;
}
