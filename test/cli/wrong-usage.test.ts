import { expect, test } from "vitest";
import { folderForTests, noise, writeModel } from "./models.ts";
import { runMarchenko } from "./run-marchenko.ts";

const folder = folderForTests();
const model = "small.safetensors";
writeModel(folder, model, [noise("fc.weight", [12, 8])]);

const wrong: readonly (readonly [args: readonly string[], message: RegExp])[] = [
  [["analyze", model, "--incldue", "x"], /unknown option '--incldue'\n\(Did you mean --include\?\)/],
  [["analyze", model, "--seeds", "1"], /Did you mean --seed\?/],
  [["inspect", model, "--hsah"], /Did you mean --hash\?/],
  [["analyse", model], /unknown command 'analyse'\n\(Did you mean analyze\?\)/],
  [["frobnicate"], /unknown command 'frobnicate'/],
  [["--frobnicate"], /unknown option '--frobnicate'/],
  [["analyze"], /missing required argument 'path'/],
  [["inspect"], /missing required argument 'path'/],
  [["report"], /missing required argument 'result\.json'/],
  [["metrics", "extra"], /too many arguments/],
  [["analyze", model, "--workers", "0"], /'0' is invalid\. Expected a whole number of at least 1/],
  [["analyze", model, "--workers", "x"], /'x' is invalid\. Expected a whole number of at least 1/],
  [["analyze", model, "--workers", "1.5"], /Expected a whole number of at least 1/],
  [["analyze", model, "--workers", "-1"], /Expected a whole number of at least 1/],
  [["analyze", model, "--seed", "x"], /'x' is invalid\. Expected a whole number/],
  [["analyze", model, "--seed", ""], /'' is invalid\. Expected a whole number/],
  [["analyze", model, "--seed", "0x10"], /Expected a whole number/],
  [["analyze", model, "--seed", "12345678901234567890"], /at most 15 digits/],
  [["analyze", model, "--comparable-alpha", "7"], /nothing or a whole number of at least 8/],
  [["analyze", "--comparable-alpha", model], /write the path before the option/],
  [["analyze", model, "--include"], /'--include <glob>' argument missing/],
  [["analyze", model, "--include", ""], /pattern .*got 0/],
  [
    ["analyze", model, "--format", "xml"],
    /Allowed choices are table, json, ndjson, csv, parquet, markdown, html/,
  ],
  [["analyze", model, "--dry-run", "--format", "csv"], /--dry-run prints table or json, not csv/],
  [["inspect", model, "--format", "csv"], /Allowed choices are table, json/],
];

test.each(wrong)("%j is wrong usage: exit 2, a line that says what is wrong, no data", (args, message) => {
  const { code, stdout, stderr } = runMarchenko(args, { cwd: folder });
  expect(stderr).toMatch(message);
  expect(stderr).toMatch(/^marchenko: /);
  expect(stderr).not.toMatch(/^\s+at /m);
  expect(stdout).toBe("");
  expect(code).toBe(2);
});

test("no command at all shows the help, as talk, and is wrong usage", () => {
  const { code, stdout, stderr } = runMarchenko([]);
  expect(code).toBe(2);
  expect(stdout).toBe("");
  expect(stderr).toContain("Usage: marchenko");
});

test("more worker threads than the machine could hold are cut down", () => {
  const { code, stdout } = runMarchenko(["analyze", model, "--workers", "100000", "--format", "json"], {
    cwd: folder,
  });
  expect(code).toBe(0);
  const { workers } = JSON.parse(stdout).provenance.run;
  expect(workers).toBeGreaterThan(0);
  expect(workers).toBeLessThan(100000);
});

test("a negative seed is a seed", () => {
  const { code, stdout } = runMarchenko(["analyze", model, "--seed", "-7", "--format", "json"], {
    cwd: folder,
  });
  expect(code).toBe(0);
  expect(JSON.parse(stdout).provenance.seed).toBe(-7);
});
