import { readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { gateResultSchema } from "../../src/gate/result.ts";
import { folderForTests, noise, writeModel } from "./models.ts";
import { runMarchenko } from "./run-marchenko.ts";

const folder = folderForTests();
const tensors = [noise("blocks.0.mlp.fc1.weight", [64, 32]), noise("blocks.0.attn.q.weight", [32, 32])];
writeModel(folder, "base.safetensors", tensors);
writeModel(
  folder,
  "hostile`|name.safetensors",
  tensors.map((tensor, i) => (i === 0 ? { ...tensor, name: "mlp.`|<b>\u001b[31m=x" } : tensor)),
);

const run = (...args: string[]) => runMarchenko(["gate", ...args], { cwd: folder });

beforeAll(() => {
  for (const name of ["base", "hostile`|name"]) {
    const { code } = runMarchenko(["analyze", `${name}.safetensors`, "-q", "-o", `${name}.json`], {
      cwd: folder,
    });
    expect(code).toBe(0);
  }
});

describe("exit codes", () => {
  test.each([
    ["0 where nothing holds", 0, ["base.json", "--fail-on", "metrics.stableRank < 1"]],
    ["4 where an expression holds", 4, ["base.json", "--fail-on", "metrics.stableRank > 1"]],
    [
      "4 where one of several holds",
      4,
      ["base.json", "--fail-on", "concentration.rank < 0", "metrics.stableRank > 1"],
    ],
    ["4 for a glob without a match", 4, ["base.json", "--fail-on", "*.conv.*:metrics.stableRank < 1"]],
    ["0 where nothing is reliable", 0, ["base.json", "--fail-on", "powerLaw.alpha < 100"]],
    ["2 for an unknown metric", 2, ["base.json", "--fail-on", "metrics.stableRnak < 1"]],
    ["2 for what is no expression", 2, ["base.json", "--fail-on", "metrics.stableRank"]],
    ["2 without an expression", 2, ["base.json"]],
    ["2 for a difference without a baseline", 2, ["base.json", "--fail-on", "delta(metrics.stableRank) < 0"]],
    [
      "2 where the expressions have swallowed the result",
      2,
      ["--fail-on", "metrics.stableRank < 1", "base.json"],
    ],
    [
      "2 for a format it does not write",
      2,
      ["base.json", "--fail-on", "metrics.stableRank < 1", "-o", "x.html"],
    ],
    ["3 for a result that is not there", 3, ["missing.json", "--fail-on", "metrics.stableRank < 1"]],
    [
      "0 against itself",
      0,
      ["base.json", "--baseline", "base.json", "--fail-on", "delta(metrics.stableRank) != 0"],
    ],
  ] as const)("%s", (_, code, args) => {
    const { code: found, stderr } = run(...args);
    expect({ code: found, stderr }).toEqual({ code, stderr: expect.any(String) });
    if (code !== 0) expect(stderr).toMatch(/^marchenko: /m);
  });

  test("messages say what to do", () => {
    expect(run("base.json", "--fail-on", "alpha < 2").stderr).toContain("Did you mean powerLaw.alpha");
    expect(run("--fail-on", "a < 1", "base.json").stderr).toContain("has taken base.json for an expression");
    expect(run("base.json", "--fail-on", "x < 1 2").stderr).toContain("expected [GLOB:]METRIC OP NUMBER");
  });
});

test("the table says what holds where, and what was not judged", () => {
  const { stdout, stderr } = run(
    "base.json",
    "--fail-on",
    "*.mlp.*:concentration.ratio > 2",
    "--fail-on",
    "powerLaw.alpha < 9",
  );
  expect(stdout).toMatch(
    /^✗ The gate has failed: 1 of 2 expressions hold; 2 layers could not be judged by some\.$/m,
  );
  expect(stdout).toMatch(/^✗ +\*\.mlp\.\*:concentration\.ratio > 2 +1 +1 +0$/m);
  expect(stdout).toMatch(/^✓ +powerLaw\.alpha < 9 +2 +0 +2$/m);
  expect(stdout).toMatch(/^blocks\.0\.mlp\.fc1\.weight +concentration\.ratio +[\d.]+ +> 2$/m);
  expect(stdout).toMatch(/no reliable power law/);
  expect(stderr).toContain("marchenko: The gate has failed");
});

test("an expression that matches no layer is counted as one", () => {
  const { stdout } = run("base.json", "--fail-on", "nothing*:metrics.stableRank > 1");
  expect(stdout).toMatch(/^✗ The gate has failed: 1 expression matches no layer\.$/m);
});

describe("files", () => {
  const files = ["found.json", "found.md", "found.sarif"];
  beforeAll(() => {
    const { code } = run(
      "base.json",
      "-q",
      ...["--fail-on", "metrics.stableRank > 1", "nothing*:metrics.stableRank > 1", "powerLaw.alpha < 9"],
      ...files.flatMap((file) => ["-o", file]),
    );
    expect(code).toBe(4);
  });

  test("JSON is as its schema has it, and report renders it again", () => {
    const found = JSON.parse(readFileSync(join(folder, "found.json"), "utf8"));
    expect(gateResultSchema.safeParse(found).error?.issues ?? []).toEqual([]);
    const again = runMarchenko(["report", "found.json", "-o", "again.sarif"], { cwd: folder });
    expect(again.code).toBe(0);
    expect(readFileSync(join(folder, "again.sarif"), "utf8")).toBe(
      readFileSync(join(folder, "found.sarif"), "utf8"),
    );
  });

  test("SARIF has a rule an expression, an error where it holds, an open result where it is not judged", () => {
    const log = JSON.parse(readFileSync(join(folder, "found.sarif"), "utf8"));
    expect([log.version, log.runs.length]).toEqual(["2.1.0", 1]);
    const [{ tool, results, invocations }] = log.runs;
    expect(tool.driver.rules.map(({ id }: { id: string }) => id)).toEqual([
      "metrics.stableRank > 1",
      "nothing*:metrics.stableRank > 1",
      "powerLaw.alpha < 9",
    ]);
    expect(invocations[0].exitCode).toBe(4);
    const kinds = results.map(({ kind, level, ruleIndex }: Record<string, unknown>) => [
      ruleIndex,
      kind,
      level,
    ]);
    expect(kinds).toEqual([
      [0, "fail", "error"],
      [0, "fail", "error"],
      [1, "fail", "error"],
      [2, "open", "none"],
      [2, "open", "none"],
    ]);
    for (const each of results) {
      expect(each.ruleId).toBe(tool.driver.rules[each.ruleIndex].id);
      expect(each.message.text).toMatch(/\S/);
      expect(each.locations[0].physicalLocation.artifactLocation.uri).toBe("base.json");
    }
    expect(results[0].locations[0].logicalLocations[0].name).toBe("blocks.0.mlp.fc1.weight");
  });

  test("hostile names are text in all of them", () => {
    const { code, stdout } = run(
      "hostile`|name.json",
      "--fail-on",
      "metrics.stableRank > 1",
      "-o",
      "h.md",
      "-o",
      "h.sarif",
    );
    expect(code).toBe(4);
    expect(stdout).not.toContain("\u001b");
    const text = readFileSync(join(folder, "h.md"), "utf8");
    expect(text).not.toContain("\u001b");
    expect(text).not.toMatch(/^- mlp/m);
    const log = JSON.parse(readFileSync(join(folder, "h.sarif"), "utf8"));
    const { uri } = log.runs[0].results[0].locations[0].physicalLocation.artifactLocation;
    expect(decodeURI(uri)).toBe("hostile`|name.json");
    expect(uri).not.toMatch(/[`| ]/);
  });
});
