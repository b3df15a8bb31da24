import { existsSync, mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test, vi } from "vitest";
import { partialResult } from "../../src/cli/partial-result.ts";
import { folderForTests } from "./models.ts";

const folder = folderForTests();
const result = (count: number) => ({
  checkpoints: Array.from({ length: count }, (_, i) => i),
  warnings: ["w"],
});

test("keeps the last of what it was given, until the whole is written", async () => {
  const output = join(folder, "a.json");
  const partial = partialResult(output);
  expect(partial.told()).toBeNull();
  await partial.keep(result(1));
  await partial.keep(result(2));
  const kept = JSON.parse(readFileSync(`${output}.partial.json`, "utf8"));
  expect(kept).toEqual({ checkpoints: [0, 1], warnings: [expect.stringContaining("stopped"), "w"] });
  expect(partial.told()).toBe(
    `2 finished measurements kept in ${output}.partial.json: marchenko report takes it`,
  );
  await partial.discard();
  expect(existsSync(`${output}.partial.json`)).toBe(false);
  expect(partial.told()).toBeNull();
});

test("keeps nothing for no output, and a place that can't be written ends nothing and is told of once", async () => {
  const none = partialResult(undefined);
  await none.keep(result(1));
  expect(none.told()).toBeNull();
  const told = vi.spyOn(process.stderr, "write").mockImplementation(() => true);
  try {
    const output = join(folder, "b.json");
    mkdirSync(`${output}.partial.json`);
    const partial = partialResult(output);
    await partial.keep(result(1));
    await partial.keep(result(2));
    expect(partial.told()).toBeNull();
    expect(
      told.mock.calls.map(([text]) => String(text)).filter((text) => text.includes("can't keep")),
    ).toHaveLength(1);
  } finally {
    told.mockRestore();
  }
});
