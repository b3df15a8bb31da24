import type { NoiseLayerResult, NoiseMatrixResult } from "./result.ts";

/** A number of a layer's noise, by which tables and trajectories are made. */
export interface NoiseQuantity {
  /** Its path, a matrix and a law in it by their names. */
  readonly id: string;
  readonly title: string;
  /** Head of a narrow column. */
  readonly symbol: string;
  readonly value: (layer: NoiseLayerResult) => number | null;
  readonly standardError?: (layer: NoiseLayerResult) => number | null;
}

const sides = [
  { side: "inputs", symbol: "x", of: "inputs" },
  { side: "outputGradients", symbol: "eta", of: "output gradients" },
  { side: "activationGradients", symbol: "g", of: "activation gradients" },
] as const;

const matrices = ["single-batch", "single-example", "random-signs", "half", "whitened"] as const;

const laws = ["marchenko-pastur", "product-law", "separable-law"] as const;

const ofMatrix = (
  matrix: string,
  field: string,
  title: string,
  symbol: string,
  read: (found: NoiseMatrixResult) => number | null,
): NoiseQuantity => ({
  id: `matrices.${matrix}.${field}`,
  title: `${title}, ${matrix}`,
  symbol,
  value: ({ matrices: all }) => {
    const found = all.find((each) => each.matrix === matrix);
    return found ? read(found) : null;
  },
});

/** Every number of a layer that has a place in tables and over steps. */
export const noiseQuantities: readonly NoiseQuantity[] = [
  {
    id: "gradientNorm",
    title: "norm of the mean gradient",
    symbol: "|G|",
    value: ({ gradientNorm }) => gradientNorm,
  },
  {
    id: "noiseNorm",
    title: "root mean square norm of a batch's noise",
    symbol: "|N|",
    value: ({ noiseNorm }) => noiseNorm,
    standardError: ({ noiseNormStandardError }) => noiseNormStandardError,
  },
  {
    id: "noiseToSignal",
    title: "noise over signal",
    symbol: "|N|/|G|",
    value: ({ noiseToSignal }) => noiseToSignal,
  },
  ...sides.flatMap(({ side, symbol, of }): NoiseQuantity[] => [
    {
      id: `anisotropy.${side}.alphaRatio`,
      title: `alpha / p of ${of}`,
      symbol: `a/p ${symbol}`,
      value: ({ anisotropy }) => anisotropy[side]?.alphaRatio ?? null,
      standardError: ({ anisotropy }) => anisotropy[side]?.alphaRatioStandardError ?? null,
    },
    {
      id: `anisotropy.${side}.deltaRatio`,
      title: `delta / p of ${of}`,
      symbol: `d/p ${symbol}`,
      value: ({ anisotropy }) => anisotropy[side]?.deltaRatio ?? null,
      standardError: ({ anisotropy }) => anisotropy[side]?.deltaRatioStandardError ?? null,
    },
  ]),
  {
    id: "spectralBounds.real",
    title: "B_re by the paper's code",
    symbol: "B_re",
    value: ({ spectralBounds }) => spectralBounds?.real ?? null,
  },
  {
    id: "spectralBounds.imaginary",
    title: "B_im by the paper's code",
    symbol: "B_im",
    value: ({ spectralBounds }) => spectralBounds?.imaginary ?? null,
  },
  ...matrices.flatMap((matrix) => [
    ofMatrix(matrix, "rank", "rank", "rank", ({ concentration }) => concentration?.rank ?? null),
    ofMatrix(
      matrix,
      "concentration.ratio",
      "spectral concentration",
      "s1/sr",
      ({ concentration }) => concentration?.ratio ?? null,
    ),
    ofMatrix(
      matrix,
      "concentration.majorityRatio",
      "majority ratio",
      "maj.",
      ({ concentration }) => concentration?.majorityRatio ?? null,
    ),
    ofMatrix(matrix, "stableRank", "stable rank", "st.rank", ({ metrics }) => metrics?.stableRank ?? null),
    ofMatrix(
      matrix,
      "participationRatio",
      "participation ratio",
      "part.",
      ({ participationRatio }) => participationRatio,
    ),
    ofMatrix(
      matrix,
      "marchenkoPastur.ksDistance",
      "KS distance of the bulk",
      "D bulk",
      (found) => found.marchenkoPastur?.ksDistance ?? null,
    ),
    ofMatrix(
      matrix,
      "marchenkoPastur.pValue",
      "p-value of the bulk",
      "p bulk",
      (found) => found.marchenkoPastur?.pValue ?? null,
    ),
    ofMatrix(
      matrix,
      "spikeCount",
      "outliers",
      "spikes",
      (found) => found.marchenkoPastur?.spikes.length ?? null,
    ),
    ...laws.flatMap((law) => [
      ofMatrix(
        matrix,
        `laws.${law}.ksDistance`,
        `KS distance from ${law}`,
        "D",
        (found) => found.laws.find((each) => each.law === law)?.ksDistance ?? null,
      ),
      ofMatrix(
        matrix,
        `laws.${law}.pValue`,
        `p-value of ${law}`,
        "p",
        (found) => found.laws.find((each) => each.law === law)?.pValue ?? null,
      ),
    ]),
  ]),
  ...(["raw", "scaled", "control"] as const).flatMap((sample): NoiseQuantity[] => [
    {
      id: `tail.${sample}.stable`,
      title: `stable index, ${sample}`,
      symbol: "index",
      value: ({ tail }) => tail?.[sample].stable?.value ?? null,
      standardError: ({ tail }) => tail?.[sample].stable?.standardError ?? null,
    },
    {
      id: `tail.${sample}.hill`,
      title: `Hill's index, ${sample}`,
      symbol: "Hill",
      value: ({ tail }) => tail?.[sample].hill?.value ?? null,
      standardError: ({ tail }) => tail?.[sample].hill?.standardError ?? null,
    },
    {
      id: `tail.${sample}.excessKurtosis`,
      title: `excess kurtosis, ${sample}`,
      symbol: "kurt.",
      value: ({ tail }) => tail?.[sample].excessKurtosis?.value ?? null,
      standardError: ({ tail }) => tail?.[sample].excessKurtosis?.standardError ?? null,
    },
  ]),
];
