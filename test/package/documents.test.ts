import { execFileSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, test } from "vitest";
import { commandBlocks } from "../../scripts/command-blocks.ts";
import { numbersPage } from "../../scripts/numbers-page.ts";
import { measurementQuantities } from "../../src/measure/groups.ts";
import { metricCatalogue } from "../../src/metrics/catalogue.ts";
import { runMarchenko } from "../cli/run-marchenko.ts";

const guides = readdirSync("src/guides").map((name) => `src/guides/${name}`);
const documents = ["README.md", "CONTRIBUTING.md", ...guides];
const read = (path: string): string => readFileSync(path, "utf8");

describe.each(documents)("%s", (path) => {
  test("leads to files that exist, and to headings that do", () => {
    for (const [, link] of read(path).matchAll(/\]\(([^)\s]+)\)/g)) {
      if (/^https?:/.test(link!)) continue;
      const [file] = link!.split("#");
      expect(existsSync(join(dirname(path), file!)), link).toBe(true);
    }
  });

  const commands = commandBlocks(read(path))
    .flatMap((block) => block.commands)
    .flatMap((line) => {
      const [, command, rest] = /^(?:npx )?marchenko ([a-z]+)(.*)$/.exec(line.replace(/\s+#.*$/, "")) ?? [];
      return command ? [{ line, command, options: rest!.match(/(?<=\s)--?[a-z][a-z-]*/g) ?? [] }] : [];
    });

  test("names only commands and options that there are", () => {
    const helps = new Map<string, string>();
    for (const { line, command, options } of commands) {
      const help = helps.get(command) ?? runMarchenko([command, "--help"]).stdout;
      helps.set(command, help);
      expect(help, line).toContain(`Usage: marchenko ${command}`);
      for (const option of options) expect(help, line).toMatch(new RegExp(`(?:^|[\\s,])${option}(?![\\w-])`));
    }
  });
});

test("the README is two commands away from a page, and says which of its commands need more than npm", () => {
  const [first] = commandBlocks(read("README.md"));
  expect(first!.commands).toHaveLength(2);
  expect(first!.needs).toBeNull();
  expect(first!.commands[1]).toMatch(/-o \S+\.html/);
  for (const path of documents) {
    for (const { commands, needs, line } of commandBlocks(read(path))) {
      const needsMore = commands.some((command) => /hf:\/\/|https?:\/\/| model\/|vit-base\//.test(command));
      if (needsMore) expect(needs, `${path}:${line}`).not.toBeNull();
    }
  }
});

describe("the page of numbers", () => {
  const text = read("src/guides/numbers.md");

  test("is what npm run numbers makes of the catalogues", () => {
    expect(text).toBe(numbersPage(text));
  });

  test.each([...metricCatalogue, ...measurementQuantities].map(({ id }) => id))("explains %s", (id) => {
    expect(text).toContain(`\`${id}\``);
  });
});

test("CommonJS gets the subpaths by require, and the whole by import()", () => {
  const code = `const names = ["laws", "checkpoint", "train"].map((each) => Object.keys(require("marchenko/" + each)).length);
    import("marchenko").then(({ version }) => console.log(names.every((count) => count > 5), version))`;
  const { version } = JSON.parse(read("package.json")) as { version: string };
  const output = execFileSync(process.execPath, ["--input-type=commonjs", "-e", code], { encoding: "utf8" });
  expect(output).toBe(`true ${version}\n`);
});

test("guides are Markdown, each named by the README", () => {
  expect(guides.filter((path) => !path.endsWith(".md"))).toEqual([]);
  for (const path of guides) expect(read("README.md")).toContain(`](${path})`);
});
