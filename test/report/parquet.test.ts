import { parquetMetadata, parquetReadObjects } from "hyparquet";
import { describe, expect, test } from "vitest";
import { version } from "../../src/analysis/version.ts";
import type { AnalysisResult } from "../../src/index.ts";
import { columnsOf } from "../../src/report/columns.ts";
import { factColumns } from "../../src/report/layer-facts.ts";
import { renderParquet } from "../../src/report/parquet.ts";
import { exampleResult, exampleSeries } from "./example-result.ts";

async function read(result: AnalysisResult): Promise<Record<string, unknown>[]> {
  return await parquetReadObjects({ file: (await renderParquet(result)).slice().buffer });
}

describe.each([
  ["one checkpoint", exampleResult],
  ["a series", exampleSeries],
])("Parquet of %s", (_, example) => {
  const result = example();
  const layers = result.checkpoints.flatMap((checkpoint) => checkpoint.layers);
  const columns = columnsOf(layers);

  test("has the columns of the CSV, in their order", async () => {
    const [first] = await read(result);
    expect(Object.keys(first!)).toEqual([...factColumns, ...columns].map(({ id }) => id));
  });

  test("gives every number back as the same double, and null for none", async () => {
    const rows = await read(result);
    expect(rows).toHaveLength(layers.length);
    for (const [i, layer] of layers.entries()) {
      for (const { id, value } of columns)
        expect(rows[i]![id] ?? null, `${layer.layer} ${id}`).toBe(value(layer));
    }
  });

  test("gives every text back, whole numbers as such, and null for none", async () => {
    const rows = await read(result);
    const pairs = result.checkpoints.flatMap((checkpoint) =>
      checkpoint.layers.map((layer) => ({ checkpoint, layer })),
    );
    for (const [i, { checkpoint, layer }] of pairs.entries()) {
      for (const { id, isNumber, text } of factColumns) {
        const expected = text(checkpoint, layer);
        const got = rows[i]![id] ?? null;
        if (isNumber && got !== null) expect(typeof got).toBe("bigint");
        expect(got === null ? "" : String(got), id).toBe(expected);
      }
    }
  });
});

test("names that a spreadsheet would compute are as they are", async () => {
  const result = structuredClone(exampleResult());
  result.checkpoints[0]!.layers[0]!.layer = "=1+1\u0000\n__proto__ ü";
  expect((await read(result))[0]!.layer).toBe("=1+1\u0000\n__proto__ ü");
});

test("a step that is no whole number, or too large for one, is null", async () => {
  for (const [step, expected] of [
    [1e21, null],
    [2.5, null],
    [-3, -3n],
  ] as const) {
    const result = structuredClone(exampleResult());
    result.checkpoints[0]!.step = step;
    expect((await read(result))[0]!.step ?? null).toBe(expected);
  }
});

test("the same result has the same bytes, which say what wrote them", async () => {
  const bytes = await renderParquet(exampleResult());
  expect(await renderParquet(exampleResult())).toEqual(bytes);
  expect(parquetMetadata(bytes.slice().buffer).created_by).toBe(`marchenko version ${version}`);
});
