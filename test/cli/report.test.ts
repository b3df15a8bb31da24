import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, expect, test } from "vitest";
import { renderJson } from "../../src/report/json.ts";
import { exampleExperiment } from "../report/example-experiment.ts";
import { exampleMeasurement } from "../report/example-measurement.ts";
import { exampleNoise } from "../report/example-noise.ts";
import { folderForTests, noise, writeModel } from "./models.ts";
import { runMarchenko } from "./run-marchenko.ts";

const folder = folderForTests();
const saved = join(folder, "saved.json");
let table: string;
beforeAll(() => {
  const model = writeModel(folder, "model.safetensors", [noise("fc.weight", [48, 24])]);
  table = runMarchenko(["analyze", model, "-o", saved]).stdout;
});

/** The saved result with a change, as a file of its own. */
function changed(name: string, change: (result: Record<string, unknown>) => void): string {
  const result = JSON.parse(readFileSync(saved, "utf8"));
  change(result);
  const path = join(folder, name);
  writeFileSync(path, JSON.stringify(result));
  return path;
}

test("without -o it prints the table that the analysis printed", () => {
  expect(table).toContain("fc.weight");
  expect(runMarchenko(["report", saved])).toEqual({ code: 0, stdout: table, stderr: "" });
});

test("-o writes a file and names it, and leaves stdout to --format", () => {
  const page = join(folder, "page.html");
  expect(runMarchenko(["report", saved, "-o", page])).toEqual({
    code: 0,
    stdout: "",
    stderr: `wrote ${page}\n`,
  });
  const { stdout } = runMarchenko(["report", saved, "-o", page, "--format", "html"]);
  expect(stdout).toBe(readFileSync(page, "utf8"));
});

test("an output that can't be written is refused before the result is read", () => {
  for (const place of ["absent/page.html", "page.pdf"]) {
    const { code, stderr } = runMarchenko(["report", join(folder, "absent.json"), "-o", join(folder, place)]);
    expect(code).toBe(2);
    expect(stderr).toContain(place);
  }
});

