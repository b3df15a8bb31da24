import { kerasGates } from "../fused/gates.ts";
import type { NamingFamily } from "./naming-family.ts";

/**
 * Keras, TensorFlow and Flax: `kernel` stores outputs last. Attention kernels keep the heads as axes
 * of their own: [in, heads, size] and [heads, size, out]. A depthwise kernel [k..., in, multiplier]
 * has in * multiplier outputs.
 */
export const keras: NamingFamily = {
  name: "keras",
  blocks: [
    "encoderblock_#",
    "conv#_block#",
    "(ResNetBlock|BottleneckResNetBlock|TransformerBlock|EncoderBlock|Block)_#",
    "transformer_(encoder|decoder|block)_#",
  ],
  rows: [
    ["(\\w*[aA]ttention\\w*|self_attn).(query|query_dense)", "attention", "query", { rowAxes: 1 }],
    ["(\\w*[aA]ttention\\w*|self_attn).(key|key_dense)", "attention", "key", { rowAxes: 1 }],
    ["(\\w*[aA]ttention\\w*|self_attn).(value|value_dense)", "attention", "value", { rowAxes: 1 }],
    ["\\w*[aA]ttention\\w*.(out|attention_output|output_dense)", "attention", "attention-out"],
    ["MlpBlock_#.Dense_0", "dense", "mlp-in"],
    ["MlpBlock_#.Dense_1", "dense", "mlp-out"],
    [
      "(lstm|gru|simple_rnn|lstm_cell|gru_cell|simple_rnn_cell)(_\\d+|)",
      "recurrent",
      "input-hidden",
      { fused: kerasGates },
    ],
    // Keras 3 numbers a cell's parameters: the kernel, then that of the hidden state.
    ["(lstm|gru|simple_rnn)(_\\d+|).cell", "recurrent", "input-hidden", { fused: kerasGates }],
    ["\\w*(LSTM|GRU)Cell_#.(ii|if|ig|io|ir|iz|in)", "recurrent", "input-hidden"],
    ["\\w*(LSTM|GRU)Cell_#.(hi|hf|hg|ho|hr|hz|hn)", "recurrent", "hidden-hidden"],
    ["recurrent_kernel", "recurrent", "hidden-hidden", { fused: kerasGates }],
    ["depthwise_kernel", "conv", null],
    ["pointwise_kernel", "conv", null],
    ["(embedding|Embed)(_\\d+|)", "embedding", "token-embedding"],
  ],
};
