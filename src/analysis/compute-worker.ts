import { drawNullSpectra } from "../fits/null-spectra.ts";
import { serveTasks } from "../kernels/serve-tasks.ts";
import type { EntryCensus } from "../linalg/entry-census.ts";
import type { FloatFormatName } from "../linalg/float-formats.ts";
import type { Matrix } from "../linalg/matrix.ts";
import { computeSpectrum } from "../spectrum/compute-spectrum.ts";
import { engineById } from "../spectrum/engines.ts";
import type { SpectrumMethod } from "../spectrum/spectrum-method.ts";
import { readSpectrum } from "./compute.ts";
import { type MatrixTaskName, runMatrixTask, type WantedOf } from "./matrix-tasks.ts";
import { type GivenOf, runSpectrumTask, type SpectrumTaskName } from "./spectrum-tasks.ts";

/** What a compute worker is started with. */
export interface ComputeWorkerData {
  readonly seed: number | string;
  /** Id of the spectrum engine. */
  readonly engine: string;
  /** What the engine's `compile` made. */
  readonly compiled: unknown;
}

/** Argument of the tasks "spectrum" and "whole". */
export interface SpectrumTask {
  readonly matrix: Matrix;
  readonly format: FloatFormatName;
  readonly method: SpectrumMethod;
  readonly census: EntryCensus | undefined;
}

/** Argument of the task "examine". */
export interface ExamineTask<Name extends MatrixTaskName = MatrixTaskName> {
  readonly task: Name;
  readonly matrix: Matrix;
  readonly wanted: WantedOf<Name>;
}

/** Argument of the task "interpret". */
export interface InterpretTask<Name extends SpectrumTaskName = SpectrumTaskName> {
  readonly task: Name;
  readonly given: GivenOf<Name>;
}

void serveTasks((data) => {
  const { seed, engine: engineId, compiled } = data as ComputeWorkerData;
  const engine = engineById(engineId);
  if (compiled) engine.adopt?.(compiled);
  return {
    spectrum: ({ matrix, ...options }: SpectrumTask) => computeSpectrum(matrix, { engine, seed, ...options }),
    whole: ({ matrix, ...options }: SpectrumTask) =>
      readSpectrum(
        matrix.data,
        (census) => computeSpectrum(matrix, { engine, seed, ...options, census }),
        options.census,
      ),
    examine: ({ task, matrix, wanted }: ExamineTask) => runMatrixTask(task, matrix, wanted, { engine, seed }),
    interpret: ({ task, given }: InterpretTask) => runSpectrumTask(task, given),
    part: (part: unknown) => engine.runPart?.(part),
    nullSpectra: ({ larger, smaller }: { larger: number; smaller: number }) =>
      drawNullSpectra(larger, smaller, seed),
  };
});
