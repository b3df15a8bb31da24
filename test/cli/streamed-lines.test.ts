import { once } from "node:events";
import { readFileSync, truncateSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { expect, test } from "vitest";
import type { LayerResult } from "../../src/analysis/result.ts";
import { lineStream } from "../../src/cli/line-stream.ts";
import { UsageError } from "../../src/errors.ts";
import { folderForTests, mixedModel, noise, writeModel } from "./models.ts";
import { runMarchenko, startMarchenko } from "./run-marchenko.ts";

const folder = folderForTests();
const model = writeModel(folder, "mixed.safetensors", [...mixedModel(), planted()]);

/** Noise with a direction that stands out of it. */
function planted() {
  const { data, ...rest } = noise("planted.weight", [60, 40]);
  return { ...rest, data: Float64Array.from(data, (entry, i) => entry + (i < 40 ? 0.2 : 0)) };
}

test("a line is printed when its layer is done: the reader has it before the last layer is read", async () => {
  const count = 600;
  const layers = Array.from({ length: count }, (_, i) => noise(`layer.${i}.weight`, [160, 120]));
  const path = writeModel(folder, "many.safetensors", layers);
  const child = startMarchenko(["analyze", path, "--format", "ndjson", "-q"]);
  let lines = 0;
  const reader = createInterface({ input: child.stdout! });
  reader.on("line", (line) => {
    expect(JSON.parse(line)).toMatchObject({ checkpoint: "many.safetensors", status: "analysed" });
    // Layers that are read from here on end the analysis.
    if (lines++ === 0) truncateSync(path, 1000);
  });
  const [code] = await once(child, "close");
  expect(code).toBe(3);
  expect(lines).toBeGreaterThan(0);
  expect(lines).toBeLessThan(count);
});

test("the lines do not depend on workers, and are those of a file but for what rests on all layers", () => {
  const file = join(folder, "run.ndjson");
  const one = runMarchenko(["analyze", model, "--format", "ndjson", "--workers", "1", "-o", file]);
  const three = runMarchenko(["analyze", model, "--format", "ndjson", "--workers", "3"]);
  expect(one.code).toBe(0);
  expect(three.stdout).toBe(one.stdout);
  const parsed = (text: string): LayerResult[] =>
    text
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line))
      .sort((a, b) => (a.layer < b.layer ? -1 : 1));
  const streamed = parsed(one.stdout);
  const tested = streamed.filter(({ marchenkoPastur }) => marchenkoPastur).length;
  const spikes = streamed.flatMap(({ marchenkoPastur }) => marchenkoPastur?.spikes ?? []);
  expect(spikes.length).toBeGreaterThan(0);
  expect(spikes.every(({ pValueAdjusted }) => pValueAdjusted === null)).toBe(true);
  const adjusted = streamed.map(({ marchenkoPastur: fit, ...rest }) => ({
    ...rest,
    marchenkoPastur: fit && {
      ...fit,
      spikes: fit.spikes.map((spike) => ({ ...spike, pValueAdjusted: Math.min(1, spike.pValue * tested) })),
      spikesBelow:
        fit.spikesBelow?.map((spike) => ({ ...spike, pValueAdjusted: Math.min(1, spike.pValue * tested) })) ??
        null,
    },
  }));
  expect(adjusted).toEqual(parsed(readFileSync(file, "utf8")));
});

const event = (turn: number, count: number, checkpoint = "a") =>
  ({ checkpoint, step: null, turn, count, result: { layer: `${checkpoint}${turn}` } }) as never;
const layersOf = (lines: readonly string[]) => lines.map((line) => JSON.parse(line).layer);

test("a layer that overtakes another waits for it, and what waits at the end is printed too", async () => {
  const lines: string[] = [];
  const stream = lineStream(async (line) => void lines.push(line));
  for (const turn of [2, 0, 1]) stream.add(event(turn, 3));
  for (const turn of [1, 0, 3]) stream.add(event(turn, 4, "b"));
  expect(await stream.end()).toBeNull();
  expect(layersOf(lines)).toEqual(["a0", "a1", "a2", "b0", "b1", "b3"]);
});

test("what goes wrong is told at the end, and nothing is printed after it", async () => {
  let tries = 0;
  const stream = lineStream(async () => {
    tries++;
    throw new UsageError("full");
  });
  for (const turn of [0, 1, 2]) stream.add(event(turn, 3));
  expect(await stream.end()).toMatchObject({ message: "full" });
  expect(tries).toBe(1);
});
