import { UnreadableInputError } from "../errors.ts";
import type { Matrix } from "../linalg/matrix.ts";
import type { MeasuredPart } from "../measure/measured-part.ts";
import { type FeatureCovariance, featureCovariances } from "./feature-covariance.ts";
import type { SimulatedDistances } from "./laws/compare-laws.ts";
import type { NoiseSetting } from "./laws/noise-law.ts";
import { analysed, type Candidate, matrixResult } from "./matrix-results.ts";
import type { NoiseLayer } from "./noise-layers.ts";
import { type LayerNoise, noiseMatrices } from "./noise-matrices.ts";
import { referenceNoise } from "./reference-noise.ts";
import type { NoiseLayerResult, NoiseMatrixResult } from "./result.ts";
import { noiseTail } from "./tail-index.ts";
import { vectorRoles } from "./vector-roles.ts";
import { leftByWhitening, mostWhitened, type Whitening, whitened, whitening } from "./whitening.ts";

/** What the noise of a checkpoint is measured by. */
export interface NoiseSettings {
  readonly seed: number | string;
  readonly centred: boolean;
  /** Batches of the noise, and others for covariances. */
  readonly noisePlaces: readonly number[];
  readonly heldOutPlaces: readonly number[];
  /** Distances of simulated noise, kept from matrix to matrix. */
  readonly simulated: SimulatedDistances;
}

/** Numbers of a layer that rest on its gradients alone. */
export type MeasuredNoise = Omit<
  NoiseLayerResult,
  "layer" | "kind" | "role" | "block" | "depth" | "spectralBounds"
>;

/**
 * The noise of some layers at a frozen checkpoint: matrices, their spectra by the walk of `analyze`, laws, tails.
 *
 * @throws {UnreadableInputError} If gradients are not finite.
 */
export async function layersNoise(
  part: MeasuredPart,
  layers: readonly NoiseLayer[],
  settings: NoiseSettings,
): Promise<MeasuredNoise[]> {
  const { noisePlaces, heldOutPlaces, centred, seed } = settings;
  const roles = await vectorRoles(part, layers, heldOutPlaces[0]!);
  const covariances = await featureCovariances(part, layers, heldOutPlaces, { centred });
  const noise = await noiseMatrices(part, layers, noisePlaces);
  const prepared = layers.map((layer, l) => {
    requireFinite(layer, noise[l]!);
    return prepare(layer, noise[l]!, covariances[l]!, roles[l]!, seed);
  });
  const rows = await analysed(
    layers.map(({ tensor }, l) => ({ tensor, candidates: prepared[l]!.candidates })),
    seed,
  );
  const results: MeasuredNoise[] = [];
  for (const [l, layer] of layers.entries()) {
    const { candidates, reasons, anisotropy, orientation } = prepared[l]!;
    const { mean, squaredNorms, entries } = noise[l]!;
    const matrices: NoiseMatrixResult[] = [];
    for (const candidate of candidates) {
      const row = rows.get(candidate.id)?.get(layer.tensor) ?? null;
      matrices.push(await matrixResult(candidate, row, seed, settings.simulated));
    }
    const gradientNorm = Math.sqrt(mean.reduce((sum, entry) => sum + entry ** 2, 0));
    const square = squaredNorms.reduce((sum, each) => sum + each, 0) / squaredNorms.length;
    const noiseNorm = Math.sqrt(square);
    const spread = squaredNorms.reduce((sum, each) => sum + (each - square) ** 2, 0);
    const variance = spread / (squaredNorms.length - 1);
    const tail = noiseTail(entries, layer.shape, seed, layer.tensor);
    if (!tail) reasons.tail = "all gradients are zero";
    if (gradientNorm === 0) reasons.noiseToSignal = "the mean gradient is zero";
    results.push({
      tensor: layer.tensor,
      shape: [...layer.shape],
      orientation,
      gradientNorm,
      noiseNorm,
      // Of the root of a mean, by the delta method.
      noiseNormStandardError: noiseNorm > 0 ? Math.sqrt(variance / squaredNorms.length) / (2 * noiseNorm) : 0,
      noiseToSignal: gradientNorm > 0 ? noiseNorm / gradientNorm : null,
      anisotropy,
      matrices,
      tail: tail && withPlainInterval(tail),
      reasons,
    });
  }
  return results;
}

/** A pair as a list, which the schema of a result has. */
function withPlainInterval(tail: NonNullable<ReturnType<typeof noiseTail>>) {
  const { interval } = tail.powerLaw;
  return { ...tail, powerLaw: { ...tail.powerLaw, interval: interval && [...interval] } };
}

