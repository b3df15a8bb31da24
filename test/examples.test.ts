import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, describe, expect, test } from "vitest";

/** Examples import the package by its name, so they live inside it while they run. */
const folder = mkdtempSync(join(process.cwd(), "test", ".examples-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

interface Example {
  readonly where: string;
  readonly code: string;
}

/** Code blocks of the docstrings' `@example` tags. */
function docExamples(): Example[] {
  return readdirSync("src", { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(".ts"))
    .flatMap((file) => {
      const text = readFileSync(join("src", file), "utf8");
      return Array.from(
        text.matchAll(/@example\s*\n\s*\*\s*```ts\n([\s\S]*?)\n\s*\*\s*```/g),
        ([, block], i) => ({
          where: `${file} #${i + 1}`,
          code: block!.replaceAll(/^\s*\* ?/gm, ""),
        }),
      );
    });
}

/** Code blocks of the README and the guides that are marked as TypeScript. */
function readmeExamples(): Example[] {
  return ["README.md", "src/guides/import.md"].flatMap((path) =>
    Array.from(readFileSync(path, "utf8").matchAll(/```ts\n([\s\S]*?)\n```/g), ([, code], i) => ({
      where: `${path} #${i + 1}`,
      code: code!,
    })),
  );
}

/** Names that examples may use without importing them, since their docstring is about them. */
const checkedLine = /^([^/].*?);\s*\/\/ (.+)$/;
const statement = /^(?:const|let|import|for|if|await \w+\.close|\/\/)/;

/** Turns `expression; // value` lines into checks, and leaves the rest as it is. */
function instrument(code: string): { source: string; checks: number } {
  let checks = 0;
  const lines = code.split("\n").map((line) => {
    const [, expression, value] = checkedLine.exec(line) ?? [];
    if (!expression || statement.test(expression)) return line;
    checks++;
    return `__checks.push([${expression}, ${JSON.stringify(value)}]);`;
  });
  return { source: `export const __checks = [];\n${lines.join("\n")}`, checks };
}

/** Whether a value is what the comment says: numbers to the digits given, arrays entry by entry. */
function expectStated(value: unknown, comment: string): void {
  const stated = comment.replace(/^Float64Array /, "").replace(/: .*$/, "");
  const compare = (actual: unknown, wanted: unknown, text: string): void => {
    if (typeof wanted === "number" && typeof actual === "number") {
      const digits = text
        .replace(/e.*$/i, "")
        .replaceAll(/[^0-9]/g, "")
        .replace(/^0+/, "").length;
      expect(Math.abs(actual - wanted)).toBeLessThanOrEqual(
        0.5001 * 10 ** (1 - digits) * 10 ** Math.floor(Math.log10(Math.abs(wanted) || 1)) + Number.EPSILON,
      );
    } else expect(actual).toEqual(wanted);
  };
  const wanted: unknown = JSON.parse(stated);
  if (Array.isArray(wanted)) {
    const texts = stated.slice(1, -1).split(",");
    const actual = Array.from(value as Iterable<unknown>);
    expect(actual.length).toBe(wanted.length);
    for (const [i, each] of wanted.entries()) compare(actual[i], each, texts[i]!);
  } else compare(value, wanted, stated);
}

describe("every example says what is true", () => {
  test.each([...docExamples(), ...readmeExamples()])("$where", async ({ where, code }) => {
    expect(code, "an example imports what it uses, so that it can be pasted").toContain("import ");
    const { source, checks } = instrument(code);
    expect(checks, "an example states at least one value").toBeGreaterThan(0);
    const file = join(folder, `${where.replaceAll(/[^a-z0-9]/gi, "-")}.mjs`);
    writeFileSync(file, source);
    const { __checks: results } = (await import(/* @vite-ignore */ pathToFileURL(file).href)) as {
      __checks: [unknown, string][];
    };
    expect(results.length).toBe(checks);
    for (const [value, comment] of results) expectStated(value, comment);
  });
});
