import { z } from "zod";
import { add } from "../autodiff/ops/add.ts";
import { contraction } from "../autodiff/ops/contraction.ts";
import { gather } from "../autodiff/ops/gather.ts";
import { linear } from "../autodiff/ops/linear.ts";
import { reshape } from "../autodiff/ops/reshape.ts";
import type { Value } from "../autodiff/value.ts";
import { UsageError } from "../errors.ts";
import { defineModel } from "./define-model.ts";
import { normal } from "./initialisers.ts";
import { attention, causalMask, paddingMask } from "./parts/attention.ts";
import { dropout } from "./parts/dropout.ts";
import { linearLayer } from "./parts/linear.ts";
import { mlpBlock } from "./parts/mlp-block.ts";
import { relativePositionBias } from "./parts/relative-position-bias.ts";
import { rmsNorm } from "./parts/rms-norm.ts";
import { blockCount, count, dropoutRate, sequenceLength } from "./sizes.ts";
import type { Tracer } from "./tracer.ts";

const sizes = z.strictObject({
  vocabulary: count.default(256).describe("different tokens"),
  width: count.default(64).describe("d, entries of a token"),
  mlpWidth: count.optional().describe("n, neurons of an MLP block; 4 width by default"),
  heads: count.default(4).describe("attention heads"),
  headWidth: count.optional().describe("entries of a head's queries and keys; width / heads by default"),
  encoderDepth: blockCount.default(2).describe("blocks of the encoder"),
  decoderDepth: blockCount.default(2).describe("blocks of the decoder"),
  buckets: z.int().min(4).default(32).describe("buckets of relative positions"),
  maxDistance: count.default(128).describe("distance from which on positions share a bucket"),
  gated: z.boolean().default(false).describe("multiplies activations by a second product, as T5 1.1 does"),
  tied: z.boolean().default(true).describe("reads logits off by the embedding, scaled by width^-0.5"),
  layerNormEpsilon: z.number().positive().default(1e-6),
  dropout: dropoutRate
    .default(0)
    .describe("rate of dropout on embeddings, activations, attention weights and what blocks give"),
  inputLength: sequenceLength.default(64).describe("S, tokens of an input"),
  targetLength: sequenceLength.default(32).describe("T, tokens of a target"),
});
type Sizes = z.output<typeof sizes>;

/** `config.json` of T5ForConditionalGeneration. */
const config = z.looseObject({
  vocab_size: count.default(32128),
  d_model: count.default(512),
  d_kv: count.default(64),
  d_ff: count.default(2048),
  num_layers: blockCount.default(6),
  num_decoder_layers: blockCount.nullish(),
  num_heads: count.default(8),
  relative_attention_num_buckets: count.default(32),
  relative_attention_max_distance: count.default(128),
  dropout_rate: dropoutRate.default(0.1),
  feed_forward_proj: z.string().default("relu"),
  // The function itself, which feed_forward_proj's short names leave open.
  dense_act_fn: z.string().optional(),
  layer_norm_epsilon: z.number().positive().default(1e-6),
  is_encoder_decoder: z.literal(true).default(true),
  tie_word_embeddings: z.boolean().default(true),
  // What decides in files of transformers 5, which writes tie_word_embeddings true for all.
  scale_decoder_outputs: z.boolean().optional(),
  input_length: sequenceLength.optional(),
  target_length: sequenceLength.optional(),
});

const GATED = "gated-";

/** Keeps T5's own name for gated blocks: gated-gelu has the GELU that is made of tanh. */
const gatedNames = { gelu_new: "gelu" } as const;

/** Attention with projections; queries come from `x`, keys and values from `from`. */
function attend(
  tracer: Tracer,
  x: Value,
  from: Value,
  name: string,
  { width, heads, headWidth = width / heads, dropout: rate }: Sizes,
  added: readonly Value[],
): Value {
  const inner = heads * headWidth;
  const project = (part: string, of: Value, deviation: number) =>
    linearLayer(tracer, of, {
      name: `${name}.${part}`,
      inputs: width,
      outputs: inner,
      initial: normal(deviation),
      bias: null,
    });
  const drop = (weights: Value) => dropout(tracer, weights, { name: `${name}.weights`, rate });
  const mixed = attention(
    project("q", x, (width * headWidth) ** -0.5),
    project("k", from, width ** -0.5),
    project("v", from, width ** -0.5),
    { heads, scale: 1, added, drop },
  );
  const initial = normal(inner ** -0.5);
  return linearLayer(tracer, mixed, {
    name: `${name}.o`,
    inputs: inner,
    outputs: width,
    initial,
    bias: null,
  });
}

