import type { NullSpectra } from "../fits/null-spectra.ts";
import type { GramStep } from "../kernels/gram-eigenvalues.ts";
import { matrixSlots } from "../kernels/matrix-slots.ts";
import type { ThreadProgram } from "../kernels/thread.ts";
import { startWorkerPool } from "../kernels/worker-pool.ts";
import { censusOf, unitOf } from "../linalg/entry-census.ts";
import type { FloatFormatName } from "../linalg/float-formats.ts";
import type { Matrix } from "../linalg/matrix.ts";
import { shortUnit } from "../linalg/short-unit.ts";
import { computeSpectrum, spectrumFrom } from "../spectrum/compute-spectrum.ts";
import { engineById } from "../spectrum/engines.ts";
import type { RowBlocks } from "../spectrum/row-blocks.ts";
import type { Spectrum } from "../spectrum/spectrum.ts";
import type { SingularValues, TeamWork } from "../spectrum/spectrum-engine.ts";
import { isEstimated, needsAccuracy, type SpectrumMethod } from "../spectrum/spectrum-method.ts";
import { type StreamedSpectrum, streamSpectrum } from "../spectrum/stream-spectrum.ts";
import {
  type Compute,
  computeInProcess,
  entryBytes,
  keepPerShape,
  type ReadSpectrum,
  readSpectrum,
  rowsAtOnce,
  type SpectrumHints,
} from "./compute.ts";
import type { ComputeWorkerData, SpectrumTask } from "./compute-worker.ts";
import { shortTasks } from "./matrix-tasks.ts";
import type { ReadingOf } from "./spectrum-tasks.ts";
import { unboxed } from "./unboxed.ts";

/** The threads' program, built into one text. */
const program: ThreadProgram = {
  module: () => new URL("./compute-worker.js", import.meta.url),
  source: async () => (await import("./generated/compute-worker-source.ts")).source,
};

/**
 * Computes on worker threads: one matrix each, or all of them together on a large matrix that is alone.
 *
 * @param workers - number of threads, >= 1; an engine that keeps to the main thread has none.
 * @param seed - of the simulated noise.
 * @param engineId - id of an engine of the catalogue: a function can't be sent to another thread.
 * @returns the same bytes as `computeInProcess` with that engine. Close it when done.
 */
export async function computeInWorkers(
  workers: number,
  seed: number | string,
  engineId: string,
  method: SpectrumMethod = "auto",
): Promise<Compute> {
  const engine = engineById(engineId);
  if (engine.staysInThread) return computeInProcess(engine, seed, method);
  const data: ComputeWorkerData = { seed, engine: engineId, compiled: engine.compile?.() };
  const pool = await startWorkerPool(program, workers, data);
  /** Tasks of this kind that are under way or in line: short ones, which read a spectrum, hold no team up. */
  let long = 0;
  const alone = async <Value>(run: () => Promise<unknown>): Promise<Value> => {
    long++;
    try {
      return (await run()) as Value;
    } finally {
      long--;
    }
  };
  const byOne = (task: SpectrumTask) => alone<Spectrum>(() => pool.run("spectrum", task));
  const canShare = typeof SharedArrayBuffer !== "undefined";
  const slot = matrixSlots(canShare ? "shared" : "own");
  const runStep = async (work: TeamWork, step: GramStep): Promise<SingularValues | null> => {
    const values = await alone<unknown[]>(() => pool.runTeam("part", work.step(step), work.abandon));
    return values[0] as SingularValues | null;
  };
  /** Whether all threads together had better take a matrix. */
  const suitsTeam = ({ rows, columns }: Matrix, { othersFollow = false }: SpectrumHints): boolean => {
    const isGram = method !== "accurate" && !isEstimated(method, rows, columns);
    return isGram && !othersFollow && pool.size > 1 && long === 0 && engine.team !== undefined;
  };
  const compute = async (
    matrix: Matrix,
    format: FloatFormatName,
    hints: SpectrumHints = {},
  ): Promise<Spectrum> => {
    const { census: known } = hints;
    if (!suitsTeam(matrix, hints)) return await byOne({ matrix, format, method, census: known });
    const census = known ?? censusOf(matrix.data);
    // Nothing to compute, or nothing that can be: that is said without an engine.
    if (census.nonFinite > 0 || census.isZero) return await computeSpectrum(matrix, { format, census });
    const shape = { ...matrix, entryBytes: entryBytes(format) };
    const work = engine.team!(shape, unitOf(census), pool.size, shortUnit(census, format));
    if (!work) return await byOne({ matrix, format, method, census });
    const values = await runStep(work, { part: matrix, isFirst: true, isLast: true });
    work.release();
    const spectrum = spectrumFrom(matrix, census, format, values!);
    return method === "auto" && needsAccuracy(spectrum)
      ? await byOne({ matrix, format, method: "accurate", census })
      : spectrum;
  };
  const whole = async (
    matrix: Matrix,
    format: FloatFormatName,
    hints: SpectrumHints = {},
  ): Promise<ReadSpectrum> =>
    suitsTeam(matrix, hints)
      ? await readSpectrum(
          matrix.data,
          (census) => compute(matrix, format, { ...hints, census }),
          hints.census,
        )
      : await alone(() => pool.run("whole", { matrix, format, method, census: hints.census }));
  /** Sees to it that threads have the entries without a copy. */
  const shared = async <Value>(matrix: Matrix, use: (matrix: Matrix) => Promise<Value>): Promise<Value> => {
    if (!canShare || matrix.data.buffer instanceof SharedArrayBuffer) return await use(matrix);
    const place = slot(matrix.data instanceof Float64Array ? "F64" : "F32", matrix.data.length);
    place.data.set(matrix.data);
    try {
      return await use({ ...matrix, data: place.data });
    } finally {
      place.release();
    }
  };
  const streamed = (
    w: RowBlocks,
    format: FloatFormatName,
    { othersFollow = false }: SpectrumHints = {},
  ): Promise<StreamedSpectrum> => {
    const shape = { ...w, entryBytes: entryBytes(format) };
    // A team of nobody would never be done; one, when none is left, is told so by the pool.
    const most = othersFollow ? 1 : Math.max(1, pool.size);
    const begin = (unit: number, short: number | null) =>
      engine.team!(shape, unit, most, short) ?? engine.team!(shape, unit, 1, short)!;
    return streamSpectrum(w, format, begin, runStep);
  };
  return {
    engine: engineId,
    parallelism: workers + 1, // one matrix is read while each worker has one
    slot,
    spectrum: (matrix, format, hints) => shared(matrix, (own) => compute(own, format, hints)),
    whole: (matrix, format, hints) => shared(matrix, (own) => whole(own, format, hints)),
    rowsAtOnce: (shape) => rowsAtOnce(engine, shape, method),
    streamed,
    examine: (task, matrix, wanted) =>
      alone(() => pool.run("examine", { task, matrix, wanted }, shortTasks.has(task))),
    interpret: async (task, given) =>
      unboxed((await pool.run("interpret", { task, given }, true)) as ReadingOf<typeof task>),
    workspace: (order, mayBeShort) => engine.workspace(order, mayBeShort),
    nullSpectra: keepPerShape((larger, smaller) =>
      alone<NullSpectra>(() => pool.run("nullSpectra", { larger, smaller })),
    ),
    close: () => pool.close(),
  };
}
