import { input, parameter } from "../../src/autodiff/leaves.ts";
import { sum, sumTo } from "../../src/autodiff/ops/broadcasting.ts";
import { contraction } from "../../src/autodiff/ops/contraction.ts";
import { multiply } from "../../src/autodiff/ops/multiply.ts";
import { reshape } from "../../src/autodiff/ops/reshape.ts";
import type { Backend } from "../../src/backends/backend.ts";
import { type RandomStream, randomStream } from "../../src/linalg/random.ts";
import type { MeasuredBatch, MeasuredPart } from "../../src/measure/measured-part.ts";
import type { Traced } from "../../src/models/model.ts";
import { createActivation } from "../../src/sparsity/activations/catalogue.ts";

export interface Toy {
  readonly outputs: number;
  readonly inputs: number;
  readonly tokens: number;
  readonly batchSize: number;
  readonly batches: number;
  /** Entries of one input, and of one output gradient. */
  readonly x?: (stream: RandomStream, width: number) => Float64Array;
  readonly eta?: (stream: RandomStream, width: number) => Float64Array;
}

export const white = ({ normal }: RandomStream, length: number): Float64Array =>
  Float64Array.from({ length }, () => normal());

/**
 * A linear map with a linear loss, l = sum_i e_i' K x_i, of inputs and gradients that are drawn: the gradient of an
 * example is sum_i e_i x_i', a sum of outer products of independent vectors.
 */
export function toyPart(backend: Backend, toy: Toy): MeasuredPart {
  const { outputs: n, inputs: d, tokens: t, batchSize: b, batches, x = white, eta = white } = toy;
  const weight = parameter("fc1.weight", [n, d]);
  const features = input("x", [b, t, d]);
  const gradients = input("e", [b, t, n]);
  const preActivation = contraction(features, weight, "btd,nd->btn");
  const rowLosses = reshape(sumTo(multiply(preActivation, gradients), [b, t, 1]), [b * t]);
  const spec = {
    name: "fc1.weight",
    shape: [n, d],
    initial: () => new Float32Array(n * d),
    role: "weight" as const,
    trainable: true,
  };
  const traced: Traced = {
    inputs: new Map([
      ["x", features.shape],
      ["e", gradients.shape],
    ]),
    parameters: new Map([["fc1.weight", { spec, value: weight }]]),
    draws: [],
    scheduled: [],
    logits: preActivation,
    rowLosses,
    loss: sum(rowLosses),
    accuracy: sum(rowLosses),
    taps: new Map([
      ["block.0.mlp.input", features],
      ["block.0.mlp.preActivation", preActivation],
      ["block.0.mlp.activation", preActivation],
      ["block.0.mlp.output", preActivation],
    ]),
    adapters: [],
    blocks: [
      {
        tap: "block.0.mlp",
        key: "fc1.weight",
        value: null,
        gate: null,
        activation: "identity",
      },
    ],
  };
  const drawn = new Map<number, MeasuredBatch>();
  return {
    part: "train",
    backend,
    state: new Map([["fc1.weight", backend.alloc([n, d])]]),
    traced,
    disturbed: () => traced,
    pixels: null,
    activityOf: () => createActivation("relu"),
    batchSize: b,
    count: batches,
    seed: 0,
    async batch(place) {
      const known = drawn.get(place);
      if (known) return known;
      const stream = randomStream(17, ["toy", n, d, place]);
      const rows = (width: number, draw: typeof white) => {
        const entries = new Float32Array(b * t * width);
        for (let row = 0; row < b * t; row++) entries.set(draw(stream, width), row * width);
        return entries;
      };
      const batch = { feed: { x: rows(d, x), e: rows(n, eta) }, examples: b };
      drawn.set(place, batch);
      return batch;
    },
  };
}
