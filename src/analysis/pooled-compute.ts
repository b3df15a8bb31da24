import type { NullSpectra } from "../fits/null-spectra.ts";
import { startWorkerPool } from "../kernels/worker-pool.ts";
import type { Spectrum } from "../spectrum/spectrum.ts";
import { type Compute, keepPerShape } from "./compute.ts";
import type { ComputeWorkerData } from "./compute-worker.ts";

/**
 * Computes on worker threads, one matrix each.
 *
 * @param engine - id of an engine of the catalogue: a function can't be sent to another thread.
 */
export async function computeInWorkers(
  workers: number,
  seed: number | string,
  engine: string,
): Promise<Compute> {
  const data: ComputeWorkerData = { seed, engine };
  const pool = await startWorkerPool(new URL("./compute-worker.js", import.meta.url), workers, data);
  return {
    engine,
    parallelism: workers,
    spectrum: (matrix, format) => pool.run("spectrum", { matrix, format }) as Promise<Spectrum>,
    nullSpectra: keepPerShape(
      (larger, smaller) => pool.run("nullSpectra", { larger, smaller }) as Promise<NullSpectra>,
    ),
    close: () => pool.close(),
  };
}
