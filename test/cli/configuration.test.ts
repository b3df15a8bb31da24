import { spawnSync } from "node:child_process";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Command, Option } from "commander";
import { afterEach, describe, expect, test } from "vitest";
import { configuredCommands } from "../../src/cli/configuration/configuration-file.ts";
import { presetsByCommand } from "../../src/cli/configuration/presets.ts";
import { checkedSection } from "../../src/cli/configuration/section-schema.ts";
import { buildProgram } from "../../src/cli/program.ts";
import { groups } from "../../src/measure/groups.ts";
import { folderForTests, noise, writeModel } from "./models.ts";
import { bin, runMarchenko } from "./run-marchenko.ts";

const folder = folderForTests();
writeModel(folder, "small.safetensors", [noise("fc.weight", [12, 8]), noise("head.weight", [10, 16])]);
mkdirSync(join(folder, "settings"));
const usual = join(folder, "marchenko.config.json");
afterEach(() => rmSync(usual, { force: true, recursive: true }));

const write = (value: unknown, path = usual) =>
  writeFileSync(path, typeof value === "string" ? value : JSON.stringify(value));
const run = (...args: string[]) => runMarchenko(args, { cwd: folder });
const effective = (...args: string[]) => {
  const { code, stdout } = run(...args, "--print-config");
  expect(code).toBe(0);
  return JSON.parse(stdout);
};

describe("what a run would use", () => {
  test("is printed with where it comes from: default, preset, file or flag, the later the stronger", () => {
    write({ analyze: { preset: "thorough", seed: 3, comparableAlpha: 16, method: "gram", workers: "2" } });
    const {
      command,
      arguments: given,
      file,
      options,
    } = effective("analyze", "small.safetensors", "--method", "accurate");
    expect({ command, given, file }).toEqual({
      command: "analyze",
      given: ["small.safetensors"],
      file: "marchenko.config.json",
    });
    expect(options.spectra).toMatchObject({ value: false, from: "default" });
    expect(options.null).toEqual({ value: "permute", from: "preset" });
    expect(options.comparableAlpha).toEqual({ value: 16, from: "file" });
    expect(options.seed).toEqual({ value: 3, from: "file" });
    expect(options.workers).toEqual({ value: 2, from: "file" });
    expect(options.method).toEqual({ value: "accurate", from: "flag" });
    expect(options.preset).toEqual({ value: "thorough", from: "file" });
    expect(options.engine).toMatchObject({ value: null, from: "default", meaning: /fastest/ });
  });

  test("is printed without anything to do, and nothing is done", () => {
    for (const command of configuredCommands) {
      const { options, file } = effective(command);
      expect(file).toBeNull();
      expect(
        Object.values(options as Record<string, { from: string }>).every(({ from }) => from === "default"),
      ).toBe(true);
    }
  });

  test("a flag given as its default is a flag, and wins", () => {
    write({ analyze: { seed: 3, cache: false } });
    const { options } = effective("analyze", "--seed", "0");
    expect(options.seed).toEqual({ value: 0, from: "flag" });
    expect(options.cache).toEqual({ value: false, from: "file" });
  });

  test("a list is replaced by the flag's, not added to", () => {
    write({ analyze: { include: ["a*", "b*"] } });
    expect(effective("analyze", "--include", "c*").options.include).toEqual({ value: ["c*"], from: "flag" });
    expect(effective("analyze").options.include).toEqual({ value: ["a*", "b*"], from: "file" });
  });

  test("--quiet wins over verbose in the file", () => {
    write({ analyze: { verbose: true } });
    expect(effective("analyze", "-q").options.verbose.from).toBe("default");
    expect(effective("analyze").options.verbose).toEqual({ value: true, from: "file" });
  });
});

