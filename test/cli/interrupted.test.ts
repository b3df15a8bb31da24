import { once } from "node:events";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { killAfterEach, layersIn, underWay } from "./journals.ts";
import { folderForTests, noise, writeModel } from "./models.ts";
import { runMarchenko } from "./run-marchenko.ts";

const folder = folderForTests();
/** Seconds of work, in layers that each take a noticeable part of one. */
const count = 60;
const long = writeModel(
  folder,
  "long.safetensors",
  Array.from({ length: count }, (_, i) => noise(`layer.${i}.weight`, [420 + i, 420])),
);
/** The same names in the order in which they are analysed: the layers get larger, and the costliest goes first. */
const costliestFirst = Array.from({ length: count }, (_, i) => `layer.${count - 1 - i}.weight`);
killAfterEach();

/** Checks that what was kept are layers of the model; one thread finishes them in the order it begins them. */
function expectKept(kept: readonly string[], workers: number): void {
  expect(kept.length).toBeGreaterThan(0);
  expect(kept.length).toBeLessThan(count);
  if (workers === 1) expect(kept).toEqual(costliestFirst.slice(0, kept.length));
  else expect(costliestFirst).toEqual(expect.arrayContaining([...kept]));
}

describe.each([1, 2])("with --workers %i", (workers) => {
  test.each(["SIGINT", "SIGTERM"] as const)("%s keeps the finished layers and says where", async (signal) => {
    const output = join(folder, `${signal}-${workers}.json`);
    const { child, journal, talk } = await underWay(long, output, ["--workers", `${workers}`]);
    child.kill(signal);
    // "close" comes when nothing holds the streams any more: no child is left either.
    const [code] = await once(child, "close");
    expect(code).toBe(130);
    const kept = layersIn(journal, long);
    expectKept(kept, workers);
    expect(talk()).toMatch(/^stopping when the layers under way are done/m);
    expect(talk()).toMatch(/^\d+ finished layers? kept in /m);
    expect(talk()).toContain(
      `${kept.length} finished layer${kept.length === 1 ? "" : "s"} kept in ${journal}\n`,
    );
    expect(talk()).toMatch(/interrupted\n$/);
    expect(existsSync(output)).toBe(false);
  });

  test("SIGKILL leaves the journal", async () => {
    const output = join(folder, `killed-${workers}.json`);
    const { child, journal } = await underWay(long, output, ["--workers", `${workers}`]);
    child.kill("SIGKILL");
    await once(child, "close");
    expectKept(layersIn(journal, long), workers);
    expect(existsSync(output)).toBe(false);
  });
});

test("a second interrupt ends at once, and the journal stays", async () => {
  const output = join(folder, "twice.json");
  const { child, journal, talk } = await underWay(long, output, ["--workers", "2"]);
  child.kill("SIGINT");
  while (!talk().includes("stopping")) await once(child.stderr!, "data");
  child.kill("SIGINT");
  const [code] = await once(child, "close");
  expect(code).toBe(130);
  expect(layersIn(journal, long).length).toBeGreaterThan(0);
});

test("a run that is done leaves no journal, and its result takes the place of an interrupted one's", () => {
  const output = join(folder, "SIGINT-2.json");
  const { code } = runMarchenko(["analyze", long, "--include", "layer.3.*", "-q", "-o", output]);
  expect(code).toBe(0);
  expect(existsSync(output)).toBe(true);
  expect(existsSync(`${output}.partial.ndjson`)).toBe(false);
});

test("a run with nothing to analyse leaves no journal, and says of none", () => {
  const broken = join(folder, "nothing.json");
  const bias = writeModel(folder, "bias.safetensors", [noise("a.bias", [8])]);
  const { code, stderr } = runMarchenko(["analyze", bias, "-o", broken]);
  expect(code).toBe(5);
  expect(stderr).not.toContain("kept");
  expect(existsSync(`${broken}.partial.ndjson`)).toBe(false);
});
