import type { NullSpectra } from "../fits/null-spectra.ts";
import { sharedSlots } from "../kernels/shared-slots.ts";
import { startWorkerPool } from "../kernels/worker-pool.ts";
import { computeSpectrum } from "../spectrum/compute-spectrum.ts";
import { engineById } from "../spectrum/engines.ts";
import type { Spectrum } from "../spectrum/spectrum.ts";
import type { SingularValues, SpectrumEngine } from "../spectrum/spectrum-engine.ts";
import { type Compute, keepPerShape } from "./compute.ts";
import type { ComputeWorkerData } from "./compute-worker.ts";

/**
 * Computes on worker threads: one matrix each, or all of them together on a large matrix that is alone.
 *
 * @param workers - number of threads, >= 1.
 * @param seed - of the simulated noise.
 * @param engine - id of an engine of the catalogue: a function can't be sent to another thread.
 * @returns the same bytes as {@link computeInProcess} with that engine. Close it when done.
 */
export async function computeInWorkers(
  workers: number,
  seed: number | string,
  engine: string,
): Promise<Compute> {
  const { team } = engineById(engine);
  const data: ComputeWorkerData = { seed, engine };
  const pool = await startWorkerPool(new URL("./compute-worker.js", import.meta.url), workers, data);
  const slots = typeof SharedArrayBuffer === "undefined" ? null : sharedSlots();
  return {
    engine,
    parallelism: workers,
    async spectrum(matrix, format) {
      const work = pool.size > 1 && pool.isIdle() ? team?.(matrix, pool.size) : null;
      if (!work) {
        const slot = slots?.put(matrix);
        try {
          return (await pool.run("spectrum", { matrix: slot?.matrix ?? matrix, format })) as Spectrum;
        } finally {
          slot?.release();
        }
      }
      const together: SpectrumEngine = {
        id: engine,
        singularValues: async () =>
          (await pool.runTeam("part", work.parts, work.abandon))[0] as SingularValues,
      };
      return await computeSpectrum(matrix, { engine: together, format });
    },
    nullSpectra: keepPerShape(
      (larger, smaller) => pool.run("nullSpectra", { larger, smaller }) as Promise<NullSpectra>,
    ),
    close: () => pool.close(),
  };
}
