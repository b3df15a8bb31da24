import type { Value } from "../autodiff/value.ts";
import { type RandomStream, randomStream } from "../linalg/random.ts";
import { type MeasuredPart, partPlan } from "../measure/measured-part.ts";
import type { NoiseLayer } from "./noise-layers.ts";

/** A matrix of noise, and how many samples (tokens of examples) are summed in it. */
export interface NoiseMatrix {
  readonly id: "single-batch" | "single-example" | "random-signs" | "half";
  /** Of the gradient's shape, row-major. */
  readonly data: Float64Array;
  readonly samples: number;
}

/** The noise of one layer's gradient over a partition into equal batches. */
export interface LayerNoise {
  /** Mean over the batches: `G`, the gradient of all of them. */
  readonly mean: Float64Array;
  readonly matrices: readonly NoiseMatrix[];
  /** ||N_k||_F^2 of each batch. */
  readonly squaredNorms: Float64Array;
  /** Whether the backend computes in float32: what the entries can be told by. */
  readonly isSingle: boolean;
  /** Whole noise matrices of the first batches, one after the other: at least one, as many as `mostEntries` allows. */
  readonly entries: Float64Array;
}

/** Entries kept of single batches' noise. */
const mostEntries = 1 << 18;

/** Gradients of batches, one after the other. */
async function eachGradient(
  part: MeasuredPart,
  layers: readonly NoiseLayer[],
  places: readonly number[],
  visit: (gradients: readonly ArrayLike<number>[], k: number) => void,
  gradientOf: (layer: NoiseLayer) => Value = ({ gradient }) => gradient,
): Promise<void> {
  const outputs = Object.fromEntries(layers.map((layer) => [layer.tensor, gradientOf(layer)]));
  const plan = await partPlan(part, { outputs });
  try {
    for (const [k, place] of places.entries()) {
      const found = await plan.run(await part.batch(place));
      visit(
        layers.map(({ tensor }) => found[tensor]!),
        k,
      );
    }
  } finally {
    plan.dispose();
  }
}

/** Means of the gradients over batches of equal size. */
export async function meanGradients(
  part: MeasuredPart,
  layers: readonly NoiseLayer[],
  places: readonly number[],
): Promise<Float64Array[]> {
  const means = layers.map(({ shape: [rows, columns] }) => new Float64Array(rows * columns));
  await eachGradient(part, layers, places, (gradients) => {
    for (const [l, mean] of means.entries()) {
      for (let i = 0; i < mean.length; i++) mean[i]! += gradients[l]![i]! / places.length;
    }
  });
  return means;
}

/**
 * The noise of each batch of a partition, one after the other.
 *
 *     N_k = G_k - mean_k G_k,   sum_k N_k = 0
 *
 * @param means - of {@link meanGradients} over the same places.
 * @param visit - told of the layers' matrices, whose arrays are used again for the next batch.
 */
export async function eachNoise(
  part: MeasuredPart,
  layers: readonly NoiseLayer[],
  places: readonly number[],
  means: readonly Float64Array[],
  visit: (noise: readonly Float64Array[], k: number) => void,
): Promise<void> {
  const noise = means.map(({ length }) => new Float64Array(length));
  await eachGradient(part, layers, places, (gradients, k) => {
    for (const [l, mean] of means.entries()) {
      for (let i = 0; i < mean.length; i++) noise[l]![i] = gradients[l]![i]! - mean[i]!;
    }
    visit(noise, k);
  });
}

/**
 * Random signs that are not all alike: under equal ones the noise of a partition sums to 0, and rounding is left.
 *
 * @param count - at least 2.
 */
export function randomSigns({ uniform }: Pick<RandomStream, "uniform">, count: number): number[] {
  for (;;) {
    const signs = Array.from({ length: count }, () => (uniform() < 0.5 ? -1 : 1));
    if (signs.some((sign) => sign !== signs[0])) return signs;
  }
}

/**
 * The noise matrices of layers at a frozen checkpoint, for a partition into S batches of B examples.
 *
 *     single-batch    N_1,  of B T samples
 *     single-example  gradient of one example, a sum of T outer products: its rank is min(T, n, d) at most
 *     random-signs    S^-1/2 sum_k xi_k N_k,  xi = +-1 drawn from the seed, not all alike
 *     half            (S/2)^-1/2 sum of N_k over half of the batches, which is minus that over the others
 *
 * Each batch is computed twice, and no more than one is held: memory does not depend on S.
 *
 * @param places - S >= 2 batches of the part, each whole.
 * @returns one for each layer, in the unit of the gradient of the mean example's loss.
 */
export async function noiseMatrices(
  part: MeasuredPart,
  layers: readonly NoiseLayer[],
  places: readonly number[],
): Promise<LayerNoise[]> {
  const means = await meanGradients(part, layers, places);
  const count = places.length;
  const signs = randomSigns(randomStream(part.seed, ["gradient-noise", "signs", count]), count);
  const half = Math.floor(count / 2);
  const sums = means.map(({ length }) => ({
    first: new Float64Array(length),
    signed: new Float64Array(length),
    half: new Float64Array(length),
    squaredNorms: new Float64Array(count),
    entries: new Float64Array(length * Math.max(1, Math.min(count, Math.floor(mostEntries / length)))),
  }));
  await eachNoise(part, layers, places, means, (noise, k) => {
    for (const [l, own] of noise.entries()) {
      const sum = sums[l]!;
      const sign = signs[k]! / Math.sqrt(count);
      const share = k < half ? 1 / Math.sqrt(half) : 0;
      let squares = 0;
      for (let i = 0; i < own.length; i++) {
        sum.signed[i]! += sign * own[i]!;
        sum.half[i]! += share * own[i]!;
        squares += own[i]! * own[i]!;
      }
      sum.squaredNorms[k] = squares;
      if (k === 0) sum.first.set(own);
      if ((k + 1) * own.length <= sum.entries.length) sum.entries.set(own, k * own.length);
    }
  });
  const examples: Float64Array[] = [];
  let isSingle = false;
  await eachGradient(
    part,
    layers,
    places.slice(0, 1),
    (gradients) => {
      isSingle = gradients.some((own) => own instanceof Float32Array);
      examples.push(...gradients.map((own) => Float64Array.from(own)));
    },
    ({ exampleGradient }) => exampleGradient,
  );
  return layers.map(({ tokens }, l) => {
    const { first, signed, half: halfSum, squaredNorms, entries } = sums[l]!;
    const ofBatch = part.batchSize * tokens;
    return {
      mean: means[l]!,
      matrices: [
        { id: "single-batch", data: first, samples: ofBatch },
        { id: "single-example", data: examples[l]!, samples: tokens },
        { id: "random-signs", data: signed, samples: count * ofBatch },
        { id: "half", data: halfSum, samples: half * ofBatch },
      ],
      squaredNorms,
      isSingle,
      entries,
    };
  });
}
