import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { runMarchenko } from "./run-marchenko.ts";

const folder = mkdtempSync(join(tmpdir(), "marchenko-follow-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test("a series is followed, and its saved result renders the page again", () => {
  const [json, page, again] = ["a.json", "a.html", "b.html"].map((name) => join(folder, name)) as [
    string,
    string,
    string,
  ];
  const run = runMarchenko([
    "analyze",
    "data/example-series",
    "--follow-spikes",
    "-q",
    "-o",
    json,
    "-o",
    page,
  ]);
  expect(run.stderr).toBe("");
  expect(run.code).toBe(0);
  const result = JSON.parse(readFileSync(json, "utf8"));
  expect(result.type).toBe("analysis");
  expect(result.followedSpikes.length).toBeGreaterThan(20);
  expect(result.provenance.configuration.followSpikes).toBe(true);
  expect(runMarchenko(["report", json, "-o", again]).code).toBe(0);
  expect(readFileSync(again, "utf8")).toBe(readFileSync(page, "utf8"));
});

test("one checkpoint, estimates and another tool's rows can't be followed: that is said first", () => {
  const one = "data/example-series/step-000000";
  const single = runMarchenko(["analyze", one, "--follow-spikes"]);
  expect([single.code, single.stdout]).toEqual([2, ""]);
  expect(single.stderr).toMatch(/series of at least 2 checkpoints, got one/);
  const estimated = runMarchenko([
    "analyze",
    "data/example-series",
    "--follow-spikes",
    "--method",
    "lanczos",
  ]);
  expect(estimated.code).toBe(2);
  expect(estimated.stderr).toContain("--method lanczos");
  const compat = runMarchenko(["analyze", one, "--follow-spikes", "--compat", "weightwatcher"]);
  expect(compat.code).toBe(2);
  expect(compat.stderr).toContain("--follow-spikes");
});
