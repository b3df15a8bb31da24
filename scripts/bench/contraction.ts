import { parseArgs } from "node:util";
import { setFlagsFromString } from "node:v8";
import { isMainThread, parentPort, Worker, workerData } from "node:worker_threads";
import { planContraction } from "../../src/kernels/contraction.ts";
import {
  bestVariant,
  type CompiledKernels,
  type KernelVariant,
  type SharedMemory,
  takeSharedMemory,
} from "../../src/kernels/kernels.ts";
import { contractionScratchBytes, runContraction } from "../../src/kernels/run-contraction.ts";
import { barrierBytes, teamMember } from "../../src/kernels/team.ts";
import {
  adoptTrainingKernels,
  compileTrainingKernels,
  trainingKernels,
} from "../../src/kernels/training-kernels.ts";

/**
 * Times the trainer's contractions by one thread, in its processor time, and by two, in elapsed time. Prints GF/s, the
 * best of some runs: 2 operations a term, 1e9 of them a second.
 *
 *     tsx scripts/bench/contraction.ts [--variant plain|relaxed] [--runs N]
 */
interface Case {
  readonly what: string;
  readonly contraction: string;
  readonly sizes: Readonly<Record<string, number>>;
}

/** A layer's product, and its gradients by its input and by its weights. */
function layer(what: string, b: number, i: number, o: number): Case[] {
  return ["bi,oi->bo", "bo,oi->bi", "bo,bi->oi"].map((contraction) => ({
    what: `${what} ${b}x${i}x${o}`,
    contraction,
    sizes: { b, i, o },
  }));
}

const heads = { b: 32, t: 64, s: 64, h: 4, d: 32 };
const cases: readonly Case[] = [
  { what: "square 512", contraction: "ik,kj->ij", sizes: { i: 512, k: 512, j: 512 } },
  ...layer("MLP", 128, 784, 512),
  ...layer("MLP", 128, 512, 512),
  ...layer("MLP", 128, 512, 10),
  ...layer("block", 2048, 128, 512),
  ...layer("block", 2048, 512, 128),
  ...layer("vocabulary", 2048, 128, 65),
  ...layer("vocabulary", 2048, 128, 100),
  ...["bthd,bshd->bhts", "bhts,bshd->bthd", "bhts,bthd->bshd"].map((contraction) => ({
    what: "128 heads 64x64x32",
    contraction,
    sizes: heads,
  })),
];

/** What the second thread is started with. */
interface Start {
  readonly shared: SharedMemory;
  readonly variant: KernelVariant;
  readonly compiled: CompiledKernels;
  readonly runs: number;
}

/** Operations of a timed run, about: some milliseconds. */
const operations = 3e8;

/** One case on one thread of a team: the best seconds that a run took. */
function time(
  { shared, variant, runs }: Start,
  { contraction, sizes }: Case,
  rank: number,
  threads: number,
): number {
  const [a, b, out] = contraction.split(/,|->/) as [string, string, string];
  const shapes = [a, b].map((each) => Array.from(each, (letter) => sizes[letter]!)) as [number[], number[]];
  const plan = planContraction({ a, b, out }, ...shapes);
  const scratch = 4096;
  const aAt = scratch + contractionScratchBytes(threads);
  const bAt = aAt + 4 * product(shapes[0]);
  const outAt = bAt + 4 * product(shapes[1]);
  const kernels = trainingKernels(variant, shared.memory);
  const team = teamMember(shared.memory, rank, threads);
  const repeats = Math.ceil(operations / operationsOf(contraction, sizes));
  let best = Number.POSITIVE_INFINITY;
  for (let run = 0; run < runs; run++) {
    team.barrier();
    const start = threads === 1 ? cpuSeconds() : performance.now() / 1000;
    for (let i = 0; i < repeats; i++) {
      runContraction(kernels, plan, aAt, bAt, outAt, scratch, rank, threads);
      team.barrier();
    }
    const end = threads === 1 ? cpuSeconds() : performance.now() / 1000;
    best = Math.min(best, (end - start) / repeats);
  }
  return best;
}

function operationsOf(contraction: string, sizes: Readonly<Record<string, number>>): number {
  return 2 * product([...new Set(contraction.replace(/,|->/g, ""))].map((letter) => sizes[letter]!));
}

function product(sizes: readonly number[]): number {
  return sizes.reduce((all, size) => all * size, 1);
}

function cpuSeconds(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
}

async function main(): Promise<void> {
  const { values } = parseArgs({ options: { variant: { type: "string" }, runs: { type: "string" } } });
  if (Number(process.versions.node.split(".")[0]) < 22)
    setFlagsFromString("--experimental-wasm-relaxed-simd");
  const variant = (values.variant ?? bestVariant()) as KernelVariant;
  const shared = takeSharedMemory(64 * 1024 * 1024);
  new Float32Array(shared.memory.buffer, barrierBytes).fill(0.5);
  const start: Start = {
    shared,
    variant,
    compiled: compileTrainingKernels(variant),
    runs: Number(values.runs ?? 20),
  };
  const alone = cases.map((each) => time(start, each, 0, 1));
  // A worker starts without tsx: it loads it, then this file.
  const program = `import("tsx/esm/api").then(({ register }) => (register(), import(${JSON.stringify(import.meta.url)})))`;
  const second = new Worker(program, { eval: true, workerData: start });
  await new Promise((resolve) => second.once("message", resolve));
  const together = cases.map((each) => time(start, each, 0, 2));
  console.log(`Node ${process.version}, ${variant}; GF/s by one thread, by two`);
  for (const [i, { what, contraction, sizes }] of cases.entries()) {
    const billions = operationsOf(contraction, sizes) / 1e9;
    const [one, two] = [alone[i]!, together[i]!].map((seconds) =>
      (billions / seconds).toFixed(1).padStart(7),
    );
    console.log(`${what.padEnd(24)} ${contraction.padEnd(16)} ${one} ${two}`);
  }
  await second.terminate();
}

if (isMainThread) await main();
else {
  const start = workerData as Start;
  adoptTrainingKernels(start.compiled);
  parentPort?.postMessage("ready");
  for (const each of cases) time(start, each, 1, 2);
}
