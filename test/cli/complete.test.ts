import { spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { completables } from "../../src/cli/completion.ts";
import { completionScripts } from "../../src/cli/completion-scripts.ts";
import { buildProgram } from "../../src/cli/program.ts";
import { folderForTests } from "./models.ts";

const folder = folderForTests();
const commands = completables(await buildProgram(["node", "marchenko"]));
const shells = Object.keys(completionScripts);

const has = (shell: string) => spawnSync(shell, ["-c", "exit 0"]).status === 0;

/** What bash would offer for a line whose last word is being typed. */
function offered(words: readonly string[]): string[] {
  const script = join(folder, "completion.bash");
  writeFileSync(script, completionScripts.bash!(commands));
  const text = `source "$0"; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _marchenko; printf '%s\\n' "\${COMPREPLY[@]}"`;
  const { stdout, stderr } = spawnSync("bash", ["-c", text, script, "marchenko", ...words], {
    encoding: "utf8",
  });
  expect(stderr).toBe("");
  return stdout.split("\n").filter((word) => word !== "");
}

test("every visible command and option is told of, those within commands too", () => {
  const paths = commands.map(({ path }) => path.join(" "));
  expect(paths).toEqual(expect.arrayContaining(["", "analyze", "cache", "cache ls", "complete", "train"]));
  const analyze = commands.find(({ path }) => path.join(" ") === "analyze")!;
  expect(analyze.options.find(({ flags }) => flags.includes("--output"))).toMatchObject({
    flags: ["-o", "--output"],
    takesValue: true,
  });
  expect(analyze.options.find(({ flags }) => flags.includes("--comparable-alpha"))!.takesValue).toBe(false);
});

test.each(shells)("the script for %s names every command and long option", (shell) => {
  const script = completionScripts[shell]!(commands);
  for (const { path, options } of commands) {
    for (const word of path) expect(script).toContain(word);
    for (const { flags } of options) {
      const long = flags.find((flag) => flag.startsWith("--"))!;
      expect(script).toContain(shell === "fish" ? `-l ${long.slice(2)}` : long);
    }
  }
});

test.skipIf(!has("bash"))("bash offers commands, options and values, each in its place", () => {
  expect(offered(["an"])).toEqual(["analyze"]);
  expect(offered(["analyze", "--meth"])).toEqual(["--method"]);
  expect(offered(["analyze", "x", "--method", ""])).toEqual(["auto", "gram", "accurate", "lanczos"]);
  expect(offered(["cache", ""])).toEqual(expect.arrayContaining(["ls", "rm"]));
  expect(offered(["cache", "ls", "--f"])).toEqual(["--format"]);
  expect(offered(["complete", ""])).toEqual(expect.arrayContaining(shells));
  // Files, which bash completes itself where nothing is offered.
  expect(offered(["analyze", "mod"])).toEqual([]);
  expect(offered(["analyze", "x", "-o", ""])).toEqual([]);
});

for (const shell of shells) {
  test.skipIf(!has(shell))(`${shell} finds no fault in its script`, () => {
    const file = join(folder, `script.${shell}`);
    writeFileSync(file, completionScripts[shell]!(commands));
    const { status, stderr } = spawnSync(shell, ["-n", file], { encoding: "utf8" });
    expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
  });
}
