import { parseArgs } from "node:util";
import { Matrix as MlMatrix, SingularValueDecomposition } from "ml-matrix";
import { randomStream } from "../../src/linalg/random.ts";
import { names, shapeName } from "./acceptance.ts";
import { analyzeMany, chooseEngine, type SpectraOfMany, startSpectra } from "./library.ts";
import { blockMatrices } from "./make-vit-b.ts";
import { mixedMatrices } from "./mixed-matrices.ts";
import { type Peer, startPeerIfAny, threads } from "./peer.ts";
import { emit } from "./table.ts";
import { type Contender, race, secondsOf } from "./timing.ts";

/**
 * Times singular values: the library against numpy and ml-matrix, run in turn. Prints rows for the table.
 *
 *     tsx scripts/bench/engine.ts [--engine ID] [--python PYTHON] [--quick]
 *
 * The engine is the library's own choice unless named.
 */
const { values: options } = parseArgs({
  options: {
    engine: { type: "string" },
    python: { type: "string" },
    quick: { type: "boolean", default: false },
  },
});

const engine = chooseEngine(options.engine);

interface Size {
  readonly shape: readonly [rows: number, columns: number];
  readonly runs: number;
  readonly quick?: boolean;
  /** Whether ml-matrix, some 40 times slower than numpy, takes part. */
  readonly mlMatrix?: boolean;
}

const sizes: readonly Size[] = [
  { shape: [256, 1024], runs: 5, quick: true, mlMatrix: true },
  { shape: [768, 768], runs: 15, quick: true },
  { shape: [768, 3072], runs: 15, quick: true },
  { shape: [1024, 4096], runs: 9 },
  { shape: [2048, 2048], runs: 7 },
  { shape: [4096, 4096], runs: 3 },
  { shape: [50257, 768], runs: 5 },
];

/** Blocks whose matrices are computed as one set: all of a ViT-B's, so 72 matrices, or one block's. */
const blocks = options.quick ? 1 : 12;
const setRuns = 3;

/** A matrix in memory that threads share, as those are that were read from a checkpoint. */
function noise(rows: number, columns: number, seed: number) {
  const data = new Float32Array(new SharedArrayBuffer(4 * rows * columns));
  const matrix = { rows, columns, data };
  draw(matrix.data, seed);
  return matrix;
}

function draw(data: Float32Array, seed: number): void {
  const { normal } = randomStream(seed, ["bench", data.length]);
  for (let i = 0; i < data.length; i++) data[i] = 0.02 * normal();
}

/** Seconds of work on both threads before a lone matrix is timed. */
const warmth = 0.15;
/** What they work on. */
const small = noise(400, 400, 1);

/** numpy on matrices of a shape: `repeat` of them, one after the other; the sum of their times. */
async function numpySeconds(
  peer: Peer,
  op: "svd" | "gram",
  [rows, cols]: readonly [number, number],
  { repeat = 1, warm = 0 } = {},
) {
  const { seconds } = await peer.ask({ op, rows, cols, repeat, warm, seed: 1 });
  return (seconds as number[]).reduce((sum, each) => sum + each, 0);
}

const numpyOps = [
  { name: names.numpySvd, op: "svd" },
  { name: names.numpyGram, op: "gram" },
] as const;

/**
 * One matrix at a time, on all threads together as numpy's library does it. Each side draws its matrix, which takes one
 * thread a while, and then keeps both threads at work for a moment before it is timed: a virtual machine gets an idle
 * core back from its host by and by.
 */
async function raceOneMatrix(
  peer: Peer | null,
  spectra: SpectraOfMany,
  { shape, runs, mlMatrix }: Size,
): Promise<void> {
  const matrix = noise(shape[0], shape[1], 1);
  const ours: Contender = {
    name: `${threads} threads, ${engine.id}`,
    time: async () => {
      draw(matrix.data, 1);
      const end = performance.now() + 1000 * warmth;
      while (performance.now() < end) await spectra.compute([small]);
      return await secondsOf(() => spectra.compute([matrix]));
    },
  };
  const others: Contender[] = [];
  if (peer)
    for (const { name, op } of numpyOps)
      others.push({ name, time: () => numpySeconds(peer, op, shape, { warm: warmth }) });
  if (mlMatrix) {
    const dense = MlMatrix.from1DArray(matrix.rows, matrix.columns, Float64Array.from(matrix.data));
    const settings = {
      computeLeftSingularVectors: false,
      computeRightSingularVectors: false,
      autoTranspose: true,
    };
    others.push({
      name: names.mlMatrix,
      time: () => secondsOf(() => new SingularValueDecomposition(dense, settings).diagonal),
    });
  }
  for (const row of await race(shapeName(...shape), ours, others, runs)) emit(row);
}

/** All matrices of the blocks: spectra by the library's workers, and the whole analysis. */
async function raceSet(peer: Peer | null): Promise<void> {
  const shapes = Object.values(blockMatrices);
  const matrices = Array.from({ length: blocks }, (_, block) =>
    shapes.map(([rows, columns], index) => noise(rows, columns, 1 + block * shapes.length + index)),
  ).flat();
  const others: Contender[] = [];
  for (const { name, op } of peer ? numpyOps : []) {
    const time = async () => {
      let sum = 0;
      for (const shape of shapes) sum += await numpySeconds(peer!, op, shape, { repeat: blocks });
      return sum;
    };
    others.push({ name, time });
  }
  const inQuick = options.quick ? ` (quick: ${matrices.length})` : "";
  const spectra = await startSpectra(threads, engine);
  const pooled: Contender = {
    name: `${threads} workers, ${engine.id}`,
    time: () => secondsOf(() => spectra.compute(matrices)),
  };
  for (const row of await race(names.setOfMatrices + inQuick, pooled, others, setRuns)) emit(row);
  const mixed = mixedMatrices(Array.from({ length: blocks }, () => shapes).flat(), 1);
  const analysis: Contender = {
    name: `analyze, ${threads} workers, ${engine.id}`,
    time: () => secondsOf(() => analyzeMany(mixed, threads, engine)),
  };
  const alone: Contender = {
    name: names.spectraAlone,
    time: () => secondsOf(() => spectra.compute(mixed)),
  };
  for (const row of await race(names.setMixed + inQuick, analysis, [alone], setRuns)) emit(row);
  await spectra.close();
  const whole: Contender = {
    name: `analyze, ${threads} workers, ${engine.id}`,
    time: () => secondsOf(() => analyzeMany(matrices, threads, engine)),
  };
  for (const row of await race(names.setAnalysed + inQuick, whole, others.slice(0, 1), setRuns)) emit(row);
}

const peer = await startPeerIfAny(options.python, "peer.py");
if (peer) emit({ fact: "numpy", is: `${peer.info.numpy}, ${peer.info.blas}, ${peer.info.threads} threads` });
const lone = await startSpectra(threads, engine);
for (const size of sizes) if (size.quick || !options.quick) await raceOneMatrix(peer, lone, size);
await lone.close();
await raceSet(peer);
peer?.close();
