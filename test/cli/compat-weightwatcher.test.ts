import { once } from "node:events";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { weightwatcherDetails } from "../../src/index.ts";
import { killAfterEach, underWay } from "./journals.ts";
import { filled, folderForTests, mixedModel, noise, writeModel } from "./models.ts";
import { runMarchenko } from "./run-marchenko.ts";

const folder = folderForTests();
const model = writeModel(folder, "mixed.safetensors", [...mixedModel(), noise("conv.weight", [16, 8, 3, 3])]);
const compat = ["--compat", "weightwatcher"];
killAfterEach();

test("JSON is an array of the library's rows, by any number of workers", async () => {
  const { details } = await weightwatcherDetails(model);
  for (const workers of ["1", "2"]) {
    const { code, stdout } = runMarchenko([
      "analyze",
      model,
      ...compat,
      "--workers",
      workers,
      "--format",
      "json",
    ]);
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toEqual(details);
  }
});

test("files by their extension, the answer on stdout, talk on stderr", () => {
  const [json, csv] = [join(folder, "x.json"), join(folder, "x.csv")];
  const { code, stdout, stderr } = runMarchenko(["analyze", model, ...compat, "-o", json, "-o", csv]);
  expect(code).toBe(0);
  const rows = JSON.parse(readFileSync(json, "utf8"));
  const lines = readFileSync(csv, "utf8").trimEnd().split("\r\n");
  expect(lines[0]).toBe(Object.keys(rows[0]).join(","));
  expect(lines.length).toBe(rows.length + 1);
  expect(stdout).toMatch(/^layer_id +longname +N +M +alpha/);
  expect(stdout.trimEnd().split("\n").length).toBe(rows.length + 1);
  expect(stderr).toContain(`wrote ${json}\nwrote ${csv}\n`);
  // A bias, NaN, and a row of one value; zeros and a constant have rows.
  expect(stderr).toMatch(
    /^3 of 11 tensors left out: 1 whose name does not end in \.weight, 1 with fewer than 10 eigenvalues, 1 with NaN or infinite entries$/m,
  );
  expect(stderr).toMatch(/^2 fits failed, which WeightWatcher calls over-trained$/m);
  expect(existsSync(`${json}.partial.ndjson`)).toBe(false);
});

test("--include and --exclude choose rows", () => {
  const args = ["--include", "blocks.*", "--exclude", "*fc1*", "--format", "json", "-q"];
  const { stdout, stderr } = runMarchenko(["analyze", model, ...compat, ...args]);
  expect(stderr).toBe("");
  expect(JSON.parse(stdout).map((row: { name: string }) => row.name)).toEqual([
    "blocks.0.attn.q_proj",
    "blocks.1.mlp.fc2",
  ]);
});

const series = join(folder, "series");
mkdirSync(series);
for (const step of [100, 200]) writeModel(series, `step-${step}.safetensors`, [noise("a.weight", [12, 12])]);

describe("wrong usage is exit 2, said in a line and before any work", () => {
  test.each([
    [["--spectra"], /--spectra can't be had with --compat weightwatcher/],
    [["--dry-run"], /--dry-run can't be had with/],
    [["--method", "lanczos"], /lanczos estimates/],
    [["--format", "html"], /prints table, json, csv, not html/],
    [["--format", "ndjson"], /prints table, json, csv, not ndjson/],
    [["-o", join(folder, "x.html")], /writes \.json and \.csv, not .*x\.html/],
    [["-o", join(folder, "x.md")], /writes \.json and \.csv/],
    [["--max-memory", "1k"], /takes .* more than the 1 kB of --max-memory/],
  ])("%j", (args, message) => {
    const { code, stdout, stderr } = runMarchenko(["analyze", model, ...compat, ...args]);
    expect(stderr).toMatch(message);
    expect(stderr).toMatch(/^marchenko: /);
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
  });

  test("a tool that there is no walk of", () => {
    const { code, stderr } = runMarchenko(["analyze", model, "--compat", "pyhessian"]);
    expect(stderr).toMatch(/Allowed choices are weightwatcher/);
    expect(code).toBe(2);
  });

  test("several checkpoints, as a series or one by one", () => {
    for (const paths of [[series], [model, model]]) {
      const { code, stderr } = runMarchenko(["analyze", ...paths, ...compat]);
      expect(stderr).toMatch(/rows are of one checkpoint, got 2/);
      expect(code).toBe(2);
    }
  });
});

test("nothing to analyse is exit 5 and says why", () => {
  const bias = writeModel(folder, "bias.safetensors", [noise("a.bias", [12]), filled("b.weight", [3, 3], 1)]);
  const { code, stdout, stderr } = runMarchenko(["analyze", bias, ...compat]);
  expect(stderr).toMatch(
    /of 2 tensors 1 whose name does not end in \.weight, 1 with fewer than 10 eigenvalues/,
  );
  expect({ code, stdout }).toEqual({ code: 5, stdout: "" });
});

test("input that can't be read is exit 3", () => {
  const torn = join(folder, "torn.safetensors");
  writeFileSync(torn, readFileSync(model).subarray(0, -10));
  for (const path of [torn, join(folder, "absent.safetensors")]) {
    const { code, stdout } = runMarchenko(["analyze", path, ...compat]);
    expect({ code, stdout }).toEqual({ code: 3, stdout: "" });
  }
});

test("an interrupt keeps the finished rows and says where", async () => {
  const long = writeModel(
    folder,
    "long.safetensors",
    Array.from({ length: 60 }, (_, i) => noise(`layer.${i}.weight`, [420 + i, 420])),
  );
  const output = join(folder, "stopped.json");
  const { child, journal, talk } = await underWay(long, output, compat);
  child.kill("SIGINT");
  const [code] = await once(child, "close");
  expect(code).toBe(130);
  const rows = readFileSync(journal, "utf8")
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line));
  expect(rows.length).toBeGreaterThan(0);
  expect(rows.length).toBeLessThan(60);
  for (const row of rows) expect(row).toMatchObject({ num_evals: 420, status: "success" });
  expect(talk()).toContain(
    `${rows.length} finished layer${rows.length === 1 ? "" : "s"} kept in ${journal}\n`,
  );
  expect(existsSync(output)).toBe(false);
});
