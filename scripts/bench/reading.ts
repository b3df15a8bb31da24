import { closeSync, mkdtempSync, openSync, rmSync, writeSync } from "node:fs";
import { open } from "node:fs/promises";
import { availableParallelism, cpus, loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { parseArgs } from "node:util";
import { openCheckpoint } from "../../dist/checkpoint/index.js";
import { bigFiles, writeBigFile } from "../../test/checkpoint/big-files.ts";
import { ggufOf } from "../../test/checkpoint/gguf-files.ts";
import { safetensorsOf } from "../../test/checkpoint/written-files.ts";
import { command } from "./library.ts";
import { runMeasured } from "./process-tree.ts";
import { median } from "./timing.ts";

/**
 * Times how fast tensors are read, as the analysis reads them, beside the same bytes read by `fs.read` alone, in turn;
 * and how long `marchenko inspect` takes for files of gigabytes. Prints Markdown.
 *
 *     npm run build && npx tsx scripts/bench/reading.ts > reports/reading.md
 *
 * --rounds 7 changes what its name says. Files of 1 GB are written to the system's temporary folder.
 */
const { values: given } = parseArgs({ options: { rounds: { type: "string", default: "7" } } });
const rounds = Number(given.rounds);
/** What the acceptance asks for, of bfloat16. */
const wanted = 1 / 3;

const [rows, columns] = [1024, 4096];
/** Bytes read at once by `fs.read`, into memory that is used again: the fastest of the sizes that were tried. */
const chunk = 1 << 21;

const print = (line = "") => console.log(line);
const row = (cells: readonly (string | number)[]) => print(`| ${cells.join(" | ")} |`);
const cpuSeconds = () => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
};

interface Stored {
  readonly dtype: string;
  /** Bytes of a tensor's entries. */
  readonly bytes: number;
  readonly count: number;
  write(path: string): void;
}

/** Ordinary weights, about: exponents near those of 0.02, and all fractions. */
function entries(bytes: number, width: number): Uint8Array {
  const data = new Uint8Array(bytes);
  for (let i = 0; i < bytes; i++) {
    // The uppermost byte of an entry has its sign and exponent: of a float of 2^-6, or so.
    const isTop = i % width === width - 1;
    data[i] = isTop ? (((i >> 4) & 1) << 7) | 0x3c : (i * 2_654_435_761) >>> 13;
  }
  return data;
}

function plain(dtype: string, width: number, gigabytes: number): Stored {
  const bytes = rows * columns * width;
  const count = Math.round((gigabytes * 2 ** 30) / bytes);
  return {
    ...{ dtype, bytes, count },
    write(path) {
      const header = Array.from({ length: count }, (_, i) => [
        `layer.${i}.weight`,
        { dtype, shape: [rows, columns], data_offsets: [i * bytes, (i + 1) * bytes] },
      ]);
      writeAll(path, safetensorsOf(Object.fromEntries(header), 0), entries(bytes, width), count);
    },
  };
}

/** @param type - its number in ggml. @param blockBytes - of a block of so many entries. */
function quantised(dtype: string, type: number, blockBytes: number, blockEntries: number): Stored {
  const bytes = (rows * columns * blockBytes) / blockEntries;
  const count = Math.round(2 ** 28 / bytes);
  return {
    ...{ dtype, bytes, count },
    write(path) {
      const infos = Array.from({ length: count }, (_, i) => {
        return { name: `blk.${i}.w`, extents: [columns, rows], type, offset: i * bytes };
      });
      // Scales of 16 bits at every even place: any finite ones.
      writeAll(path, ggufOf(infos, new Uint8Array(0)), entries(bytes, 2), count);
    },
  };
}

function writeAll(path: string, head: Uint8Array, data: Uint8Array, count: number): void {
  const file = openSync(path, "w");
  writeSync(file, head);
  for (let i = 0; i < count; i++) writeSync(file, data);
  closeSync(file);
}

/** One pass of ours: each tensor into the same array, as the analysis has places for matrices. */
async function readTensors(path: string): Promise<void> {
  const checkpoint = await openCheckpoint(path);
  for (const tensor of checkpoint.tensors()) await tensor.readInto!(into(tensor.dtype), 0);
  await checkpoint.close();
}
const places = { F64: new Float64Array(rows * columns), others: new Float32Array(rows * columns) };
const into = (dtype: string) => (dtype === "F64" ? places.F64 : places.others);

/** One pass of `fs.read` alone; into one piece of memory, or as far as an array of a tensor's bytes goes. */
async function copy(path: string, total: number, memory: Uint8Array): Promise<void> {
  const file = await open(path);
  for (let position = 0; position < total; ) {
    const at = position % memory.length;
    const length = Math.min(chunk, memory.length - at, total - position);
    position += (await file.read(memory, at, length, position)).bytesRead;
  }
  await file.close();
}

interface Speed {
  /** Stored gigabytes a second by the clock, in the fastest round. */
  readonly clock: number;
  /** The same by processor time of all threads, the median. */
  readonly processor: number;
}