function feedForward(tracer: Tracer, x: Value, name: string, own: Sizes, tokens: number): Value {
  const { width, mlpWidth = 4 * width, gated, layerNormEpsilon: epsilon, dropout } = own;
  const norm = { name: `${name}.layer_norm`, epsilon, beforeMlp: true };
  const path = `${name}.DenseReluDense`;
  const key = (part: string) => ({
    name: `${path}.${part}`,
    inputs: width,
    outputs: mlpWidth,
    initial: normal(width ** -0.5),
    bias: null,
  });
  const value = { inputs: mlpWidth, outputs: width, initial: normal(mlpWidth ** -0.5), bias: null };
  return mlpBlock(tracer, rmsNorm(tracer, x, norm), {
    name: path,
    key: key(gated ? "wi_0" : "wi"),
    ...(gated && { gate: key("wi_1") }),
    value: { name: `${path}.wo`, ...value },
    scale: `${norm.name}.weight`,
    tokens,
    dropout,
  });
}

/** One of both stacks; the decoder's also looks at the encoder's output. */
interface Stack {
  readonly name: string;
  readonly depth: number;
  /** The most tokens that a sequence has. */
  readonly tokens: number;
  readonly causal: boolean;
  /** Masks of the attention to itself. */
  readonly masks: readonly Value[];
  readonly encoded: { readonly values: Value; readonly masks: readonly Value[] } | null;
}

function stackBlocks(tracer: Tracer, embedded: Value, stack: Stack, own: Sizes): Value {
  const { width, heads, buckets, maxDistance, layerNormEpsilon: epsilon } = own;
  const { name, depth, tokens, causal, encoded } = stack;
  const length = embedded.shape[1]!;
  const table = `${name}.block.0.layer.0.SelfAttention.relative_attention_bias`;
  const places = relativePositionBias(
    tracer,
    { name: table, heads, deviation: width ** -0.5 },
    length,
    length,
    { bidirectional: !causal, buckets, maxDistance },
  );
  const added = [places, ...stack.masks];
  const drop = (part: string, of: Value) => dropout(tracer, of, { name: part, rate: own.dropout });
  let x = drop(`${name}.embed_tokens`, embedded);
  for (let i = 0; i < depth; i++) {
    let layer = 0;
    const next = () => `${name}.block.${i}.layer.${layer++}`;
    const self = next();
    const before = rmsNorm(tracer, x, { name: `${self}.layer_norm`, epsilon });
    x = add(x, drop(self, attend(tracer, before, before, `${self}.SelfAttention`, own, added)));
    if (encoded) {
      const cross = next();
      const query = rmsNorm(tracer, x, { name: `${cross}.layer_norm`, epsilon });
      const { values, masks } = encoded;
      x = add(x, drop(cross, attend(tracer, query, values, `${cross}.EncDecAttention`, own, masks)));
    }
    const forward = next();
    x = add(x, drop(forward, feedForward(tracer, x, forward, own, tokens)));
  }
  const last = `${name}.final_layer_norm`;
  return drop(last, rmsNorm(tracer, x, { name: last, epsilon }));
}