const wrongFiles: readonly (readonly [what: string, path: () => string, message: RegExp])[] = [
  ["a file that does not exist", () => join(folder, "absent.json"), /absent\.json: it does not exist/],
  ["a folder", () => folder, /it is a folder/],
  [
    "a file that is not JSON",
    () => {
      writeFileSync(join(folder, "notes.json"), "hello");
      return join(folder, "notes.json");
    },
    /notes\.json is not JSON/,
  ],
  [
    "half a result",
    () => {
      writeFileSync(join(folder, "half.json"), readFileSync(saved, "utf8").slice(0, 500));
      return join(folder, "half.json");
    },
    /half\.json is not JSON/,
  ],
  ["a checkpoint", () => join(folder, "model.safetensors"), /is not JSON/],
  [
    "JSON of something else",
    () => {
      writeFileSync(join(folder, "other.json"), '["a"]');
      return join(folder, "other.json");
    },
    /other\.json is not a result\. Expected the JSON that `marchenko analyze [^\n]*\.$/m,
  ],
  [
    "a result of another type",
    () => changed("survey.json", (result) => Object.assign(result, { type: "survey" })),
    /is not a result: its type is "survey"\. Expected/,
  ],
  [
    "a later schema",
    () => changed("later.json", (result) => Object.assign(result, { schemaVersion: 2 })),
    /→ at schemaVersion/,
  ],
  [
    "a result with a field of a wrong type deep inside",
    () =>
      changed("wrong.json", (result) => {
        const [{ layers }] = result.checkpoints as [{ layers: Record<string, unknown>[] }];
        layers[0]!.shape = "24 x 16";
      }),
    /→ at checkpoints\[0\]\.layers\[0\]\.shape/,
  ],
];

test.each(wrongFiles)("%s: exit 3, saying what is at fault and what was expected", (_, path, message) => {
  const { code, stdout, stderr } = runMarchenko(["report", path(), "-o", join(folder, "unwritten.html")]);
  expect(code).toBe(3);
  expect(stdout).toBe("");
  expect(stderr).toMatch(message);
  expect(stderr).toContain("Expected the JSON that `marchenko analyze MODEL -o run.json` writes");
  expect(stderr).not.toMatch(/^\s+at /m);
});

/** The first layer of a saved result. */
function layerOf(result: Record<string, unknown>): Record<string, Record<string, unknown>> {
  return (result.checkpoints as [{ layers: [Record<string, Record<string, unknown>>] }])[0].layers[0];
}

test.each(["aspectRatio", "scale"])("a law whose %s is 0 is no result", (name) => {
  const path = changed(`${name}.json`, (result) => {
    layerOf(result).marchenkoPastur![name] = 0;
  });
  const { code, stderr } = runMarchenko(["report", path, "-o", join(folder, "unwritten.html")]);
  expect(code).toBe(3);
  expect(stderr).toContain(`marchenkoPastur.${name}`);
});

test.each([
  ["top", 64],
  ["quantiles", 257],
] as const)("a page is made of %s at the end of float64's range, without a chart", (name, length) => {
  const path = changed(`far-${name}.json`, (result) => {
    layerOf(result).spectrum![name] = Array.from({ length }, () => 1.7e308);
  });
  expect(runMarchenko(["report", path, "-q", "-o", join(folder, "far.html")])).toMatchObject({
    code: 0,
    stderr: "",
  });
});

test("thousands of faults are told by the first few", () => {
  const path = changed("empty-rows.json", (result) => {
    const [checkpoint] = result.checkpoints as [{ layers: unknown[] }];
    checkpoint.layers = Array.from({ length: 1000 }, () => ({}));
  });
  const { code, stderr } = runMarchenko(["report", path]);
  expect(code).toBe(3);
  expect(stderr.split("\n").length).toBeLessThan(20);
  expect(stderr).toMatch(/^and \d+ more$/m);
});

test("a file of the same name as the result's is replaced whole", () => {
  const inPlace = join(folder, "in-place");
  mkdirSync(inPlace);
  const copy = join(inPlace, "run.json");
  writeFileSync(copy, readFileSync(saved));
  expect(runMarchenko(["report", copy, "-o", copy]).code).toBe(0);
  expect(readFileSync(copy, "utf8")).toBe(readFileSync(saved, "utf8"));
});

const others = [
  ["measurement", exampleMeasurement, "a measurement has no ndjson: table, json, csv, markdown, html"],
  ["noise", exampleNoise, "a result of gradient noise has no ndjson: table, json, csv, markdown, html"],
  ["experiment", exampleExperiment, "an experiment has no ndjson: table, json, markdown, html"],
] as const;

test.each(others)("a saved %s becomes a page again, and keeps its bytes as JSON", (kind, make, refusal) => {
  const path = join(folder, `${kind}.json`);
  writeFileSync(path, renderJson(make()));
  const page = join(folder, `${kind}.html`);
  expect(runMarchenko(["report", path, "-o", page])).toEqual({
    code: 0,
    stdout: "",
    stderr: `wrote ${page}\n`,
  });
  expect(readFileSync(page, "utf8")).toContain("<title>");
  expect(runMarchenko(["report", path, "--format", "json"]).stdout).toBe(readFileSync(path, "utf8"));
  const { code, stderr } = runMarchenko(["report", path, "--format", "ndjson"]);
  expect(code).toBe(2);
  expect(stderr).toContain(refusal);
});

test("a folder is no result, and the one in it is named, as experiments write it", () => {
  const own = join(folder, "experiment");
  mkdirSync(own);
  expect(runMarchenko(["report", own]).stderr).not.toMatch(/Did you mean/);
  writeFileSync(join(own, "result.json"), readFileSync(saved));
  const { code, stderr } = runMarchenko(["report", own]);
  expect({ code, stderr }).toEqual({
    code: 3,
    stderr: expect.stringMatching(/is a folder\. Did you mean .*experiment\/result\.json\?/),
  });
});
