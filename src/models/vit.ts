import { z } from "zod";
import { add } from "../autodiff/ops/add.ts";
import { broadcastTo, sumTo } from "../autodiff/ops/broadcasting.ts";
import { concatenate } from "../autodiff/ops/concatenate.ts";
import { linear } from "../autodiff/ops/linear.ts";
import { reshape } from "../autodiff/ops/reshape.ts";
import { slice } from "../autodiff/ops/slice.ts";
import type { Value } from "../autodiff/value.ts";
import { defineModel } from "./define-model.ts";
import { normal, xavierUniform, zeros } from "./initialisers.ts";
import { attention } from "./parts/attention.ts";
import { dropout } from "./parts/dropout.ts";
import { layerNorm } from "./parts/layer-norm.ts";
import { type LinearLayer, linearLayer } from "./parts/linear.ts";
import { mlpBlock } from "./parts/mlp-block.ts";
import { patchEmbedding } from "./parts/patch-embedding.ts";
import { blockCount, count, dropoutRate } from "./sizes.ts";
import type { Tracer } from "./tracer.ts";

const sizes = z
  .strictObject({
    imageSize: count.default(8).describe("side of the square images, in pixels"),
    patchSize: count.default(2).describe("side of a patch, in pixels; divides the image's"),
    channels: count.default(1),
    classes: count.default(10),
    width: count.default(32).describe("d, entries of a token"),
    depth: blockCount.default(3).describe("blocks"),
    heads: count.default(2).describe("attention heads; they divide the width"),
    mlpWidth: count.optional().describe("n, neurons of an MLP block; 4 width by default"),
    pooling: z
      .enum(["mean", "class-token"])
      .default("mean")
      .describe("what the head sees: the mean token, or one of its own as transformers has it"),
    qkv: z
      .enum(["separate", "fused"])
      .default("separate")
      .describe("queries, keys and values by three matrices, as transformers has them, or by one"),
    layerNormEpsilon: z.number().positive().default(1e-6),
    dropout: dropoutRate.default(0).describe("rate of dropout on tokens and on what blocks add to them"),
    attentionDropout: dropoutRate.default(0).describe("rate of dropout on attention weights"),
  })
  .refine(({ imageSize, patchSize }) => imageSize % patchSize === 0, {
    message: "must divide imageSize",
    path: ["patchSize"],
  })
  .refine(({ width, heads }) => width % heads === 0, { message: "must divide width", path: ["heads"] });
type Sizes = z.output<typeof sizes>;

/** `config.json` of ViTForImageClassification, and our `pooling` and `qkv`. */
const config = z.looseObject({
  hidden_size: count.default(768),
  num_hidden_layers: blockCount.default(12),
  num_attention_heads: count.default(12),
  intermediate_size: count.default(3072),
  hidden_act: z.string().default("gelu"),
  layer_norm_eps: z.number().positive().default(1e-12),
  hidden_dropout_prob: dropoutRate.default(0),
  attention_probs_dropout_prob: dropoutRate.default(0),
  image_size: count.default(224),
  patch_size: count.default(16),
  num_channels: count.default(3),
  qkv_bias: z.literal(true).default(true),
  num_labels: count.optional(),
  id2label: z.record(z.string(), z.unknown()).optional(),
  pooling: z.enum(["mean", "class-token"]).default("class-token"),
  qkv: z.enum(["separate", "fused"]).default("separate"),
});

const PREFIX = "vit.";

/** Classes of a configuration that has none: what transformers assumes. */
const UNTOLD_CLASSES = 2;

function square(name: string, inputs: number, outputs = inputs): LinearLayer {
  return { name, inputs, outputs, initial: xavierUniform(inputs, outputs), bias: zeros };
}

/** Tokens with their places, shape [B, T, width]. */
function embed(tracer: Tracer, images: Value, { patchSize, width, pooling }: Sizes): Value {
  let tokens = patchEmbedding(tracer, images, {
    name: "vit.embeddings.patch_embeddings.projection",
    side: patchSize,
    width,
  });
  if (pooling === "class-token") {
    const first = tracer.parameter({
      name: "vit.embeddings.cls_token",
      shape: [1, 1, width],
      initial: zeros,
      role: "embedding",
    });
    tokens = concatenate([broadcastTo(first, [tokens.shape[0]!, 1, width]), tokens], 1);
  }
  const places = tracer.parameter({
    name: "vit.embeddings.position_embeddings",
    shape: [1, tokens.shape[1]!, width],
    initial: normal(0.02),
    role: "embedding",
  });
  return add(tokens, places);
}

