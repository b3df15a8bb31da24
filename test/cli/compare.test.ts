import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { folderForTests, noise, writeModel } from "./models.ts";
import { runMarchenko } from "./run-marchenko.ts";

const folder = folderForTests();
const names = ["blocks.0.mlp.fc1.weight", "blocks.0.mlp.fc2.weight", "blocks.1.mlp.fc1.weight"];
const base = names.map((name) => noise(name, [64, 32]));
const tuned = base.map((tensor, i) => ({
  ...tensor,
  data: Float64Array.from(tensor.data as Float64Array, (entry) => entry + (i === 1 ? 0.05 : 0)),
}));
writeModel(folder, "base.safetensors", base);
writeModel(folder, "tuned.safetensors", tuned);

/** The JSON without what may differ between equal runs. */
function resultIn(name: string) {
  const result = JSON.parse(readFileSync(join(folder, name), "utf8"));
  result.provenance.run = {};
  return result;
}

describe("compare of two checkpoints", () => {
  let stdout = "";
  let stderr = "";
  beforeAll(() => {
    const files = ["json", "md", "html", "csv"].flatMap((extension) => ["-o", `moved.${extension}`]);
    const run = runMarchenko(["compare", "base.safetensors", "tuned.safetensors", ...files], { cwd: folder });
    expect(run.code).toBe(0);
    ({ stdout, stderr } = run);
  });

  test("answers on one screen: which layer moved, how far, how the metrics moved", () => {
    expect(stdout).toMatch(
      /^≠ 1 of 3 layers moved, by [\d.]+ % of its norm \(rounding makes [\d.e-]+ % at most\),\s/,
    );
    expect(stdout).toContain("blocks.0.mlp.fc2.weight most; 2 are identical.");
    expect(stdout).toMatch(/^blocks\.0\.mlp\.fc2\.weight +[\d.]+ % /m);
    expect(stdout).toMatch(/^Stable rank .* 1 +0 +2 +0$/m);
    const lines = stdout.split("\n");
    expect(lines.length).toBeLessThanOrEqual(24);
    for (const line of lines) expect(line.length).toBeLessThanOrEqual(100);
    expect(stderr).toContain("wrote moved.html");
  });

  test("is the same for any number of workers, and rendered again by report", () => {
    const args = [
      "compare",
      "base.safetensors",
      "tuned.safetensors",
      "-q",
      "--workers",
      "1",
      "-o",
      "again.json",
    ];
    expect(runMarchenko(args, { cwd: folder })).toEqual({ code: 0, stdout: "", stderr: "" });
    expect(resultIn("again.json")).toEqual(resultIn("moved.json"));
    const again = runMarchenko(["report", "moved.json", "--format", "csv"], { cwd: folder });
    expect(again.stdout).toBe(readFileSync(join(folder, "moved.csv"), "utf8"));
  });

  test("every format tells the layer that moved", () => {
    for (const extension of ["md", "html", "csv"]) {
      const text = readFileSync(join(folder, `moved.${extension}`), "utf8");
      expect(text).toContain(
        "blocks.0.mlp.fc2.weight".replaceAll(".", extension === "html" ? ".<wbr>" : "."),
      );
    }
    const rows = readFileSync(join(folder, "moved.csv"), "utf8").trimEnd().split("\r\n");
    expect(rows).toHaveLength(4);
    const widths = rows.map((row) => row.split(",").length);
    expect(new Set(widths).size).toBe(1);
    expect(rows[1]).toMatch(/^blocks\.0\.mlp\.fc2\.weight,/);
  });

  test("has a published schema, which package.json exports", () => {
    const schema = JSON.parse(readFileSync("dist/schema/comparison.json", "utf8"));
    expect(schema.properties.type.const).toBe("comparison");
    const { exports } = JSON.parse(readFileSync("package.json", "utf8"));
    expect(existsSync(exports["./schema/comparison.json"])).toBe(true);
  });
});

test("saved results are compared, and what can't be says why", () => {
  const analyze = (name: string) =>
    expect(
      runMarchenko(["analyze", `${name}.safetensors`, "-q", "-o", `${name}.json`], { cwd: folder }).code,
    ).toBe(0);
  analyze("base");
  analyze("tuned");
  const { code, stdout } = runMarchenko(["compare", "base.json", "tuned.json"], { cwd: folder });
  expect(code).toBe(0);
  expect(stdout).toMatch(/^≠ 1 of 3 layers moved, by [\d.]+ % of its norm at least, by the spectra/);

  const refused = (code: number, ...args: string[]) => {
    const run = runMarchenko(["compare", ...args], { cwd: folder });
    expect({ code: run.code, stdout: run.stdout }).toEqual({ code, stdout: "" });
    return run.stderr;
  };
  expect(refused(3, "base.json", "missing.json")).toContain("missing.json does not exist");
  expect(refused(2, "base.json", "tuned.json", "-o", "x.ndjson")).toContain(
    "compare writes .json, .csv, .md, .html, not x.ndjson",
  );
  expect(refused(5, "base.json", "tuned.json", "--include", "nothing*")).toContain("nothing to compare");
  expect(refused(2, "base.json")).toContain("missing required argument 'b'");
});
