import { gateUp } from "../fused/gate-up.ts";
import { groupedHeads, queryKeyValue } from "../fused/query-key-value.ts";
import type { NamingFamily } from "./naming-family.ts";

/** GPT-NeoX/Pythia, Falcon, BLOOM, GPT-J, MPT, ModernBERT, and OPT with its fairseq relatives (BART, Whisper). */
export const gptNeox: NamingFamily = {
  name: "gpt-neox",
  blocks: ["layers.#", "h.#", "blocks.#"],
  rows: [
    // ChatGLM joins them one after another, the others head by head.
    [
      "encoder.layers.#.self_attention.query_key_value",
      "attention",
      "query-key-value",
      { fused: queryKeyValue },
    ],
    [
      "(attention|self_attention|self_attn).query_key_value",
      "attention",
      "query-key-value",
      { fused: groupedHeads },
    ],
    // CodeGen joins them in shards, by a number that nothing tells.
    ["h.#.attn.qkv_proj", "attention", "query-key-value"],
    ["(attention|self_attention).dense", "attention", "attention-out"],
    ["mlp.dense_h_to_4h", "dense", "mlp-in"],
    ["mlp.dense_4h_to_h", "dense", "mlp-out"],
    ["attn.Wqkv", "attention", "query-key-value", { fused: queryKeyValue }],
    ["attn.Wo", "attention", "attention-out"],
    ["mlp.Wi", "dense", "mlp-in", { fused: gateUp }],
    ["mlp.Wo", "dense", "mlp-out"],
    ["mlp.fc_in", "dense", "mlp-in"],
    ["mlp.fc_out", "dense", "mlp-out"],
    ["(self_attn|encoder_attn|attn|attention).out_proj", "attention", "attention-out"],
    ["layers.#.fc1", "dense", "mlp-in"],
    ["layers.#.fc2", "dense", "mlp-out"],
    ["ffn.up_proj", "dense", "mlp-in"],
    ["ffn.down_proj", "dense", "mlp-out"],
    ["embed_in", "embedding", "token-embedding"],
    ["embed_out", "dense", "head"],
    ["^proj_out", "dense", "head"],
    ["word_embeddings", "embedding", "token-embedding"],
  ],
};