function selfAttention(tracer: Tracer, x: Value, name: string, own: Sizes): Value {
  const { width, heads, qkv, attentionDropout: rate } = own;
  const path = `${name}.attention.attention`;
  const parts = {
    separate: () =>
      ["query", "key", "value"].map((part) => linearLayer(tracer, x, square(`${path}.${part}`, width))),
    fused: () => {
      const all = linearLayer(tracer, x, square(`${path}.qkv`, width, 3 * width));
      return [0, 1, 2].map((part) => slice(all, 2, part * width, width));
    },
  };
  const [query, key, value] = parts[qkv]() as [Value, Value, Value];
  const scale = 1 / Math.sqrt(width / heads);
  const drop = (weights: Value) => dropout(tracer, weights, { name: path, rate });
  const mixed = attention(query, key, value, { heads, scale, added: [], drop });
  return linearLayer(tracer, mixed, square(`${name}.attention.output.dense`, width));
}

/** A vision Transformer with norms before its parts; parameters as ViTForImageClassification names them. */
export const vitModel = defineModel({
  kind: "vit",
  task: "classification",
  modelType: "vit",
  sizes,
  config,
  // Files of the base model lack the prefix, and have a pooler that no classifier is made of.
  aliasesOf: (name) => (name.startsWith(PREFIX) ? [name.slice(PREFIX.length)] : []),
  ignores: (name) => /^(?:vit\.)?pooler\.dense\.(?:weight|bias)$/.test(name),
  build(tracer, own) {
    const { imageSize, channels, classes, width, depth, pooling, layerNormEpsilon: epsilon } = own;
    const { mlpWidth = 4 * width } = own;
    const { batchSize } = tracer.options;
    const drop = (name: string, of: Value) => dropout(tracer, of, { name, rate: own.dropout });
    const images = tracer.input("images", [batchSize, channels, imageSize, imageSize]);
    let x = drop("vit.embeddings", embed(tracer, images, own));
    for (let i = 0; i < depth; i++) {
      const name = `vit.encoder.layer.${i}`;
      const before = layerNorm(tracer, x, { name: `${name}.layernorm_before`, epsilon });
      x = add(x, drop(`${name}.attention.output`, selfAttention(tracer, before, name, own)));
      const norm = { name: `${name}.layernorm_after`, epsilon, beforeMlp: true };
      const z = mlpBlock(tracer, layerNorm(tracer, x, norm), {
        name,
        key: { ...square(`${name}.intermediate.dense`, width, mlpWidth), bias: normal(1e-6) },
        value: { ...square(`${name}.output.dense`, mlpWidth, width), bias: normal(1e-6) },
        scale: `${norm.name}.weight`,
        tokens: x.shape[1]!,
      });
      x = add(x, drop(`${name}.output`, z));
    }
    x = layerNorm(tracer, x, { name: "vit.layernorm", epsilon });
    const pooled = {
      mean: () => linear(sumTo(x, [batchSize, 1, width]), 1 / x.shape[1]!),
      "class-token": () => slice(x, 1, 0, 1),
    };
    const head = { ...square("classifier", width, classes), initial: zeros };
    return {
      logits: reshape(linearLayer(tracer, pooled[pooling](), head), [batchSize, classes]),
      labels: tracer.input("labels", [batchSize]),
    };
  },
  toConfig(own, hidden_act) {
    const labels = Array.from({ length: own.classes }, (_, i) => `LABEL_${i}`);
    return {
      architectures: ["ViTForImageClassification"],
      attention_probs_dropout_prob: own.attentionDropout,
      hidden_act,
      hidden_dropout_prob: own.dropout,
      hidden_size: own.width,
      id2label: Object.fromEntries(labels.map((label, i) => [i, label])),
      image_size: own.imageSize,
      intermediate_size: own.mlpWidth ?? 4 * own.width,
      label2id: Object.fromEntries(labels.map((label, i) => [label, i])),
      layer_norm_eps: own.layerNormEpsilon,
      num_attention_heads: own.heads,
      num_channels: own.channels,
      num_hidden_layers: own.depth,
      patch_size: own.patchSize,
      pooling: own.pooling,
      qkv: own.qkv,
      qkv_bias: true,
    };
  },
  fromConfig: (file) => ({
    sizes: {
      imageSize: file.image_size,
      patchSize: file.patch_size,
      channels: file.num_channels,
      classes: file.num_labels ?? (file.id2label ? Object.keys(file.id2label).length : UNTOLD_CLASSES),
      width: file.hidden_size,
      depth: file.num_hidden_layers,
      heads: file.num_attention_heads,
      mlpWidth: file.intermediate_size,
      pooling: file.pooling,
      qkv: file.qkv,
      layerNormEpsilon: file.layer_norm_eps,
      dropout: file.hidden_dropout_prob,
      attentionDropout: file.attention_probs_dropout_prob,
    },
    activation: file.hidden_act,
  }),
});
