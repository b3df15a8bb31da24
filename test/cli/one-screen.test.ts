import { spawnSync } from "node:child_process";
import { chmodSync, existsSync, mkdirSync, writeFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import { expect, test } from "vitest";
import { folderForTests, mixedModel, noise, writeModel } from "./models.ts";
import { bin, hasShared, runMarchenko, shared } from "./run-marchenko.ts";

const folder = folderForTests();
const run = (args: readonly string[]) => runMarchenko(args, { cwd: folder });

/** The lines of an answer, which are held to a screen. */
function screenOf(stdout: string, columns = 80): string[] {
  const lines = stdout.trimEnd().split("\n");
  // Two more are told on stderr, and the prompt takes one.
  expect(lines.length).toBeLessThanOrEqual(21);
  expect(Math.max(...lines.map(({ length }) => length))).toBeLessThanOrEqual(columns);
  return lines;
}

/** Pastes the next command into a shell, and gives what it wrote. */
function paste(lines: readonly string[]): string {
  const from = lines.findIndex((line) => line.startsWith("next: "));
  expect(from).toBeGreaterThan(0);
  const command = lines.slice(from).join("\n").slice("next: ".length);
  const programs = join(folder, "bin");
  mkdirSync(programs, { recursive: true });
  writeFileSync(join(programs, "marchenko"), `#!/bin/sh\nexec "${process.execPath}" "${bin}" "$@"\n`);
  chmodSync(join(programs, "marchenko"), 0o755);
  const { status, stderr } = spawnSync("sh", ["-c", command], {
    cwd: folder,
    encoding: "utf8",
    env: { ...process.env, MARCHENKO_CACHE: "off", PATH: `${programs}${delimiter}${process.env.PATH}` },
  });
  expect({ status, stderr }).toMatchObject({ status: 0 });
  const [, written] = /^wrote (.*)$/m.exec(stderr)!;
  expect(existsSync(join(folder, written!))).toBe(true);
  return written!;
}

const long = (i: number) =>
  `model.decoder.layers.${i}.self_attention.parametrizations.q_proj.weight.original0`;

test("many layers with long names fit a screen, apart from each other, and the next command makes the page", () => {
  writeModel(
    folder,
    "it's a model.safetensors",
    Array.from({ length: 60 }, (_, i) => noise(long(i), [24, 16 + (i % 5)])),
  );
  const lines = screenOf(run(["analyze", "it's a model.safetensors", "--no-progress"]).stdout);
  const names = lines.filter((line) => /^[○▲■◆✕] /.test(line)).map((line) => line.slice(2, 30));
  expect(new Set(names).size).toBe(5);
  expect(paste(lines)).toBe("it-s-a-model.html");
});

test("of a saved result the next command renders the page of it", () => {
  writeModel(folder, "mixed.safetensors", mixedModel());
  const lines = screenOf(run(["analyze", "mixed.safetensors", "-o", "mixed.json"]).stdout);
  expect(lines.at(-1)).toBe("next: marchenko report mixed.json -o mixed.html");
  expect(paste(lines)).toBe("mixed.html");
});

test("the next command has its option before the end of options, and guards paths that look like one", () => {
  writeModel(folder, "-v.safetensors", mixedModel());
  const lines = screenOf(run(["analyze", "--no-progress", "--", "-v.safetensors"]).stdout);
  expect(lines.at(-1)).toBe("next: marchenko analyze --no-progress -o report.html -- -v.safetensors");
  expect(paste(lines)).toBe("report.html");
});

test("a series fits a screen, and with its page written the next command compares its ends", () => {
  for (const step of [0, 100, 200]) {
    mkdirSync(join(folder, `run/step-000${step}`), { recursive: true });
    const tensors = [0, 1].map((i) => ({
      ...noise(`layers.${i}.weight`, [32, 24]),
      name: `layers.${i}.weight`,
    }));
    for (const { data } of tensors) data[0]! += step / 100;
    writeModel(folder, `run/step-000${step}/model.safetensors`, tensors);
  }
  const lines = screenOf(run(["analyze", "run", "-o", "run.html"]).stdout);
  expect(lines.join("\n")).toContain("over steps");
  expect(paste(lines)).toBe("moved.html");
});

test("many models fit a screen; where the command is too long to be repeated the next is about the worst", () => {
  const names = Array.from(
    { length: 12 },
    (_, i) => `a-model-with-a-rather-long-name-number-${i}.safetensors`,
  );
  for (const name of names) writeModel(folder, name, [noise(name, [16, 12]), noise(`${name}.2`, [20, 14])]);
  const lines = screenOf(run(["analyze", ...names]).stdout);
  expect(lines[0]).toContain("12 models");
  expect(paste(lines)).toMatch(/^a-model-with-a-rather-long-name-number-\d+\.html$/);
});

test.skipIf(!hasShared)("real models of a folder fit a screen", () => {
  const lines = screenOf(run(["analyze", join(shared, "real-models"), "--no-progress"]).stdout);
  expect(lines.join("\n")).toContain("fer2013_mini_XCEPTION, last of 4");
});

test.skipIf(!hasShared)(
  "a comparison tells layers apart whose names differ in the middle, on a screen",
  () => {
    const [a, b] = ["00-0.47", "102-0.66"].map((end) =>
      join(shared, `real-models/fer2013_mini_XCEPTION.${end}.hdf5`),
    );
    const { stdout } = run(["compare", a!, b!, "--no-progress"]);
    const lines = stdout.trimEnd().split("\n");
    expect(lines.length).toBeLessThan(24);
    expect(Math.max(...lines.map(({ length }) => length))).toBeLessThanOrEqual(80);
    const names = Array.from(stdout.matchAll(/^(separable\S+)/gm), ([, name]) => name!);
    expect(names.length).toBeGreaterThan(1);
    expect(new Set(names).size).toBe(names.length);
  },
);