describe("a file of options", () => {
  test("is found in the working folder, said to be used, and has the effect of the flags", () => {
    write({ analyze: { exclude: ["head*"], seed: 5, format: "json", progress: false } });
    const { code, stdout, stderr } = run("analyze", "small.safetensors");
    expect(code).toBe(0);
    expect(stderr).toContain("options of marchenko.config.json are used");
    const result = JSON.parse(stdout);
    expect(result.provenance.seed).toBe(5);
    expect(result.checkpoints[0].totals.layersAnalysed).toBe(1);
    const plain = run(
      "analyze",
      "small.safetensors",
      "--exclude",
      "head*",
      "--seed",
      "5",
      "--format",
      "json",
      "--no-config",
    );
    const rest = ({ provenance: { run: _, ...provenance }, ...others }: typeof result) => ({
      provenance,
      ...others,
    });
    expect(rest(result)).toEqual(rest(JSON.parse(plain.stdout)));
  });

  test("has paths relative to itself", () => {
    const path = join(folder, "settings", "ci.json");
    write(
      {
        analyze: { output: ["run.json", "/tmp/x.json"] },
        measure: { recipe: "../r.json", data: "image-folder:images" },
        noise: { recipe: "digits-vit", data: "digits" },
        gate: { baseline: "../main.json", failOn: ["powerLaw.alpha < 2"] },
      },
      path,
    );
    const of = (command: string) => effective(command, "--config", "settings/ci.json").options;
    expect(of("analyze").output.value).toEqual([join("settings", "run.json"), "/tmp/x.json"]);
    expect(of("measure").recipe.value).toBe("r.json");
    expect(of("measure").data.value).toBe(`image-folder:${join("settings", "images")}`);
    expect(of("noise").recipe.value).toBe("digits-vit");
    expect(of("noise").data.value).toBe("digits");
    expect(of("gate").baseline.value).toBe("main.json");
    expect(of("gate").failOn.value).toEqual(["powerLaw.alpha < 2"]);
  });

  test("may be without a section for the command, or have keys that are null", () => {
    write({ $schema: "x", gate: {}, analyze: { seed: null } });
    expect(effective("compare").options.seed.from).toBe("default");
    expect(effective("analyze").options.seed).toEqual({ value: 0, from: "default" });
  });

  test("serves a gate: its expressions need not be typed", () => {
    expect(run("analyze", "small.safetensors", "-q", "-o", "run.json").code).toBe(0);
    write({ gate: { failOn: ["metrics.stableRank > 0"] } });
    expect(run("gate", "run.json").code).toBe(4);
  });
});

const damaged: readonly (readonly [what: string, content: string | Buffer, message: RegExp])[] = [
  ["nothing", "", /is no JSON/],
  ["half", '{ "analyze": {', /is no JSON: .*(?:position|Unexpected end)/],
  ["a comment", '{ /* */ "analyze": {} }', /is no JSON: .*Comments/],
  ["a list", "[]", /expected an object with the options of commands/],
  ["null", "null", /expected an object/],
  ["no command", '{ "analyse": {} }', /analyse: there is no such key.* Did you mean analyze\?/],
  ["a section that is a list", '{ "analyze": [] }', /analyze: expected an object with options of analyze/],
  [
    "a key that is none",
    '{ "analyze": { "includ": [] } }',
    /analyze\.includ: there is no such key\. Did you mean include\?/,
  ],
  [
    "a key with dashes",
    '{ "analyze": { "max-memory": "1GB" } }',
    /Did you mean maxMemory\?\nKeys are options without their dashes/,
  ],
  ["a text for a list", '{ "analyze": { "include": "a" } }', /analyze\.include: expected a list, got "a"/],
  ["a number for a switch", '{ "analyze": { "quiet": 1 } }', /analyze\.quiet: expected true or false, got 1/],
  [
    "a choice that is none",
    '{ "analyze": { "method": "grm" } }',
    /analyze\.method: expected "auto" or .*got "grm"/,
  ],
  [
    "a number out of range",
    '{ "analyze": { "workers": 0 } }',
    /analyze\.workers: Expected a whole number of at least 1\. Got 0/,
  ],
  ["bytes that are none", '{ "analyze": { "maxMemory": "much" } }', /analyze\.maxMemory: Expected bytes/],
  [
    "a preset that is none",
    '{ "analyze": { "preset": "slow" } }',
    /analyze\.preset: expected "quick" or "thorough" or "ci"/,
  ],
  [
    "a key of every object",
    '{ "analyze": { "__proto__": { "seed": 1 } } }',
    /__proto__: there is no such key/,
  ],
  [
    "a member of every object",
    '{ "analyze": { "constructor": 1 } }',
    /analyze\.constructor: there is no such key/,
  ],
  ["depth", `{ "analyze": ${"[".repeat(100_000)}${"]".repeat(100_000)} }`, /expected/],
  [
    "depth within",
    `{ "analyze": { "seed": ${"[".repeat(100_000)}${"]".repeat(100_000)} } }`,
    /at most 8 objects or lists/,
  ],
  ["size", `{ "analyze": { "include": ["${"x".repeat(1 << 20)}"] } }`, /expected 1048576 bytes at most/],
  ["bytes", Buffer.from([0xff, 0xfe, 0x00, 0x7b]), /expected text in UTF-8/],
  ["the screen's codes", '{ "analyze": { "\\u001b[2J": 1 } }', /there is no such key/],
];