/** Passes in turn, so that a slow minute hits all alike. */
async function race(total: number, passes: readonly (() => Promise<void>)[]): Promise<Speed[]> {
  const times = passes.map(() => ({ clock: [] as number[], processor: [] as number[] }));
  for (let round = -1; round < rounds; round++) {
    for (const [i, pass] of passes.entries()) {
      await sleep(100);
      const [start, used] = [performance.now(), cpuSeconds()];
      await pass();
      const [clock, processor] = [(performance.now() - start) / 1000, cpuSeconds() - used];
      if (round < 0) continue;
      times[i]!.clock.push(clock);
      times[i]!.processor.push(processor);
    }
  }
  return times.map(({ clock, processor }) => ({
    clock: total / 1e9 / Math.min(...clock),
    processor: total / 1e9 / median(processor),
  }));
}

const folder = mkdtempSync(join(tmpdir(), "marchenko-reading-"));
const load = () => loadavg()[0]!.toFixed(1);
try {
  print("# Reading checkpoints\n");
  print(
    `Written by \`scripts/bench/reading.ts\`, ${rounds} rounds. ${cpus()[0]?.model}, ${availableParallelism()} cores,`,
  );
  print(
    `Node ${process.version}; load before ${load()}: other programs take from both sides, the clock's columns most.\n`,
  );
  print(
    `Tensors of ${rows} x ${columns}, each read into the same array (\`readInto\`, as the analysis does it), beside the same`,
  );
  print(
    "bytes read by `fs.read` alone, 2 MB at once, into as much memory as a tensor's bytes take. The file is in the",
  );
  print(
    "system's cache. GB/s are of stored bytes: by the clock in the fastest round; by processor time, all threads'",
  );
  print("together, in the median one.\n");
  row([
    "stored as",
    "GB",
    "read, clock",
    "fs.read, clock",
    "ratio",
    "read, processor",
    "fs.read, processor",
    "ratio",
  ]);
  row(new Array(8).fill("---"));
  const ratios = new Map<string, [number, number]>();
  for (const stored of [
    plain("BF16", 2, 1),
    plain("F16", 2, 0.5),
    plain("F32", 4, 1),
    plain("F64", 8, 1),
    plain("F8_E4M3", 1, 0.25),
    plain("F8_E5M2", 1, 0.25),
    quantised("Q8_0", 8, 34, 32),
    quantised("Q4_K", 12, 144, 256),
  ]) {
    const path = join(folder, stored.dtype);
    stored.write(path);
    const total = stored.bytes * stored.count;
    const memory = new Uint8Array(stored.bytes);
    const [ours, theirs] = await race(total, [() => readTensors(path), () => copy(path, total, memory)]);
    rmSync(path);
    const [clock, processor] = [ours!.clock / theirs!.clock, ours!.processor / theirs!.processor];
    ratios.set(stored.dtype, [clock, processor]);
    const shown = (value: number) => value.toPrecision(3);
    row([
      ...[stored.dtype, (total / 1e9).toFixed(2), shown(ours!.clock), shown(theirs!.clock), clock.toFixed(2)],
      ...[shown(ours!.processor), shown(theirs!.processor), processor.toFixed(2)],
    ]);
  }
  const [clock, processor] = ratios.get("BF16")!;
  const verdict = clock >= wanted ? "met" : "missed";
  print(
    `\nAsked for: bfloat16 at no less than a third of the speed of \`fs.read\`: **${verdict}**, ${clock.toFixed(2)} by the`,
  );
  print(`clock (${processor.toFixed(2)} by processor time).\n`);

  print("## Headers of large files\n");
  print(
    "`marchenko inspect`, from the start of its process to its end, of sparse files; the fastest and the median of",
  );
  print(`${rounds} runs, and the most memory of any. Asked for: 200 ms and 100 MB.\n`);
  row(["file", "fastest, ms", "median, ms", "MB"]);
  row(new Array(4).fill("---"));
  for (const big of bigFiles) {
    const path = await writeBigFile(big, folder);
    const runs = [];
    for (let i = 0; i < rounds; i++)
      runs.push(await runMeasured(process.execPath, [command, "inspect", path]));
    const ms = runs.map(({ seconds }) => 1000 * seconds);
    const peak = Math.max(...runs.map(({ peakBytes }) => peakBytes ?? 0)) / 1e6;
    row([`${big.format}, ${big.title}`, Math.min(...ms).toFixed(0), median(ms).toFixed(0), peak.toFixed(0)]);
  }
  const runs = [];
  for (let i = 0; i < rounds; i++) runs.push(await runMeasured(process.execPath, [command, "--version"]));
  const ms = runs.map(({ seconds }) => 1000 * seconds);
  row(["`marchenko --version`, for comparison", Math.min(...ms).toFixed(0), median(ms).toFixed(0), ""]);
  print(`\nLoad after: ${load()}.`);
} finally {
  rmSync(folder, { recursive: true });
}
