import { once } from "node:events";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { expect, test, vi } from "vitest";
import { analysisResultSchema } from "../../src/analysis/result.ts";
import { throwAll, writeOrRescue } from "../../src/cli/write-result.ts";
import { UsageError } from "../../src/errors.ts";
import { jsonPieces } from "../../src/report/json.ts";
import { killAfterEach, layersIn, underWay } from "./journals.ts";
import { folderForTests, noise, writeModel } from "./models.ts";

const folder = folderForTests();
const count = 15;
const model = writeModel(
  folder,
  "model.safetensors",
  Array.from({ length: count }, (_, i) => noise(`layer.${i}.weight`, [400 + i, 300])),
);
killAfterEach();

/** Starts an analysis into a folder, and removes the folder in the middle. */
async function runWithoutFolder(more: readonly string[], temporary: string) {
  const out = mkdtempSync(join(folder, "out-"));
  const { child, journal, talk } = await underWay(model, join(out, "run.json"), more, {
    env: { TMPDIR: temporary },
  });
  rmSync(out, { recursive: true });
  const [code] = await once(child, "close");
  return { code, talk: talk(), journal, out };
}

test("a folder that is removed meanwhile: the result is elsewhere, the other outputs where they should be", async () => {
  const temporary = join(folder, "temporary");
  mkdirSync(temporary);
  const other = join(folder, "other.ndjson");
  const { code, talk, out } = await runWithoutFolder(["-o", other], temporary);
  expect(code).toBe(2);
  const [, rescued] = /^marchenko: can't write .*: the folder \S+ is gone; the result is in (.*)$/m.exec(
    talk,
  )!;
  expect(rescued!.startsWith(join(temporary, "marchenko-")), rescued).toBe(true);
  const { checkpoints } = analysisResultSchema.parse(JSON.parse(readFileSync(rescued!, "utf8")));
  expect(checkpoints[0]!.layers).toHaveLength(count);
  expect(layersIn(other, model)).toHaveLength(count);
  // The journal is gone with the folder: nobody is sent there, and the folder is not made again.
  expect(talk).not.toMatch(/kept in|^\s+at /m);
  expect(existsSync(out)).toBe(false);
});

test("when there is no place for temporary files either, both reasons are given", async () => {
  const nowhere = join(folder, "nowhere");
  const { code, talk } = await runWithoutFolder([], nowhere);
  expect(code).toBe(2);
  expect(talk).toMatch(
    /^marchenko: can't write .*run\.json: the folder .* is gone; nor could it be written to .*\.json: the folder .*nowhere is gone$/m,
  );
});

test("a result that can't be put into a format is a bug, wherever it would be written, and is told first", async () => {
  const result = { number: Number.NaN };
  const bug = await writeOrRescue(
    () => jsonPieces(result),
    "json",
    async (text) => void [...text],
  );
  expect(bug).toBeInstanceOf(TypeError);
  const told = vi.spyOn(process.stderr, "write").mockReturnValue(true);
  expect(() => throwAll([new UsageError("the disk is full"), bug!])).toThrow(bug!);
  expect(told).toHaveBeenCalledExactlyOnceWith("marchenko: the disk is full\n");
  told.mockRestore();
  expect(() => throwAll([])).not.toThrow();
});
