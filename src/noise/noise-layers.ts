import { differentiate } from "../autodiff/differentiate.ts";
import { sum } from "../autodiff/ops/broadcasting.ts";
import { contraction } from "../autodiff/ops/contraction.ts";
import { linear } from "../autodiff/ops/linear.ts";
import { reshape } from "../autodiff/ops/reshape.ts";
import { slice } from "../autodiff/ops/slice.ts";
import { subtract } from "../autodiff/ops/subtract.ts";
import { sumOfSquares } from "../autodiff/ops/sum-of-squares.ts";
import { type Shape, sizeOf } from "../autodiff/shape.ts";
import type { Value } from "../autodiff/value.ts";
import { exampleLosses, totalLoss } from "../measure/example-losses.ts";
import type { MeasuredPart } from "../measure/measured-part.ts";

/** Vectors at the tokens of a batch, of which covariances are taken. */
export interface TokenVectors {
  /** `inputs` (x or a), `outputGradients` (eta or g_Z) or `activationGradients` (g). */
  readonly side: "inputs" | "outputGradients" | "activationGradients";
  /** Shape [tokens, width]; gradients are those of the example's own loss. */
  readonly value: Value;
  readonly width: number;
}

/** A matrix of an MLP block as the source of gradient noise. */
export interface NoiseLayer {
  /** Name of the parameter. */
  readonly tensor: string;
  /** As it is stored. */
  readonly shape: readonly [number, number];
  /** Gradient of the mean over a batch of the examples' losses, of the matrix' shape. */
  readonly gradient: Value;
  /** The same of the batch's first example alone. */
  readonly exampleGradient: Value;
  /** T: tokens of an example that pass the matrix. */
  readonly tokens: number;
  readonly vectors: readonly TokenVectors[];
  /** ||G - E'X||^2 / ||G||^2 and ||G - X'E||^2 / ||G||^2 of a batch: which product of the vectors the gradient is. */
  readonly residuals: Readonly<Record<"out-in" | "in-out", Value | null>>;
}

/**
 * The key and value matrices of a model's MLP blocks, with all that their gradient noise is computed of.
 *
 * @returns keys and values in the order of the blocks.
 */
export function noiseLayers({ traced, batchSize }: Pick<MeasuredPart, "traced" | "batchSize">): NoiseLayer[] {
  const found = traced.blocks.flatMap(({ tap, key, value }) => {
    const at = (name: string) => traced.taps.get(`${tap}.${name}`)!;
    const ofKey = {
      tensor: key,
      inputs: at("input"),
      outputs: at("preActivation"),
      activation: at("activation"),
    };
    return value === null
      ? [ofKey]
      : [ofKey, { tensor: value, inputs: at("valueInput"), outputs: at("output"), activation: null }];
  });
  const matrices = found.map(({ tensor }) => traced.parameters.get(tensor)!.value);
  const inner = found.flatMap(({ outputs, activation }) => (activation ? [outputs, activation] : [outputs]));
  const gradients = differentiate(totalLoss(traced), [...matrices, ...inner]);
  const ofInner = new Map(inner.map((value, place) => [value, gradients[matrices.length + place]!]));
  const first = sum(slice(exampleLosses(traced, batchSize), 0, 0, 1));
  const ofFirst = differentiate(first, matrices);

  return found.map(({ tensor, inputs, outputs, activation }, place) => {
    const vectors: TokenVectors[] = [
      tokenVectors("inputs", inputs),
      tokenVectors("outputGradients", ofInner.get(outputs)!),
      ...(activation ? [tokenVectors("activationGradients", ofInner.get(activation)!)] : []),
    ];
    const [x, eta] = vectors as [TokenVectors, TokenVectors];
    const total = gradients[place]!;
    const residual = (a: TokenVectors, b: TokenVectors) =>
      isShape(total.shape, [a.width, b.width])
        ? sumOfSquares(subtract(total, contraction(a.value, b.value, "ta,tb->ab")))
        : null;
    return {
      tensor,
      shape: total.shape as unknown as readonly [number, number],
      gradient: linear(total, 1 / batchSize),
      exampleGradient: ofFirst[place]!,
      tokens: x.value.shape[0]! / batchSize,
      vectors,
      residuals: { "out-in": residual(eta, x), "in-out": residual(x, eta) },
    };
  });
}

function isShape([rows, columns]: Shape, expected: Shape): boolean {
  return rows === expected[0] && columns === expected[1];
}

/** A tap as a row a token. */
function tokenVectors(side: TokenVectors["side"], value: Value): TokenVectors {
  const width = value.shape.at(-1)!;
  return { side, width, value: reshape(value, [sizeOf(value.shape) / width, width]) };
}
