import { fileURLToPath } from "node:url";
import { setFlagsFromString } from "node:v8";

/**
 * The built package: what is measured is what users get, and worker threads run built modules only. The seam
 * between the benchmarks and the library: what they use of it goes through here.
 */
type Library = typeof import("../../src/index.ts");
type Engines = typeof import("../../src/spectrum/engines.ts");
type PooledCompute = typeof import("../../src/analysis/pooled-compute.ts");
type Matrix = import("../../src/index.ts").Matrix;
type Tensor = import("../../src/index.ts").Tensor;
type SpectrumEngine = import("../../src/index.ts").SpectrumEngine;

const built = new URL("../../dist/", import.meta.url);

/** The command, to be run by node. */
export const command = fileURLToPath(new URL("cli/bin.js", built));

/** The library's public names. */
const library = (await import(new URL("index.js", built).href)) as Library;
const { engineById } = (await import(new URL("spectrum/engines.js", built).href)) as Engines;
const { computeInWorkers } = (await import(
  new URL("analysis/pooled-compute.js", built).href
)) as PooledCompute;

/**
 * An engine by its id; without one the library's own choice.
 *
 * In Node 20 that is never one with relaxed SIMD: the command unlocks that in its own process, the library in nobody's.
 * To ask for any engine here is to unlock it.
 */
export function chooseEngine(id: string | undefined): SpectrumEngine {
  if (id === undefined) return library.fastestEngine();
  const major = Number(process.versions.node.split(".")[0]);
  if (major < 22) setFlagsFromString("--experimental-wasm-relaxed-simd");
  return engineById(id);
}

/** Something that computes the spectra of many matrices; it keeps its threads between calls. */
export interface SpectraOfMany {
  compute(matrices: readonly Matrix[]): Promise<void>;
  close(): Promise<void>;
}

/** The library's worker threads, as `analyze` starts them. */
export async function startSpectra(workers: number, engine: SpectrumEngine): Promise<SpectraOfMany> {
  const compute = await computeInWorkers(workers, 0, engine.id);
  return {
    compute: async (matrices) => {
      // The largest first, as an analysis takes them.
      const waiting = matrices.toSorted((a, b) => b.data.length - a.data.length).values();
      const othersFollow = matrices.length > 1;
      // As many under way as an analysis has: all at once would each have a copy of their own in memory.
      const next = async (): Promise<void> => {
        for (const matrix of waiting) await compute.spectrum(matrix, "F32", { othersFollow });
      };
      await Promise.all(Array.from({ length: compute.parallelism }, next));
    },
    close: () => compute.close(),
  };
}

/** The whole analysis of matrices in memory: spectra, noise of each shape, fits, metrics, verdicts. */
export async function analyzeMany(
  matrices: readonly Matrix[],
  workers: number,
  engine: SpectrumEngine,
): Promise<void> {
  const tensors: Tensor[] = matrices.map(({ rows, columns, data }, index) =>
    library.tensorOf(`layer.${index}.weight`, [rows, columns], data),
  );
  const result = await library.analyze({ id: "bench", tensors: () => tensors }, { workers, engine });
  const { layersAnalysed } = result.checkpoints[0]!.totals;
  if (layersAnalysed !== matrices.length) {
    throw new Error(`analyze took ${layersAnalysed} of ${matrices.length} matrices`);
  }
}
