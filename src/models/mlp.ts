import { z } from "zod";
import { add } from "../autodiff/ops/add.ts";
import { normalize } from "../autodiff/ops/normalize.ts";
import { reshape } from "../autodiff/ops/reshape.ts";
import type { Value } from "../autodiff/value.ts";
import { defineModel } from "./define-model.ts";
import { kaimingUniform } from "./initialisers.ts";
import { layerNorm } from "./parts/layer-norm.ts";
import { type LinearLayer, linearLayer } from "./parts/linear.ts";
import { mlpBlock } from "./parts/mlp-block.ts";
import { blockCount, count, dropoutRate } from "./sizes.ts";
import type { Tracer } from "./tracer.ts";

const EPSILON = 1e-5;

const sizes = z.strictObject({
  imageSize: count.default(28).describe("side of the square images, in pixels"),
  channels: count.default(1),
  classes: count.default(10),
  width: count.default(512).describe("p, entries of a hidden vector"),
  depth: blockCount.default(2).describe("hidden layers of the plain form, else blocks"),
  form: z
    .enum(["plain", "residual", "key-value"])
    .default("plain")
    .describe("z <- sigma(W z); z <- sigma(W LN(z)) + z; or z <- V sigma(K LN(z)) + z"),
  mlpWidth: count.optional().describe("n, neurons of a key-value block; 4 width by default"),
  layerNorm: z
    .enum(["affine", "plain", "none"])
    .default("affine")
    .describe("norm before each block: with a trained scale and bias, without, or none"),
  dropout: dropoutRate.default(0).describe("rate of dropout on the activations"),
});
type Sizes = z.output<typeof sizes>;

/** A layer with PyTorch's default entries. */
function layer(name: string, inputs: number, outputs: number): LinearLayer {
  return { name, inputs, outputs, initial: kaimingUniform(inputs), bias: kaimingUniform(inputs) };
}

/** 784-512-512-10 and the like: each hidden layer is a block without a value matrix. */
function plain(tracer: Tracer, pixels: Value, { width, depth, classes, dropout }: Sizes): Value {
  let z = pixels;
  for (let i = 0; i < depth; i++) {
    z = mlpBlock(tracer, z, {
      name: `layers.${i}`,
      key: layer(`layers.${i}`, z.shape[2]!, width),
      value: null,
      scale: null,
      tokens: 1,
      dropout,
    });
  }
  return linearLayer(tracer, z, layer(`layers.${depth}`, width, classes));
}

/** Linear, blocks with a way around them, linear. */
function residual(tracer: Tracer, pixels: Value, { width, depth, classes, ...rest }: Sizes): Value {
  const { form, mlpWidth = 4 * width, layerNorm: norm, dropout } = rest;
  let z = linearLayer(tracer, pixels, layer("input", pixels.shape[2]!, width));
  for (let i = 0; i < depth; i++) {
    const name = `blocks.${i}`;
    const norms = {
      affine: () => layerNorm(tracer, z, { name: `${name}.norm`, epsilon: EPSILON, beforeMlp: true }),
      plain: () => normalize(z, EPSILON),
      none: () => z,
    };
    const layers =
      form === "key-value"
        ? { key: layer(`${name}.key`, width, mlpWidth), value: layer(`${name}.value`, mlpWidth, width) }
        : { key: layer(`${name}.linear`, width, width), value: null };
    const scale = norm === "affine" ? `${name}.norm.weight` : null;
    z = add(mlpBlock(tracer, norms[norm](), { name, ...layers, scale, tokens: 1, dropout }), z);
  }
  return linearLayer(tracer, z, layer("output", width, classes));
}

/** A multilayer perceptron of images; their pixels are one token. */
export const mlpModel = defineModel({
  kind: "mlp",
  task: "classification",
  modelType: "marchenko-mlp",
  sizes,
  config: z.looseObject({ sizes, hidden_act: z.string().default("relu") }),
  build(tracer, own) {
    const { batchSize } = tracer.options;
    const images = tracer.input("images", [batchSize, own.channels, own.imageSize, own.imageSize]);
    const pixels = reshape(images, [batchSize, 1, own.channels * own.imageSize ** 2]);
    const logits = own.form === "plain" ? plain(tracer, pixels, own) : residual(tracer, pixels, own);
    return {
      logits: reshape(logits, [batchSize, own.classes]),
      labels: tracer.input("labels", [batchSize]),
    };
  },
  toConfig: (own, hidden_act) => ({ architectures: ["MarchenkoMlp"], hidden_act, sizes: own }),
  fromConfig: ({ sizes: own, hidden_act }) => ({ sizes: own, activation: hidden_act }),
});
