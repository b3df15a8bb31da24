import { afterEach, expect, test, vi } from "vitest";
import { columnsOf, wantsColor, widthOf } from "../../src/cli/terminal.ts";

afterEach(() => vi.unstubAllEnvs());

const terminal = { isTTY: true, columns: 120 } as NodeJS.WriteStream;
const pipe = { isTTY: undefined, columns: undefined } as unknown as NodeJS.WriteStream;

/** What is set, and whether a terminal and a pipe are coloured. */
const cases: readonly (readonly [set: Readonly<Record<string, string>>, terminal: boolean, pipe: boolean])[] =
  [
    [{}, true, false],
    [{ NO_COLOR: "1" }, false, false],
    [{ NO_COLOR: "" }, true, false],
    [{ FORCE_COLOR: "1" }, true, true],
    [{ FORCE_COLOR: "true" }, true, true],
    [{ FORCE_COLOR: "0" }, false, false],
    [{ FORCE_COLOR: "false" }, false, false],
    [{ FORCE_COLOR: "" }, true, false],
    [{ NO_COLOR: "1", FORCE_COLOR: "1" }, false, false],
    [{ TERM: "dumb" }, false, false],
    [{ TERM: "dumb", FORCE_COLOR: "1" }, true, true],
    [{ CI: "true" }, true, false],
  ];

test.each(cases)("with %j a terminal is coloured: %s, a pipe: %s", (set, onTerminal, onPipe) => {
  for (const name of ["NO_COLOR", "FORCE_COLOR", "CI"]) vi.stubEnv(name, set[name]);
  vi.stubEnv("TERM", set.TERM ?? "xterm");
  expect(wantsColor(terminal)).toBe(onTerminal);
  expect(wantsColor(pipe)).toBe(onPipe);
});

test("what is no terminal, or does not tell its width, is as wide as is usual", () => {
  expect(columnsOf(terminal)).toBe(120);
  expect(columnsOf(pipe)).toBe(80);
  expect(columnsOf({ isTTY: true, columns: 0 } as NodeJS.WriteStream)).toBe(80);
  // A table in a pipe is read by programs, or by a pager: nothing of it is broken.
  expect(widthOf(pipe)).toBe(Number.POSITIVE_INFINITY);
});
