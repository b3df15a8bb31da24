import { expect, test } from "vitest";
import { folderForTests, noise, writeModel } from "./models.ts";
import { runMarchenko } from "./run-marchenko.ts";

const folder = folderForTests();
/** Names that colour the screen, move the cursor, start a line, or ring. */
const names = ["a\u001b[31mred.weight", "up\u001b[2A.weight", "two\nlines.weight", "tab\tbell\u0007.weight"];
const model = writeModel(
  folder,
  "hostile.safetensors",
  names.map((name) => noise(name, [32, 24])),
);
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must not be there.
const control = /[\u0000-\u0009\u000b-\u001f\u007f]/;

test.each([
  ["inspect", model],
  ["analyze", model, "--dry-run"],
  ["analyze", model],
])("%s %s %s: no control character of a tensor's name reaches the screen", (...args) => {
  const { code, stdout, stderr } = runMarchenko(args);
  expect(code).toBe(0);
  expect(stdout).toContain("red.weight");
  expect(stdout).not.toMatch(control);
  expect(stderr).not.toMatch(control);
  expect(stdout + stderr).not.toMatch(/^lines\.weight/m);
});

test("JSON keeps the names as they are", () => {
  const { stdout } = runMarchenko(["inspect", model, "--format", "json"]);
  expect(JSON.parse(stdout).tensors.map(({ name }: { name: string }) => name)).toEqual(names);
});

test("a message about a file with such a name is in one line", () => {
  const { code, stderr } = runMarchenko(["analyze", `${folder}/\u001b[31mabsent\u0007`]);
  expect(code).toBe(3);
  expect(stderr).not.toMatch(control);
  expect(stderr.split("\n")).toHaveLength(2);
});
