import { expect, test } from "vitest";
import packageJson from "../../package.json" with { type: "json" };
import { exitCodes } from "../../src/cli/exit-codes.ts";
import { runMarchenko } from "./run-marchenko.ts";

const commands = [
  "inspect",
  "analyze",
  "merge",
  "compare",
  "gate",
  "report",
  "view",
  "train",
  "experiment",
  "noise",
  "measure",
  "metrics",
  "laws",
  "env",
];

test("--version prints the version of the package, and nothing else", () => {
  expect(runMarchenko(["--version"])).toEqual({ code: 0, stdout: `${packageJson.version}\n`, stderr: "" });
});

test("--help lists every command and every exit code, and shows examples", () => {
  const { code, stdout, stderr } = runMarchenko(["--help"]);
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  for (const command of commands) expect(stdout).toMatch(new RegExp(`^ {2}${command} `, "m"));
  for (const exitCode of Object.values(exitCodes)) {
    expect(stdout).toMatch(new RegExp(`^ {2}${exitCode} {2}\\S`, "m"));
  }
  expect(stdout).toContain("Examples:\n  marchenko ");
});

test.each(commands)("%s --help shows its usage, its options and an example that names it", (command) => {
  const { code, stdout, stderr } = runMarchenko([command, "--help"]);
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  expect(stdout).toMatch(new RegExp(`^Usage: marchenko ${command} `));
  expect(stdout).toMatch(/^Options:$/m);
  // The viewer has no result to print: only where it is.
  if (command !== "view") expect(stdout).toContain("--format <format>");
  expect(stdout).toMatch(new RegExp(`^Examples?:\n {2}marchenko ${command}`, "m"));
});

test("help of a command is the same as its --help", () => {
  expect(runMarchenko(["help", "analyze"])).toEqual(runMarchenko(["analyze", "--help"]));
});

test("every long option of the examples exists", () => {
  for (const command of commands) {
    const { stdout } = runMarchenko([command, "--help"]);
    const [options = "", examples = ""] = stdout.split(/^Examples?:$/m);
    for (const [option] of examples.matchAll(/--[a-z-]+/g)) expect(options).toContain(`${option} `);
  }
});
