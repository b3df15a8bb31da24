import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { afterEach, describe, expect, test } from "vitest";
import { folderForTests, noise, writeModel } from "./models.ts";
import { runMarchenko, startMarchenko } from "./run-marchenko.ts";

const folder = folderForTests();
/** Seconds of work, in layers that each take a noticeable part of one. */
const count = 60;
const long = writeModel(
  folder,
  "long.safetensors",
  Array.from({ length: count }, (_, i) => noise(`layer.${i}.weight`, [420 + i, 420])),
);
const started: ChildProcess[] = [];
afterEach(() => {
  for (const child of started.splice(0)) child.kill("SIGKILL");
});

/** Starts a long analysis and waits for the first finished layer in its journal. */
async function underWay(output: string, workers: number) {
  const child = startMarchenko(["analyze", long, "--workers", `${workers}`, "-o", output]);
  started.push(child);
  let stderr = "";
  child.stderr!.on("data", (part) => {
    stderr += part;
  });
  const journal = `${output}.partial.ndjson`;
  while (!(existsSync(journal) && readFileSync(journal, "utf8").includes("\n"))) {
    expect(child.exitCode, `still running; ${stderr}`).toBe(null);
    await pause(20);
  }
  return { child, journal, talk: () => stderr };
}

/** The journal's lines, each of which has to be a whole layer. */
function layersIn(journal: string): string[] {
  const lines = readFileSync(journal, "utf8").split("\n");
  expect(lines.pop()).toBe("");
  return lines.map((line) => {
    const layer = JSON.parse(line);
    expect(layer).toMatchObject({ checkpoint: "long.safetensors", status: "analysed" });
    return layer.layer;
  });
}

const inOrder = Array.from({ length: count }, (_, i) => `layer.${i}.weight`);

describe.each([1, 2])("with --workers %i", (workers) => {
  test.each(["SIGINT", "SIGTERM"] as const)("%s keeps the finished layers and says where", async (signal) => {
    const output = join(folder, `${signal}-${workers}.json`);
    const { child, journal, talk } = await underWay(output, workers);
    child.kill(signal);
    // "close" comes when nothing holds the streams any more: no child is left either.
    const [code] = await once(child, "close");
    expect(code).toBe(130);
    const kept = layersIn(journal);
    expect(kept.length).toBeGreaterThan(0);
    expect(kept.length).toBeLessThan(count);
    expect(kept).toEqual(inOrder.slice(0, kept.length));
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
    const { child, journal } = await underWay(output, workers);
    child.kill("SIGKILL");
    await once(child, "close");
    const kept = layersIn(journal);
    expect(kept).toEqual(inOrder.slice(0, kept.length));
    expect(existsSync(output)).toBe(false);
  });
});

test("a second interrupt ends at once, and the journal stays", async () => {
  const output = join(folder, "twice.json");
  const { child, journal, talk } = await underWay(output, 2);
  child.kill("SIGINT");
  while (!talk().includes("stopping")) await once(child.stderr!, "data");
  child.kill("SIGINT");
  const [code] = await once(child, "close");
  expect(code).toBe(130);
  expect(layersIn(journal).length).toBeGreaterThan(0);
});

test("a run that is done leaves no journal, and its result takes the place of an interrupted one's", () => {
  const output = join(folder, "SIGINT-2.json");
  const { code } = runMarchenko(["analyze", long, "--include", "layer.3.*", "-q", "-o", output]);
  expect(code).toBe(0);
  expect(existsSync(output)).toBe(true);
  expect(existsSync(`${output}.partial.ndjson`)).toBe(false);
});

test("a failure after the first layers keeps them too", () => {
  const broken = join(folder, "nothing.json");
  const bias = writeModel(folder, "bias.safetensors", [noise("a.bias", [8])]);
  const { code, stderr } = runMarchenko(["analyze", bias, "-o", broken]);
  expect(code).toBe(5);
  expect(stderr).toContain(`1 finished layer kept in ${broken}.partial.ndjson`);
});
