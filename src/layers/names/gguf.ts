import { queryKeyValue } from "../fused/query-key-value.ts";
import type { NamingFamily } from "./naming-family.ts";

/** The names that llama.cpp gives to every language model. */
export const gguf: NamingFamily = {
  name: "gguf",
  blocks: ["blk.#"],
  rows: [
    ["attn_q", "attention", "query"],
    ["attn_k", "attention", "key"],
    ["attn_v", "attention", "value"],
    ["attn_qkv", "attention", "query-key-value", { fused: queryKeyValue }],
    ["attn_output", "attention", "attention-out"],
    ["ffn_gate", "dense", "mlp-gate"],
    ["ffn_up", "dense", "mlp-in"],
    ["ffn_down", "dense", "mlp-out"],
    ["ffn_gate_(exps|shexp)", "expert", "mlp-gate"],
    ["ffn_up_(exps|shexp)", "expert", "mlp-in"],
    ["ffn_down_(exps|shexp)", "expert", "mlp-out"],
    ["ffn_gate_inp", "dense", "router"],
    ["token_embd", "embedding", "token-embedding"],
    ["^output", "dense", "head"],
  ],
};
