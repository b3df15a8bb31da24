import { parentPort, workerData } from "node:worker_threads";
import { drawNullSpectra } from "../fits/null-spectra.ts";
import type { WorkerReply, WorkerRequest } from "../kernels/worker-pool.ts";
import type { EntryCensus } from "../linalg/entry-census.ts";
import type { FloatFormatName } from "../linalg/float-formats.ts";
import type { Matrix } from "../linalg/matrix.ts";
import { computeSpectrum } from "../spectrum/compute-spectrum.ts";
import { engineById } from "../spectrum/engines.ts";
import type { SpectrumMethod } from "../spectrum/spectrum-method.ts";

/** What a compute worker is started with. */
export interface ComputeWorkerData {
  readonly seed: number | string;
  /** Id of the spectrum engine. */
  readonly engine: string;
}

/** Argument of the task "spectrum". */
export interface SpectrumTask {
  readonly matrix: Matrix;
  readonly format: FloatFormatName;
  readonly method: SpectrumMethod;
  readonly census: EntryCensus | undefined;
}

const { seed, engine: engineId } = workerData as ComputeWorkerData;
const engine = engineById(engineId);

/** The tasks that a compute worker runs, by name; its pool sends the argument. */
const tasks: Record<string, (argument: never) => unknown> = {
  spectrum: ({ matrix, ...options }: SpectrumTask) => computeSpectrum(matrix, { engine, ...options }),
  part: (part: unknown) => engine.runPart?.(part),
  nullSpectra: ({ larger, smaller }: { larger: number; smaller: number }) =>
    drawNullSpectra(larger, smaller, seed),
};

parentPort?.on("message", async ({ id, task, argument }: WorkerRequest) => {
  let reply: WorkerReply;
  try {
    reply = { id, value: await tasks[task]!(argument as never) };
  } catch (error) {
    const { name, message } = error as Error;
    reply = { id, error: { name, message } };
  }
  parentPort?.postMessage(reply);
});
