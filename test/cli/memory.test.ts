import { closeSync, openSync, writeFileSync, writeSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { expect, test } from "vitest";
import { randomStream } from "../../src/linalg/random.ts";
import { folderForTests } from "./models.ts";
import { runMarchenko } from "./run-marchenko.ts";

const folder = folderForTests();
const megabyte = 1e6;

/** A checkpoint of layers of bfloat16, all the same noise: its length is what counts. Of biases there are as many. */
function checkpointOf(count: number, rows: number, columns: number): string {
  const matrixBytes = 2 * rows * columns;
  const layerBytes = matrixBytes + 2 * rows;
  const header = Object.fromEntries(
    Array.from({ length: count }, (_, i) => {
      const [begin, middle, end] = [i * layerBytes, i * layerBytes + matrixBytes, (i + 1) * layerBytes];
      return [
        [`layer.${i}.weight`, { dtype: "BF16", shape: [rows, columns], data_offsets: [begin, middle] }],
        [`layer.${i}.bias`, { dtype: "BF16", shape: [rows], data_offsets: [middle, end] }],
      ];
    }).flat(),
  );
  const text = JSON.stringify(header);
  const json = Buffer.from(text.padEnd(Math.ceil(text.length / 8) * 8));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(json.length));
  const { normal } = randomStream(1, ["memory"]);
  const entries = Float32Array.from({ length: layerBytes / 2 }, () => 0.02 * normal());
  const layer = Uint16Array.from(new Uint32Array(entries.buffer), (word) => word >>> 16);
  const path = join(folder, `${count}.safetensors`);
  const file = openSync(path, "w");
  writeSync(file, length);
  writeSync(file, json);
  for (let i = 0; i < count; i++) writeSync(file, new Uint8Array(layer.buffer));
  closeSync(file);
  return path;
}

/** Tells its largest resident set when it ends. */
const hook = join(folder, "peak.mjs");
writeFileSync(
  hook,
  `import { isMainThread } from "node:worker_threads";
   if (isMainThread) process.on("exit", () => console.error("peak " + process.resourceUsage().maxRSS * 1024));`,
);

function peakOf(path: string, workers: number): number {
  const { code, stderr } = runMarchenko(
    ["analyze", path, "-q", "--workers", `${workers}`, "-o", join(folder, "out.json")],
    // What the compilers take goes by how warm code is: newer versions' Maglev takes 10 MB more in a long run.
    { nodeOptions: ["--no-maglev", "--import", pathToFileURL(hook).href] },
  );
  expect(code).toBe(0);
  return Number(/^peak (\d+)$/m.exec(stderr)![1]);
}

// Unchanged for ten times the length, within a tenth: what a run finds out is in the result, and takes some.
const unchanged = 1.1;

test.each([1, 2])("with --workers %i, ten times as many large matrices take no more memory", (workers) => {
  const [rows, columns] = [256, 6144];
  const short = peakOf(checkpointOf(8, rows, columns), workers);
  const long = peakOf(checkpointOf(80, rows, columns), workers);
  // 72 matrices more, 6 MB each as float32: 450 MB if all were held.
  expect(long / short).toBeLessThan(unchanged);
  // The limit for any length: 150 MB, and three matrices a worker.
  expect(long).toBeLessThan((150 + 3 * workers * rows * columns * 4e-6) * megabyte);
});

/** The middle of three: now and then a run is some MB below the others, as its threads happen to start. */
function usualPeakOf(path: string, workers: number): number {
  const peaks = Array.from({ length: 3 }, () => peakOf(path, workers));
  return peaks.sort((a, b) => a - b)[1]!;
}

test("ten times as many layers take no more memory, their rows in the result included", () => {
  const short = usualPeakOf(checkpointOf(72, 192, 192), 2);
  const long = usualPeakOf(checkpointOf(720, 192, 192), 2);
  expect(long / short).toBeLessThan(unchanged);
});
