import { mkdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { folderForTests, mixedModel, writeModel } from "./models.ts";
import { runMarchenko } from "./run-marchenko.ts";

const folder = folderForTests();
const extensions = ["json", "html", "csv", "md", "ndjson"] as const;
type Texts = Readonly<Record<(typeof extensions)[number], string>>;

/** What an analysis of the input writes, in every format. */
function written(name: string, input: string, options: readonly string[]): Texts {
  const out = join(folder, name);
  mkdirSync(out);
  const files = extensions.map((extension) => join(out, `run.${extension}`));
  const { code, stderr } = runMarchenko([
    "analyze",
    input,
    "-q",
    ...options,
    ...files.flatMap((f) => ["-o", f]),
  ]);
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  return Object.fromEntries(extensions.map((one, i) => [one, readFileSync(files[i]!, "utf8")])) as Texts;
}

/** The JSON as it is written, but for the part that may differ between equal runs. */
function withoutRun(json: string): string {
  const start = json.indexOf('    "run": {');
  const end = json.indexOf("}", start);
  expect(start).toBeGreaterThan(0);
  return json.slice(0, start) + json.slice(end);
}

const inputs = {
  "a series": resolve("data/example-series"),
  "a model of all kinds of layers": writeModel(folder, "mixed.safetensors", mixedModel()),
};

describe.each(Object.entries(inputs))("%s", (title, input) => {
  let first: Texts;
  beforeAll(() => {
    first = written(`${title}-1`, input, ["--seed", "3", "--workers", "1"]);
  });

  test.each([1, 2, 3])("written again with --workers %i, every file has the same bytes", (workers) => {
    const again = written(`${title}-again-${workers}`, input, ["--seed", "3", "--workers", `${workers}`]);
    expect(withoutRun(again.json)).toBe(withoutRun(first.json));
    for (const extension of ["html", "csv", "md", "ndjson"] as const) {
      expect(again[extension] === first[extension], `run.${extension} is the same`).toBe(true);
    }
  });

  test("another seed changes what rests on simulated noise, and no measurement of the weights", () => {
    const other = written(`${title}-other`, input, ["--seed", "4", "--workers", "2"]);
    expect(withoutRun(other.json)).not.toBe(withoutRun(first.json));
    const spectra = ({ json }: Texts) =>
      JSON.parse(json).checkpoints.flatMap(({ layers }: { layers: { spectrum: unknown }[] }) =>
        layers.map(({ spectrum }) => spectrum),
      );
    expect(spectra(other)).toEqual(spectra(first));
  });

  test("a saved result renders to the same bytes as the analysis wrote", () => {
    const saved = join(folder, `${title}-1`, "run.json");
    const names = ["html", "csv", "md", "ndjson", "json"] as const;
    const files = names.map((extension) => join(folder, `${title}.${extension}`));
    const { code } = runMarchenko(["report", saved, ...files.flatMap((file) => ["-o", file])]);
    expect(code).toBe(0);
    for (const [i, extension] of names.entries()) {
      expect(readFileSync(files[i]!, "utf8") === first[extension], `${extension} is the same`).toBe(true);
    }
  });
});
