import { z } from "zod";
import { add } from "../autodiff/ops/add.ts";
import { contraction } from "../autodiff/ops/contraction.ts";
import { gather } from "../autodiff/ops/gather.ts";
import { reshape } from "../autodiff/ops/reshape.ts";
import { slice } from "../autodiff/ops/slice.ts";
import type { Value } from "../autodiff/value.ts";
import { UsageError } from "../errors.ts";
import { defineModel } from "./define-model.ts";
import { normal, zeros } from "./initialisers.ts";
import { attention, causalMask } from "./parts/attention.ts";
import { dropout } from "./parts/dropout.ts";
import { layerNorm } from "./parts/layer-norm.ts";
import { type LinearLayer, linearLayer } from "./parts/linear.ts";
import { mlpBlock } from "./parts/mlp-block.ts";
import { blockCount, count, dropoutRate, sequenceLength } from "./sizes.ts";
import type { Tracer } from "./tracer.ts";

const sizes = z
  .strictObject({
    vocabulary: count.default(96).describe("different tokens"),
    contextLength: sequenceLength.default(64).describe("T, the most tokens of a sequence"),
    width: count.default(128).describe("d, entries of a token"),
    depth: blockCount.default(4).describe("blocks"),
    heads: count.default(4).describe("attention heads; they divide the width"),
    mlpWidth: count.optional().describe("n, neurons of an MLP block; 4 width by default"),
    layerNormEpsilon: z.number().positive().default(1e-5),
    embeddingDropout: dropoutRate.default(0).describe("rate of dropout on tokens with their places"),
    attentionDropout: dropoutRate.default(0).describe("rate of dropout on attention weights"),
    residualDropout: dropoutRate.default(0).describe("rate of dropout on what blocks add to the stream"),
  })
  .refine(({ width, heads }) => width % heads === 0, { message: "must divide width", path: ["heads"] });
type Sizes = z.output<typeof sizes>;

/** `config.json` of GPT2LMHeadModel. */
const config = z.looseObject({
  vocab_size: count.default(50257),
  n_positions: sequenceLength.default(1024),
  n_embd: count.default(768),
  n_layer: blockCount.default(12),
  n_head: count.default(12),
  n_inner: count.nullable().default(null),
  activation_function: z.string().default("gelu_new"),
  layer_norm_epsilon: z.number().positive().default(1e-5),
  embd_pdrop: dropoutRate.default(0.1),
  attn_pdrop: dropoutRate.default(0.1),
  resid_pdrop: dropoutRate.default(0.1),
  scale_attn_weights: z.literal(true).default(true),
  scale_attn_by_inverse_layer_idx: z.literal(false).default(false),
  add_cross_attention: z.literal(false).default(false),
  tie_word_embeddings: z.literal(true).default(true),
});

/** Standard deviation of first entries: Radford et al. 2019. */
const DEVIATION = 0.02;

const PREFIX = "transformer.";

function conv1d(name: string, inputs: number, outputs: number, deviation = DEVIATION): LinearLayer {
  return { name, inputs, outputs, initial: normal(deviation), bias: zeros, layout: "in-out" };
}

function selfAttention(tracer: Tracer, x: Value, name: string, own: Sizes): Value {
  const { width, heads, depth, attentionDropout: rate } = own;
  const all = linearLayer(tracer, x, conv1d(`${name}.c_attn`, width, 3 * width));
  const [query, key, value] = [0, 1, 2].map((part) => slice(all, 2, part * width, width));
  const scale = 1 / Math.sqrt(width / heads);
  const drop = (weights: Value) => dropout(tracer, weights, { name: `${name}.weights`, rate });
  const mixed = attention(query!, key!, value!, { heads, scale, added: [causalMask(x.shape[1]!)], drop });
  return linearLayer(tracer, mixed, conv1d(`${name}.c_proj`, width, width, DEVIATION / Math.sqrt(2 * depth)));
}

