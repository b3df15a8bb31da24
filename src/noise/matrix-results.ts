import { analyze } from "../analysis/analyze.ts";
import { nothingComputed } from "../analysis/analyze-layer.ts";
import type { LayerResult } from "../analysis/result.ts";
import { type TensorSource, tensorOf } from "../checkpoint/tensor.ts";
import { NothingToAnalyzeError } from "../errors.ts";
import type { Matrix } from "../linalg/matrix.ts";
import { compareLaws, type SimulatedDistances } from "./laws/compare-laws.ts";
import type { NoiseSetting } from "./laws/noise-law.ts";
import type { NoiseMatrixResult } from "./result.ts";

/** A matrix of noise on its way to its spectrum. */
export interface Candidate {
  readonly id: string;
  readonly matrix: Matrix;
  readonly samples: number | null;
  readonly setting: NoiseSetting;
}

/** The rows that `analyze` makes of all matrices, by matrix and tensor. */
export async function analysed(
  layers: readonly { readonly tensor: string; readonly candidates: readonly Candidate[] }[],
  seed: number | string,
): Promise<Map<string, Map<string, LayerResult>>> {
  const ids = [...new Set(layers.flatMap(({ candidates }) => candidates.map(({ id }) => id)))];
  const sources = ids.map(
    (id): TensorSource => ({
      id,
      tensors: () =>
        layers.flatMap(({ tensor, candidates }) => {
          const found = candidates.find((each) => each.id === id);
          if (!found) return [];
          const { rows, columns, data } = found.matrix;
          return [tensorOf(tensor, [rows, columns], data)];
        }),
    }),
  );
  try {
    const { checkpoints } = await analyze(sources, { seed, spectra: "all", keepFused: true });
    return new Map(
      checkpoints.map(({ id, layers: rows }) => [id, new Map(rows.map((row) => [row.tensor, row]))]),
    );
  } catch (error) {
    // Dead layers alone have nothing but zeros.
    if (error instanceof NothingToAnalyzeError) return new Map();
    throw error;
  }
}

/** A matrix with what its row of the analysis and the laws say of it. */
export async function matrixResult(
  { id, matrix, samples, setting }: Candidate,
  row: LayerResult | null,
  seed: number | string,
  simulated: SimulatedDistances,
): Promise<NoiseMatrixResult> {
  const { rows, columns, data } = matrix;
  const entryRms = Math.sqrt(sumOf(data, (entry) => entry ** 2) / data.length);
  const common = { matrix: id, samples, rows, columns, entryRms };
  if (!row || row.status === "skipped" || !row.spectrum) {
    return {
      ...common,
      participationRatio: null,
      ...nothingComputed,
      laws: [],
      reason: row?.detail ?? "every entry is zero",
    };
  }
  const { singularValues = [], relativeErrorBounds: _, ...spectrum } = row.spectrum;
  const rank = row.concentration?.rank ?? singularValues.length;
  const present = Float64Array.from(singularValues.slice(0, rank), (value) => value ** 2).reverse();
  const total = sumOf(present, (value) => value);
  const fourth = sumOf(present, (value) => (value / total) ** 2);
  return {
    ...common,
    participationRatio: fourth > 0 ? 1 / fourth : null,
    spectrum,
    marchenkoPastur: row.marchenkoPastur,
    powerLaw: row.powerLaw,
    concentration: row.concentration,
    metrics: row.metrics,
    verdict: row.verdict,
    verdictEvidence: row.verdictEvidence,
    laws:
      total > 0
        ? (await compareLaws(present, setting, seed, simulated)).map((each) => ({
            ...each,
            parameters: { ...each.parameters },
          }))
        : [],
    reason: null,
  };
}

function sumOf(values: Float32Array | Float64Array, of: (value: number) => number): number {
  let sum = 0;
  for (const value of values) sum += of(value);
  return sum;
}
