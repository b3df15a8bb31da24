import { sumTo } from "../autodiff/ops/broadcasting.ts";
import { contraction } from "../autodiff/ops/contraction.ts";
import { linear } from "../autodiff/ops/linear.ts";
import type { Value } from "../autodiff/value.ts";
import { type MeasuredPart, type PartPlan, partPlan } from "../measure/measured-part.ts";
import { type Anisotropy, anisotropy } from "./anisotropy.ts";
import type { NoiseLayer, TokenVectors } from "./noise-layers.ts";

/** A covariance over the tokens of batches, and how it deviates from a multiple of the identity. */
export interface FeatureCovariance {
  readonly side: TokenVectors["side"];
  /** p. */
  readonly order: number;
  /** C, `[p, p]` row-major. */
  readonly covariance: Float64Array;
  /** Tokens averaged over. */
  readonly tokens: number;
  /** Null where all vectors are zero. */
  readonly anisotropy: Anisotropy | null;
  /** By the jackknife over batches; null with one batch, or where leaving one out leaves zeros. */
  readonly standardErrors: Anisotropy | null;
}

interface Entry {
  readonly name: string;
  readonly layer: number;
  readonly vectors: TokenVectors;
  /** Of tokens of a batch. */
  readonly tokens: number;
}

/**
 * Covariances of what passes the layers, over all tokens of whole batches.
 *
 *     C = E[u u'],   or E[u u'] - E[u] E[u]' where `centred`,   u = x, g or eta of a token
 *
 * Each batch is computed twice, for the jackknife's sake, and no more than one is held.
 *
 * @param places - batches of the part, each whole.
 * @returns for each layer one a kind of vectors, in their unit squared; gradients are those of an example's own loss.
 */
export async function featureCovariances(
  part: MeasuredPart,
  layers: readonly NoiseLayer[],
  places: readonly number[],
  { centred = false }: { readonly centred?: boolean } = {},
): Promise<FeatureCovariance[][]> {
  const entries: Entry[] = layers.flatMap(({ tensor, vectors }, layer) =>
    vectors.map((own) => ({
      name: `${tensor} ${own.side}`,
      layer,
      vectors: own,
      tokens: own.value.shape[0]!,
    })),
  );
  const outputs: Record<string, Value> = {};
  for (const { name, tokens, vectors } of entries) {
    outputs[name] = linear(contraction(vectors.value, vectors.value, "ta,tb->ab"), 1 / tokens);
    outputs[`${name} mean`] = linear(sumTo(vectors.value, [1, vectors.width]), 1 / tokens);
  }
  const plan = await partPlan(part, { outputs });
  try {
    const totals = entries.map(({ vectors: { width } }) => emptyMoments(width));
    await eachBatch(part, plan, places, (found) => {
      for (const [e, { name }] of entries.entries()) {
        addMoments(totals[e]!, found[name]!, found[`${name} mean`]!, 1 / places.length);
      }
    });
    const without: (Anisotropy | null)[][] = entries.map(() => []);
    const rest = 1 / (places.length - 1);
    if (places.length > 1) {
      await eachBatch(part, plan, places, (found) => {
        for (const [e, { name, vectors }] of entries.entries()) {
          const left = emptyMoments(vectors.width);
          addMoments(left, totals[e]!.second, totals[e]!.mean, places.length * rest);
          addMoments(left, found[name]!, found[`${name} mean`]!, -rest);
          without[e]!.push(anisotropy(covarianceOf(left, centred), vectors.width));
        }
      });
    }
    const found = entries.map(({ vectors, tokens }, e): FeatureCovariance => {
      const covariance = covarianceOf(totals[e]!, centred);
      return {
        side: vectors.side,
        order: vectors.width,
        covariance,
        tokens: tokens * places.length,
        anisotropy: anisotropy(covariance, vectors.width),
        standardErrors: jackknife(without[e]!),
      };
    });
    return layers.map((_, layer) => found.filter((__, e) => entries[e]!.layer === layer));
  } finally {
    plan.dispose();
  }
}

/** Means of u u' and of u. */
interface Moments {
  readonly second: Float64Array;
  readonly mean: Float64Array;
}

function emptyMoments(width: number): Moments {
  return { second: new Float64Array(width * width), mean: new Float64Array(width) };
}

function addMoments(
  { second, mean }: Moments,
  ofSecond: ArrayLike<number>,
  ofMean: ArrayLike<number>,
  weight: number,
): void {
  for (let i = 0; i < second.length; i++) second[i]! += weight * ofSecond[i]!;
  for (let i = 0; i < mean.length; i++) mean[i]! += weight * ofMean[i]!;
}

function covarianceOf({ second, mean }: Moments, centred: boolean): Float64Array {
  if (!centred) return second;
  const p = mean.length;
  return second.map((entry, i) => entry - mean[Math.floor(i / p)]! * mean[i % p]!);
}

async function eachBatch(
  part: MeasuredPart,
  plan: PartPlan,
  places: readonly number[],
  visit: (found: Record<string, Float32Array | Float64Array>) => void,
): Promise<void> {
  for (const place of places) visit(await plan.run(await part.batch(place)));
}

/** Standard error by the jackknife: sqrt( (S - 1) / S sum_k (theta_k - mean)^2 ), for each number. */
function jackknife(left: readonly (Anisotropy | null)[]): Anisotropy | null {
  const known = left.filter((each) => each !== null);
  if (known.length < 2 || known.length < left.length) return null;
  const error = (read: (of: Anisotropy) => number) => {
    const values = known.map(read);
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
    const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
    return Math.sqrt(((values.length - 1) / values.length) * squares);
  };
  return {
    trace: error(({ trace }) => trace),
    scale: error(({ scale }) => scale),
    alpha: error(({ alpha }) => alpha),
    alphaRatio: error(({ alphaRatio }) => alphaRatio),
    delta: error(({ delta }) => delta),
    deltaRatio: error(({ deltaRatio }) => deltaRatio),
  };
}
