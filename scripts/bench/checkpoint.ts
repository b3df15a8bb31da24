import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import type { AnalysisResult } from "../../src/index.ts";
import { memoryLimit, names } from "./acceptance.ts";
import { command } from "./library.ts";
import { blockMatrices, makeVitB } from "./make-vit-b.ts";
import { startPeerIfAny } from "./peer.ts";
import { runMeasured } from "./process-tree.ts";
import { emit } from "./table.ts";
import { type Contender, median, race } from "./timing.ts";

/**
 * Times `marchenko analyze` of a ViT-B-like checkpoint, from the start of its process to its end, against the
 * analysis alone of WeightWatcher, run in turn; and takes its peak memory, also for a checkpoint ten times as
 * long. Prints rows for the table.
 *
 *     tsx scripts/bench/checkpoint.ts [--python PYTHON] [--quick]
 */
const { values: options } = parseArgs({
  options: {
    python: { type: "string" },
    quick: { type: "boolean", default: false },
  },
});
const blocks = options.quick ? 1 : 12;
const copies = 10;
const runs = 5;
const matricesPerBlock = Object.keys(blockMatrices).length;
const largestMatrix = Math.max(...Object.values(blockMatrices).map(([rows, columns]) => rows * columns));
const inQuick = options.quick ? " (quick: 1 block)" : "";

const folder = mkdtempSync(join(tmpdir(), "marchenko-bench-"));
try {
  const once = join(folder, "model.safetensors");
  makeVitB(once, { blocks, copies: 1, seed: 1 });
  const first = await compare(once);
  const long = join(folder, "ten-times.safetensors");
  makeVitB(long, { blocks, copies, seed: 1 });
  await takeMemory(first, long);
} finally {
  rmSync(folder, { recursive: true });
}

interface Memory {
  readonly peaks: readonly number[];
  readonly workers: number;
}

/** One run of the command, with a check that it did the whole work. */
async function analyzeByCommand(path: string, matrices: number) {
  const output = join(folder, "out.json");
  const { seconds, peakBytes } = await runMeasured(process.execPath, [
    command,
    "analyze",
    path,
    "--no-cache",
    "-o",
    output,
    "-q",
  ]);
  const { checkpoints, provenance } = JSON.parse(readFileSync(output, "utf8")) as AnalysisResult;
  const analysed = checkpoints[0]!.totals.layersAnalysed;
  if (analysed !== matrices) throw new Error(`marchenko analysed ${analysed} of ${matrices} matrices`);
  return { seconds, peakBytes, workers: Number(provenance.run?.workers), engine: provenance.engine };
}

/** The command against WeightWatcher; what its memory was is kept for later. */
async function compare(path: string): Promise<Memory> {
  const matrices = blocks * matricesPerBlock;
  const peaks: number[] = [];
  const { workers, engine } = await analyzeByCommand(path, matrices); // warms the file cache, too
  const ours: Contender = {
    name: `marchenko analyze, ${workers} workers, ${engine}`,
    async time() {
      const run = await analyzeByCommand(path, matrices);
      if (run.peakBytes !== null) peaks.push(run.peakBytes);
      return run.seconds;
    },
  };
  const peer = await startPeerIfAny(options.python, "weightwatcher_peer.py");
  const others: Contender[] = [];
  if (peer) {
    const { weightwatcher, torch, scipy, blas, threads } = peer.info;
    const is = `${weightwatcher}, torch ${torch}, SciPy ${scipy} (${blas}, ${threads} threads)`;
    emit({ fact: "WeightWatcher", is });
    others.push({
      name: names.weightWatcher,
      async time() {
        const { seconds, layers } = await peer.ask({ op: "analyze", path });
        if (layers !== matrices) throw new Error(`WeightWatcher analysed ${layers} of ${matrices} matrices`);
        return seconds as number;
      },
    });
  }
  for (const row of await race(names.checkpoint + inQuick, ours, others, runs, false)) emit(row);
  peer?.close();
  return { peaks, workers };
}

/** Peak memory against what is allowed, and that of the long checkpoint against the short one's. */
async function takeMemory({ peaks, workers }: Memory, long: string): Promise<void> {
  if (peaks.length === 0) {
    console.error("peak memory can't be read here: that takes Linux's /proc");
    return;
  }
  const megabytes = (bytes: number) => bytes / 1e6;
  const shared = { ours: `marchenko analyze, ${workers} workers`, unit: "MB" as const, others: null };
  const peak = median(peaks);
  const allowed = memoryLimit(workers, largestMatrix);
  emit({
    ...shared,
    what: names.memory + inQuick,
    peer: names.memoryLimit,
    oursValue: megabytes(peak),
    peerValue: megabytes(allowed),
    ratios: peaks.map((each) => each / allowed),
    runs: peaks.length,
  });
  console.error(`${names.longMemory}: marchenko analyze`);
  const run = await analyzeByCommand(long, copies * blocks * matricesPerBlock);
  emit({
    ...shared,
    what: names.longMemory + inQuick,
    peer: names.shortMemory,
    oursValue: megabytes(run.peakBytes ?? 0),
    peerValue: megabytes(peak),
    ratios: [],
    runs: 1,
  });
}
