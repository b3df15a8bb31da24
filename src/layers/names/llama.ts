import { gateUp, gateUpInTurn } from "../fused/gate-up.ts";
import { groupedHeads, queryKeyValue } from "../fused/query-key-value.ts";
import { stackedExperts } from "../fused/stacked-experts.ts";
import type { NamingFamily } from "./naming-family.ts";

/**
 * Llama, Mistral, Qwen, Gemma, Phi, and their mixtures of experts (Mixtral, Qwen-MoE, DeepSeek).
 * The gate goes through the activation; in the short names `w1` is the gate, `w3` its factor.
 */
export const llama: NamingFamily = {
  name: "llama",
  blocks: ["layers.#"],
  rows: [
    ["(self_attn|attention).q_proj", "attention", "query"],
    ["(self_attn|attention).k_proj", "attention", "key"],
    ["(self_attn|attention).v_proj", "attention", "value"],
    ["(self_attn|attention).o_proj", "attention", "attention-out"],
    ["self_attn.qkv_proj", "attention", "query-key-value", { fused: queryKeyValue }],
    ["attention.wqkv", "attention", "query-key-value", { fused: groupedHeads }],
    ["self_attn.dense", "attention", "attention-out"],
    ["attention.wq", "attention", "query"],
    ["attention.wk", "attention", "key"],
    ["attention.wv", "attention", "value"],
    ["attention.wo", "attention", "attention-out"],
    ["(block_sparse_moe|mlp|moe|feed_forward).(gate|router)", "dense", "router"],
    ["router.layer", "dense", "router"],
    ["shared_expert_gate", "dense", "router"],
    ["gate_proj", "dense", "mlp-gate"],
    ["mlp.experts.gate_up_proj", "expert", "mlp-in", { fused: gateUpInTurn }],
    ["gate_up_proj", "dense", "mlp-in", { fused: gateUp }],
    ["block_sparse_moe.input_linear", "expert", "mlp-in", { fused: gateUp }],
    ["block_sparse_moe.output_linear", "expert", "mlp-out"],
    ["shared_mlp.input_linear", "dense", "mlp-in", { fused: gateUp }],
    ["shared_mlp.output_linear", "dense", "mlp-out"],
    ["experts.mlp.w1", "expert", "mlp-gate", { fused: stackedExperts }],
    ["experts.mlp.v1", "expert", "mlp-in", { fused: stackedExperts }],
    ["experts.mlp.w2", "expert", "mlp-out", { fused: stackedExperts, orientation: "in-out" }],
    ["up_proj", "dense", "mlp-in"],
    ["down_proj", "dense", "mlp-out"],
    ["feed_forward.w1", "dense", "mlp-gate"],
    ["feed_forward.w2", "dense", "mlp-out"],
    ["feed_forward.w3", "dense", "mlp-in"],
    ["experts.w1", "expert", "mlp-gate"],
    ["experts.w2", "expert", "mlp-out"],
    ["experts.w3", "expert", "mlp-in"],
    ["experts.#.w1", "expert", "mlp-gate"],
    ["experts.#.w2", "expert", "mlp-out"],
    ["experts.#.w3", "expert", "mlp-in"],
    ["embed_tokens", "embedding", "token-embedding"],
    ["tok_embeddings", "embedding", "token-embedding"],
    ["lm_head", "dense", "head"],
    ["score", "dense", "head"],
  ],
};