/** A Transformer that tells the next token; parameters as GPT2LMHeadModel names and stores them. */
export const gptModel = defineModel({
  kind: "gpt",
  task: "language",
  modelType: "gpt2",
  sizes,
  config,
  // Files of the base model lack the prefix.
  aliasesOf: (name) => [name.slice(PREFIX.length)],
  // Causal masks, which older files hold.
  ignores: (name) => /\.attn\.(?:masked_)?bias$/.test(name),
  build(tracer, own) {
    const { vocabulary, contextLength, width, depth, layerNormEpsilon: epsilon } = own;
    const { mlpWidth = 4 * width } = own;
    const { batchSize, length = contextLength } = tracer.options;
    if (length > contextLength) {
      throw new UsageError(
        `sequences of ${length} tokens don't fit the model's contextLength, ${contextLength}`,
      );
    }
    const table = tracer.parameter({
      name: `${PREFIX}wte.weight`,
      shape: [vocabulary, width],
      initial: normal(DEVIATION),
      role: "embedding",
      aliases: ["lm_head.weight"],
    });
    const places = tracer.parameter({
      name: `${PREFIX}wpe.weight`,
      shape: [contextLength, width],
      initial: normal(DEVIATION),
      role: "embedding",
    });
    const tokens = tracer.input("tokens", [batchSize, length]);
    const embedded = add(gather(table, tokens), slice(places, 0, 0, length));
    let x = dropout(tracer, embedded, { name: `${PREFIX}drop`, rate: own.embeddingDropout });
    const drop = (part: string, of: Value) => dropout(tracer, of, { name: part, rate: own.residualDropout });
    for (let i = 0; i < depth; i++) {
      const name = `${PREFIX}h.${i}`;
      const before = layerNorm(tracer, x, { name: `${name}.ln_1`, epsilon });
      x = add(x, drop(`${name}.attn`, selfAttention(tracer, before, `${name}.attn`, own)));
      const norm = { name: `${name}.ln_2`, epsilon, beforeMlp: true };
      const z = mlpBlock(tracer, layerNorm(tracer, x, norm), {
        name: `${name}.mlp`,
        key: conv1d(`${name}.mlp.c_fc`, width, mlpWidth),
        value: conv1d(`${name}.mlp.c_proj`, mlpWidth, width, DEVIATION / Math.sqrt(2 * depth)),
        scale: `${norm.name}.weight`,
        tokens: contextLength,
      });
      x = add(x, drop(`${name}.mlp`, z));
    }
    x = layerNorm(tracer, x, { name: `${PREFIX}ln_f`, epsilon });
    return {
      logits: reshape(contraction(x, table, "btd,vd->btv"), [batchSize * length, vocabulary]),
      labels: reshape(tracer.input("labels", [batchSize, length]), [batchSize * length]),
    };
  },
  toConfig: (own, activation_function) => ({
    activation_function,
    architectures: ["GPT2LMHeadModel"],
    attn_pdrop: own.attentionDropout,
    bos_token_id: own.vocabulary - 1,
    embd_pdrop: own.embeddingDropout,
    eos_token_id: own.vocabulary - 1,
    layer_norm_epsilon: own.layerNormEpsilon,
    n_embd: own.width,
    n_head: own.heads,
    n_inner: own.mlpWidth ?? 4 * own.width,
    n_layer: own.depth,
    n_positions: own.contextLength,
    resid_pdrop: own.residualDropout,
    tie_word_embeddings: true,
    vocab_size: own.vocabulary,
  }),
  fromConfig: (file) => ({
    sizes: {
      vocabulary: file.vocab_size,
      contextLength: file.n_positions,
      width: file.n_embd,
      depth: file.n_layer,
      heads: file.n_head,
      mlpWidth: file.n_inner ?? 4 * file.n_embd,
      layerNormEpsilon: file.layer_norm_epsilon,
      embeddingDropout: file.embd_pdrop,
      attentionDropout: file.attn_pdrop,
      residualDropout: file.resid_pdrop,
    },
    activation: file.activation_function,
  }),
});
