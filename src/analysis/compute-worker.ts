import { drawNullSpectra } from "../fits/null-spectra.ts";
import { serveTasks } from "../kernels/serve-tasks.ts";
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
  /** What the engine's `compile` made. */
  readonly compiled: unknown;
}

/** Argument of the task "spectrum". */
export interface SpectrumTask {
  readonly matrix: Matrix;
  readonly format: FloatFormatName;
  readonly method: SpectrumMethod;
  readonly census: EntryCensus | undefined;
}

void serveTasks((data) => {
  const { seed, engine: engineId, compiled } = data as ComputeWorkerData;
  const engine = engineById(engineId);
  if (compiled) engine.adopt?.(compiled);
  return {
    spectrum: ({ matrix, ...options }: SpectrumTask) => computeSpectrum(matrix, { engine, seed, ...options }),
    part: (part: unknown) => engine.runPart?.(part),
    nullSpectra: ({ larger, smaller }: { larger: number; smaller: number }) =>
      drawNullSpectra(larger, smaller, seed),
  };
});
