import { availableParallelism } from "node:os";
import { expect, test } from "vitest";
import packageJson from "../../package.json" with { type: "json" };
import { testCatalogue } from "../../src/fits/test-catalogue.ts";
import { lawCatalogue } from "../../src/laws/catalogue.ts";
import { measurementQuantities } from "../../src/measure/groups.ts";
import { metricCatalogue } from "../../src/metrics/catalogue.ts";
import { runMarchenko } from "./run-marchenko.ts";

/** The JSON that a list prints. */
function listed(...args: string[]) {
  const { code, stdout, stderr } = runMarchenko([...args, "--format", "json"]);
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  return JSON.parse(stdout);
}

/** First words of a table's lines, below the headings. */
function firstColumn(...args: string[]): string[] {
  const { code, stdout, stderr } = runMarchenko(args);
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  return stdout
    .trimEnd()
    .split("\n")
    .map((line) => line.split(/ {2,}/)[0]!);
}

test("metrics lists every metric and every measured number by id, with its formula, meaning and source", () => {
  const rows: Record<string, string>[] = listed("metrics");
  const ids = [...metricCatalogue, ...measurementQuantities].map(({ id }) => id);
  expect(rows.map(({ id }) => id)).toEqual(ids);
  for (const row of rows) {
    for (const field of ["title", "symbol", "unit", "formula", "meaning", "source"]) {
      expect(row[field], `${row.id} ${field}`).toMatch(/\S/);
    }
  }
  expect(firstColumn("metrics")).toEqual(["id", ...ids]);
});

test("laws lists every law, and every test that rests on one, with formula and source", () => {
  const rows: Record<string, unknown>[] = listed("laws");
  expect(rows.map(({ id }) => id)).toEqual([...lawCatalogue, ...testCatalogue].map(({ id }) => id));
  for (const row of rows) {
    expect(row.formula).toMatch(/\S/);
    expect(row.source).toMatch(/\d{4}/);
  }
  const names = (entries: readonly { readonly name: string }[]) => entries.map(({ name }) => name);
  expect(firstColumn("laws").filter((cell) => cell !== "")).toEqual([
    "law",
    ...names(lawCatalogue),
    "test or estimator",
    ...names(testCatalogue),
  ]);
});

test("env says what a bug report needs", () => {
  expect(listed("env")).toMatchObject({
    marchenko: packageJson.version,
    node: process.version,
    cores: availableParallelism(),
    formats: expect.stringContaining("safetensors"),
  });
  expect(firstColumn("env")).toEqual(Object.keys(listed("env")));
});

test("a pipe gets a list with a line for every entry, however long", () => {
  const { stdout } = runMarchenko(["metrics"], { env: { COLUMNS: "40" } });
  expect(stdout.trimEnd().split("\n")).toHaveLength(metricCatalogue.length + 1);
});
