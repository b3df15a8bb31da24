import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { openCheckpoint } from "../../src/checkpoint/index.ts";
import { gaussian, plant } from "../noise.ts";
import { filled, folderForTests, noise, writeModel } from "./models.ts";
import { runMarchenko } from "./run-marchenko.ts";

const folder = folderForTests();
const spiked = plant(gaussian(60, 90, 0.02, "cli spiked"), 1, "cli spiked");
const model = writeModel(folder, "model.safetensors", [
  { name: "spiked.weight", shape: [60, 90], dtype: "F16", data: spiked.data },
  noise("plain.weight", [60, 90]),
  filled("plain.bias", [60], 0.5),
]);
const second = writeModel(folder, "second.safetensors", [noise("w", [30, 40])]);
const series = join(folder, "series");
mkdirSync(series);
for (const step of [1, 2]) writeModel(series, `step-${step}.safetensors`, [noise("w", [30, 40])]);
const out = join(folder, "out");
mkdirSync(out);

describe("analyze --write-denoised", () => {
  const output = join(out, "denoised.safetensors");
  const plain = runMarchenko(["analyze", model, "--format", "json", "-q"]);
  const run = runMarchenko([
    "analyze",
    model,
    "--format",
    "json",
    "--no-progress",
    "--write-denoised",
    output,
  ]);

  test("writes a checkpoint that opens, and a table of it on stderr", async () => {
    expect(run.stderr).toMatch(/^denoised +rank +hard threshold +relative error +energy kept +lost below$/m);
    expect(run.stderr).toMatch(/^spiked\.weight +1 +1 +0\.\d+ ± 0\.\d+ +0\.\d+ +0$/m);
    expect(run.stderr).toMatch(/^left as it is: plain\.weight \(noise-like: .*\)$/m);
    expect(run.stderr).toMatch(/^1 layer denoised, 1 left as they are$/m);
    expect(run.stderr).toMatch(/^wrote .*denoised\.safetensors$/m);
    expect(run.code).toBe(0);
    expect(readdirSync(out)).toEqual(["denoised.safetensors"]);
    const checkpoint = await openCheckpoint(output);
    const [layer] = JSON.parse(checkpoint.metadata["marchenko.denoised"]!).denoised;
    expect([layer.layer, layer.rank]).toEqual(["spiked.weight", 1]);
    expect(checkpoint.tensors().map(({ name, dtype }) => [name, dtype])).toEqual([
      ["spiked.weight", "F16"],
      ["plain.weight", "F32"],
      ["plain.bias", "F32"],
    ]);
  });

  test("does not change the result", () => {
    const [before, after] = [plain, run].map(({ stdout }) => JSON.parse(stdout));
    delete before.provenance.run;
    delete after.provenance.run;
    expect(after).toEqual(before);
  });

  test("says nothing with -q, and takes another loss", async () => {
    const nuclear = join(folder, "nuclear.safetensors");
    const { code, stderr } = runMarchenko([
      ...["analyze", model, "-q", "--write-denoised", nuclear, "--shrinker", "nuclear"],
    ]);
    expect([code, stderr]).toEqual([0, ""]);
    const checkpoint = await openCheckpoint(nuclear);
    expect(JSON.parse(checkpoint.metadata["marchenko.denoised"]!).loss).toBe("nuclear");
  });

  test("the next command that is suggested does not write it again", () => {
    const again = join(folder, "again.safetensors");
    const { stdout } = runMarchenko(["analyze", model, "--write-denoised", again]);
    expect(stdout).toMatch(/next:[\s\S]* -o [\s\S]*\.html/);
    expect(stdout).not.toContain("--write-denoised");
  });

  test("with --dry-run writes nothing", () => {
    const file = join(folder, "dry.safetensors");
    const { code, stderr } = runMarchenko(["analyze", model, "--dry-run", "--write-denoised", file]);
    expect(code).toBe(0);
    expect(stderr).toMatch(/a dry run writes nothing to .*dry\.safetensors/);
    expect(existsSync(file)).toBe(false);
  });
});

const target = join(folder, "target.safetensors");
const refused: readonly (readonly [args: readonly string[], code: number, message: RegExp])[] = [
  [[model, second, "--write-denoised", target], 2, /one denoised checkpoint, got 2/],
  [[series, "--write-denoised", target], 2, /one denoised checkpoint, got 2/],
  [[model, "--write-denoised", model], 2, /is a file of the checkpoint that is read: write to another one/],
  [[model, "--write-denoised", join(folder, "x.npz")], 2, /writes safetensors: expected a name that ends so/],
  [[model, "--write-denoised", join(folder, "absent", "x.safetensors")], 2, /does not exist, make it first/],
  [[model, "--shrinker", "nuclear"], 2, /--shrinker is for --write-denoised/],
  [
    [model, "--write-denoised", target, "--shrinker", "median"],
    2,
    /Allowed choices are frobenius, operator, nuclear/,
  ],
  [[join(folder, "nothing"), "--write-denoised", target], 3, /nothing/],
  [[model, "--include", "none*", "--write-denoised", target], 5, /no tensor matches/],
];

test.each(refused)("analyze %j ends with %d, and writes nothing", (args, expected, message) => {
  const before = readFileSync(model);
  writeFileSync(target, "older");
  const { code, stdout, stderr } = runMarchenko(["analyze", "--no-progress", ...args]);
  expect(stderr).toMatch(message);
  expect(stderr).not.toMatch(/^\s+at /m);
  expect([code, stdout]).toEqual([expected, ""]);
  expect(readFileSync(target, "utf8")).toBe("older");
  expect(readFileSync(model)).toEqual(before);
});