/** An encoder and a decoder; parameters as T5ForConditionalGeneration names them. */
export const t5Model = defineModel({
  kind: "t5",
  task: "sequence-to-sequence",
  modelType: "t5",
  sizes: sizes.refine(({ width, heads, headWidth }) => headWidth || width % heads === 0, {
    message: "must divide width where there is no headWidth",
    path: ["heads"],
  }),
  config,
  // The released files have a table for cross-attention, which has no use for it.
  ignores: (name) => name === "decoder.block.0.layer.1.EncDecAttention.relative_attention_bias.weight",
  build(tracer, own) {
    const { vocabulary, width, encoderDepth, decoderDepth, tied } = own;
    const { batchSize, length = own.targetLength, inputLength = own.inputLength } = tracer.options;
    if (tracer.sparsity.zerothBias && (length > own.targetLength || inputLength > own.inputLength)) {
      throw new UsageError(
        `zeroth biases are for ${own.inputLength} input and ${own.targetLength} target tokens, not ${inputLength} and ${length}`,
      );
    }
    const head = "lm_head.weight";
    const table = tracer.parameter({
      name: "shared.weight",
      shape: [vocabulary, width],
      initial: normal(1),
      role: "embedding",
      aliases: ["encoder.embed_tokens.weight", "decoder.embed_tokens.weight", ...(tied ? [head] : [])],
    });
    const padding = paddingMask(tracer.input("inputMask", [batchSize, inputLength]));
    const encoder = {
      name: "encoder",
      depth: encoderDepth,
      tokens: own.inputLength,
      causal: false,
      masks: [padding],
      encoded: null,
    };
    const read = gather(table, tracer.input("inputs", [batchSize, inputLength]));
    const values = stackBlocks(tracer, read, encoder, own);
    const decoder = {
      name: "decoder",
      depth: decoderDepth,
      tokens: own.targetLength,
      causal: true,
      masks: [causalMask(length)],
      encoded: { values, masks: [padding] },
    };
    const written = gather(table, tracer.input("decoderInputs", [batchSize, length]));
    const decoded = stackBlocks(tracer, written, decoder, own);
    const logits = tied
      ? contraction(linear(decoded, width ** -0.5), table, "btd,vd->btv")
      : linearLayer(tracer, decoded, {
          name: "lm_head",
          inputs: width,
          outputs: vocabulary,
          initial: normal(1),
          bias: null,
        });
    return {
      logits: reshape(logits, [batchSize * length, vocabulary]),
      labels: reshape(tracer.input("labels", [batchSize, length]), [batchSize * length]),
    };
  },
  toConfig(own, activation) {
    const gate = gatedNames[activation as keyof typeof gatedNames] ?? activation;
    return {
      architectures: ["T5ForConditionalGeneration"],
      d_ff: own.mlpWidth ?? 4 * own.width,
      d_kv: own.headWidth ?? own.width / own.heads,
      d_model: own.width,
      decoder_start_token_id: 0,
      dense_act_fn: activation,
      dropout_rate: own.dropout,
      eos_token_id: 1,
      feed_forward_proj: own.gated ? `${GATED}${gate}` : activation,
      input_length: own.inputLength,
      is_encoder_decoder: true,
      layer_norm_epsilon: own.layerNormEpsilon,
      num_decoder_layers: own.decoderDepth,
      num_heads: own.heads,
      num_layers: own.encoderDepth,
      pad_token_id: 0,
      relative_attention_max_distance: own.maxDistance,
      relative_attention_num_buckets: own.buckets,
      scale_decoder_outputs: own.tied,
      target_length: own.targetLength,
      tie_word_embeddings: own.tied,
      vocab_size: own.vocabulary,
    };
  },
  fromConfig(file) {
    const gated = file.feed_forward_proj.startsWith(GATED);
    const named = gated ? file.feed_forward_proj.slice(GATED.length) : file.feed_forward_proj;
    const [tanhForm] = Object.entries(gatedNames).find(([, short]) => gated && short === named) ?? [named];
    return {
      sizes: {
        vocabulary: file.vocab_size,
        width: file.d_model,
        mlpWidth: file.d_ff,
        heads: file.num_heads,
        headWidth: file.d_kv,
        encoderDepth: file.num_layers,
        decoderDepth: file.num_decoder_layers ?? file.num_layers,
        buckets: file.relative_attention_num_buckets,
        maxDistance: file.relative_attention_max_distance,
        gated,
        tied: file.scale_decoder_outputs ?? file.tie_word_embeddings,
        layerNormEpsilon: file.layer_norm_epsilon,
        dropout: file.dropout_rate,
        ...(file.input_length && { inputLength: file.input_length }),
        ...(file.target_length && { targetLength: file.target_length }),
      },
      activation: file.dense_act_fn ?? tanhForm,
    };
  },
});
