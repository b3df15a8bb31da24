import { closeSync, openSync, writeFileSync, writeSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { expect, test } from "vitest";
import { randomStream } from "../../src/linalg/random.ts";
import { folderForTests } from "./models.ts";
import { runMarchenko } from "./run-marchenko.ts";

const folder = folderForTests();
const [rows, columns] = [256, 6144];
const bytes = rows * columns * 2;
const megabyte = 1e6;

/** A checkpoint of bfloat16 matrices, all the same noise: its length is what counts. */
function checkpointOf(count: number): string {
  const header = Object.fromEntries(
    Array.from({ length: count }, (_, i) => [
      `layer.${i}.weight`,
      { dtype: "BF16", shape: [rows, columns], data_offsets: [i * bytes, (i + 1) * bytes] },
    ]),
  );
  const text = JSON.stringify(header);
  const json = Buffer.from(text.padEnd(Math.ceil(text.length / 8) * 8));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(json.length));
  const { normal } = randomStream(1, ["memory"]);
  const words = new Uint32Array(Float32Array.from({ length: rows * columns }, () => 0.02 * normal()).buffer);
  const matrix = Uint16Array.from(words, (word) => word >>> 16);
  const path = join(folder, `${count}.safetensors`);
  const file = openSync(path, "w");
  writeSync(file, length);
  writeSync(file, json);
  for (let i = 0; i < count; i++) writeSync(file, new Uint8Array(matrix.buffer));
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
    { nodeOptions: ["--import", pathToFileURL(hook).href] },
  );
  expect(code).toBe(0);
  return Number(/^peak (\d+)$/m.exec(stderr)![1]);
}

test.each([1, 2])("with --workers %i, a checkpoint ten times as long takes little more memory", (workers) => {
  const short = peakOf(checkpointOf(8), workers);
  const long = peakOf(checkpointOf(80), workers);
  // 72 matrices more, 6 MB each as float32: 450 MB if all were held. What the run may take more is what it found out,
  // and the collector's slack: the nursery of the calling thread grows to three times 16 MB.
  expect(long - short).toBeLessThan(60 * megabyte);
  // The limit for any length: 150 MB, and three matrices a worker.
  expect(long).toBeLessThan((150 + 3 * workers * rows * columns * 4e-6) * megabyte);
});
