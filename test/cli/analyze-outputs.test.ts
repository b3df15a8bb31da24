import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { analysisResultSchema } from "../../src/analysis/result.ts";
import { folderForTests, mixedModel, writeModel } from "./models.ts";
import { type Run, runMarchenko } from "./run-marchenko.ts";

const folder = folderForTests();
const model = writeModel(folder, "mixed.safetensors", mixedModel());
const isRoot = process.getuid?.() === 0;

describe("all formats at once", () => {
  const out = join(folder, "out");
  const files = ["json", "ndjson", "csv", "parquet", "md", "html"].map((extension) =>
    join(out, `run.${extension}`),
  );
  const text = (extension: string) => readFileSync(join(out, `run.${extension}`), "utf8");
  let run: Run;
  beforeAll(() => {
    mkdirSync(out);
    run = runMarchenko(["analyze", model, "--no-progress", ...files.flatMap((file) => ["-o", file])]);
  });

  test("every file is written and named, and nothing else is left in the folder", () => {
    expect(run.code).toBe(0);
    expect(readdirSync(out).sort()).toEqual([
      "run.csv",
      "run.html",
      "run.json",
      "run.md",
      "run.ndjson",
      "run.parquet",
    ]);
    expect(run.stderr.match(/^wrote .*$/gm)).toEqual(files.map((file) => `wrote ${file}`));
  });

  test("stdout still gets the answer", () => {
    expect(run.stdout).toMatch(/analysed matrices/);
  });

  test("each file is of the format that its extension says", () => {
    const { layers } = analysisResultSchema.parse(JSON.parse(text("json"))).checkpoints[0]!;
    const lines = text("ndjson").trimEnd().split("\n");
    expect(lines.map((line) => JSON.parse(line).layer)).toEqual(layers.map(({ layer }) => layer));
    expect(text("csv").trimEnd().split(/\r?\n/)).toHaveLength(layers.length + 1);
    expect(text("parquet").slice(0, 4)).toBe("PAR1");
    expect(text("md")).toMatch(/^# /);
    expect(text("html")).toMatch(/^<!doctype html>/i);
  });
});

test("an extension in capitals counts", () => {
  const file = join(folder, "RUN.JSON");
  expect(runMarchenko(["analyze", model, "-q", "-o", file]).code).toBe(0);
  expect(JSON.parse(readFileSync(file, "utf8"))).toHaveProperty("type", "analysis");
});

/** Places that can't be written, and what is said of them. The model is absent: reading it would say so. */
const refused: readonly (readonly [place: string, message: RegExp])[] = [
  ["run.pdf", /extension: use one of \.json, \.ndjson, \.csv, \.parquet, \.md, \.html/],
  ["run", /extension: use one of/],
  ["absent/run.json", /the folder .*absent does not exist, make it first/],
  ["mixed.safetensors/run.json", /mixed\.safetensors is not a folder/],
  ["folder.json", /it is a folder, name a file in it/],
];

test.each(refused)("-o %s is wrong usage, said before any work", (place, message) => {
  mkdirSync(join(folder, "folder.json"), { recursive: true });
  const absent = join(folder, "absent.safetensors");
  const good = join(folder, "unwritten.json");
  const { code, stdout, stderr } = runMarchenko([
    ...["analyze", absent, "-o", good, "-o", join(folder, place)],
  ]);
  expect(code).toBe(2);
  expect(stdout).toBe("");
  expect(stderr).toMatch(message);
  expect(stderr).not.toMatch(/^\s+at /m);
  expect(existsSync(good)).toBe(false);
});

test.skipIf(!existsSync("/proc/self"))("a folder that takes no files is found out before any work", () => {
  const { code, stderr } = runMarchenko(["analyze", join(folder, "absent"), "-o", "/proc/run.json"]);
  expect(code).toBe(2);
  expect(stderr).toMatch(/^marchenko: can't write \/proc\/run\.json: .*write elsewhere\n$/);
});

test.skipIf(isRoot)("a folder or file without permission to write is found out before any work", () => {
  const locked = join(folder, "locked");
  mkdirSync(locked);
  chmodSync(locked, 0o500);
  const kept = join(folder, "kept.json");
  writeFileSync(kept, "mine");
  chmodSync(kept, 0o400);
  for (const place of [join(locked, "run.json"), kept]) {
    const { code, stderr } = runMarchenko(["analyze", join(folder, "absent"), "-o", place]);
    expect(code).toBe(2);
    expect(stderr).toMatch(/no permission/);
  }
  expect(readFileSync(kept, "utf8")).toBe("mine");
});

test("a failed analysis leaves an older result as it was", () => {
  const file = join(folder, "older.json");
  writeFileSync(file, "older");
  const { code } = runMarchenko(["analyze", model, "--include", "nothing*", "-o", file]);
  expect(code).toBe(5);
  expect(readFileSync(file, "utf8")).toBe("older");
});