test.each(damaged)("with %s is exit 2 and says what is wrong", (_, content, message) => {
  writeFileSync(usual, content);
  const { code, stdout, stderr } = run("analyze", "small.safetensors");
  expect(stderr).toMatch(message);
  expect(stderr).toMatch(/^marchenko: .*marchenko\.config\.json/);
  expect(stderr).not.toContain("\u001b");
  expect(stderr).not.toContain("this is a bug");
  expect(stderr.length).toBeLessThan(2000);
  expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
  expect(run("analyze", "small.safetensors", "--no-config", "-q").code).toBe(0);
});

test("a folder, a pipe or nothing in its place is exit 2, at once", () => {
  mkdirSync(usual);
  expect(run("inspect", "small.safetensors")).toMatchObject({
    code: 2,
    stderr: expect.stringMatching(/it is a folder/),
  });
  rmSync(usual, { recursive: true });
  expect(run("inspect", "small.safetensors", "--config", "settings/c.json")).toMatchObject({
    code: 2,
    stderr: expect.stringMatching(/settings\/c\.json: it does not exist/),
  });
  if (spawnSync("mkfifo", [usual]).status !== 0) return;
  const { status, stderr } = spawnSync(process.execPath, [bin, "inspect", "small.safetensors"], {
    cwd: folder,
    encoding: "utf8",
    timeout: 60_000,
  });
  expect(stderr).toMatch(/it is no file/);
  expect(status).toBe(2);
});

const program = await buildProgram(["node", "marchenko"]);
const commandOf = (name: string): Command => program.commands.find((each) => each.name() === name)!;
const named = (command: Command): Option[] => [...command.options];

describe("every command", () => {
  test.each(configuredCommands)("%s has options that a file can set, and presets that are right", (name) => {
    const command = commandOf(name);
    const options = named(command);
    for (const flag of ["--config", "--no-config", "--print-config"]) {
      expect(options.some(({ long }) => long === flag)).toBe(true);
    }
    for (const { meaning, options: set } of Object.values(presetsByCommand[name] ?? {})) {
      expect(meaning).not.toBe("");
      expect(checkedSection(options, set, name, "preset")).toEqual(set);
    }
  });

  test("with options of its own is one of them, or only prints a list", () => {
    const others = program.commands
      .map((each) => each.name())
      .filter((name) => !configuredCommands.includes(name));
    expect(others.sort()).toEqual(["cache", "complete", "env", "laws", "metrics"]);
  });

  test("that can be quiet can be verbose, and not both", () => {
    for (const name of configuredCommands) {
      const flags = named(commandOf(name)).map(({ long }) => long);
      expect([name, flags.includes("--quiet"), flags.includes("--verbose")]).toEqual([name, true, true]);
    }
    expect(run("analyze", "small.safetensors", "-q", "-v")).toMatchObject({ code: 2, stdout: "" });
  });

  test("measure's quick preset leaves out groups that there are", () => {
    const { without } = presetsByCommand.measure!.quick!.options;
    expect(groups.map(({ id }) => id)).toEqual(expect.arrayContaining(without as string[]));
  });
});

test("--help lists the presets with what they are for", () => {
  const { stdout } = run("analyze", "--help");
  for (const [name, { meaning }] of Object.entries(presetsByCommand.analyze!)) {
    expect(stdout).toMatch(new RegExp(`^  ${name} +${meaning.slice(0, 20)}`, "m"));
  }
});

test("--verbose tells options, layers and times on stderr, and changes no data", () => {
  const { stdout, stderr } = run("analyze", "small.safetensors", "-v", "--format", "csv", "--seed", "2");
  expect(stderr).toContain("seed 2 (flag)");
  expect(stderr).toMatch(/^small\.safetensors: fc\.weight \[12 x 8\] .*, by gram$/m);
  expect(stdout).toBe(run("analyze", "small.safetensors", "-q", "--format", "csv", "--seed", "2").stdout);
});