function requireFinite({ tensor }: NoiseLayer, { squaredNorms, mean }: LayerNoise): void {
  if (squaredNorms.every(Number.isFinite) && mean.every(Number.isFinite)) return;
  throw new UnreadableInputError(
    `the gradients for ${tensor} are not finite: the checkpoint has NaN or infinite weights, or its loss leaves the range of float32. Take an earlier checkpoint.`,
  );
}

/** Covariances, whitening and the list of matrices of a layer. */
function prepare(
  { tensor, shape: [rows, columns] }: NoiseLayer,
  noise: LayerNoise,
  covariances: readonly FeatureCovariance[],
  role: "out-in" | "in-out" | null,
  seed: number | string,
) {
  const reasons: Record<string, string> = {};
  const of = (side: FeatureCovariance["side"]) => covariances.find((each) => each.side === side) ?? null;
  const orientation = role ?? (of("inputs")!.order === columns ? "out-in" : "in-out");
  const anisotropy = {
    inputs: role ? anisotropyOf("inputs", of("inputs"), reasons) : null,
    outputGradients: anisotropyOf("outputGradients", of("outputGradients"), reasons),
    activationGradients: anisotropyOf("activationGradients", of("activationGradients"), reasons),
  };
  const sides =
    orientation === "out-in"
      ? (["outputGradients", "inputs"] as const)
      : (["inputs", "outputGradients"] as const);
  let white: { rows: Whitening; columns: Whitening } | null = null;
  if (!role) {
    reasons["anisotropy.inputs"] =
      "the gradient is no product of the tapped inputs: something, such as a gate, lies between";
    reasons.whitened = reasons["anisotropy.inputs"];
  } else if (Math.max(rows, columns) > mostWhitened) {
    reasons.whitened = `covariances of more than ${mostWhitened} directions are not inverted`;
  } else {
    const [ofRows, ofColumns] = sides.map((side) => whitening(of(side)!));
    if (ofRows && ofColumns) white = { rows: ofRows, columns: ofColumns };
    else reasons.whitened = "inputs or gradients are all zero";
  }
  const setting = (samples: number): NoiseSetting => ({
    rows,
    columns,
    samples,
    rowVariances: white?.rows.eigenvalues ?? null,
    columnVariances: white?.columns.eigenvalues ?? null,
  });
  const asStored = (data: Float64Array, height = rows, width = columns): Matrix => ({
    rows: height,
    columns: width,
    data: noise.isSingle ? Float32Array.from(data) : data,
  });
  const candidates: Candidate[] = noise.matrices.map(({ id, data, samples }) => ({
    id,
    matrix: asStored(data),
    samples,
    setting: setting(samples),
  }));
  const signed = noise.matrices.find(({ id }) => id === "random-signs")!;
  const observed = { rows, columns, data: signed.data };
  if (white) {
    const matrix = whitened(observed, white.rows, white.columns);
    const { samples } = signed;
    candidates.push({
      id: "whitened",
      matrix: asStored(matrix.data, matrix.rows, matrix.columns),
      samples,
      // What the covariances' own error leaves, as if their tokens were independent.
      setting: {
        rows: matrix.rows,
        columns: matrix.columns,
        samples,
        rowVariances: leftByWhitening(white.rows.rank, of(sides[0])!.tokens),
        columnVariances: leftByWhitening(white.columns.rank, of(sides[1])!.tokens),
      },
    });
  }
  const alone: NoiseSetting = { rows, columns, samples: null, rowVariances: null, columnVariances: null };
  for (const { id, data } of referenceNoise(observed, seed, tensor)) {
    candidates.push({ id, matrix: asStored(data), samples: null, setting: alone });
  }
  return { candidates, reasons, anisotropy, orientation } as const;
}

function anisotropyOf(
  side: keyof NoiseLayerResult["anisotropy"],
  found: FeatureCovariance | null,
  reasons: Record<string, string>,
): NoiseLayerResult["anisotropy"]["inputs"] {
  if (!found) return null; // Activations lie behind a key matrix alone.
  const { order, tokens, anisotropy: own, standardErrors: error } = found;
  if (!own) {
    reasons[`anisotropy.${side}`] = "all of them are zero";
    return null;
  }
  return {
    order,
    tokens,
    trace: own.trace,
    traceStandardError: error?.trace ?? null,
    scale: own.scale,
    alpha: own.alpha,
    alphaStandardError: error?.alpha ?? null,
    alphaRatio: own.alphaRatio,
    alphaRatioStandardError: error?.alphaRatio ?? null,
    delta: own.delta,
    deltaStandardError: error?.delta ?? null,
    deltaRatio: own.deltaRatio,
    deltaRatioStandardError: error?.deltaRatio ?? null,
  };
}
