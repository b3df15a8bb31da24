import { groupedHeads, queryKeyValue } from "../fused/query-key-value.ts";
import type { NamingFamily } from "./naming-family.ts";

/** What a name says whatever the family: tried after all of them. */
export const generic: NamingFamily = {
  name: "generic",
  blocks: ["layers.#", "blocks.#", "block#.#", "block_#"],
  rows: [
    ["(q|wq|to_q|q_proj|q_lin|q_linear|query|query_proj|linear_q)", "attention", "query"],
    ["(k|wk|to_k|k_proj|k_lin|k_linear|key|key_proj|linear_k)", "attention", "key"],
    ["(v|wv|to_v|v_proj|v_lin|v_linear|value|value_proj|linear_v)", "attention", "value"],
    ["(qkv|to_qkv|c_attn|Wqkv)", "attention", "query-key-value", { fused: queryKeyValue }],
    ["(wqkv|qkv_proj|query_key_value)", "attention", "query-key-value", { fused: groupedHeads }],
    ["(o|o_proj|attn_out|linear_out)", "attention", "attention-out"],
    ["to_out.0", "attention", "attention-out"],
    ["(attn|attention|self_attn).(proj|out|dense|out_proj)", "attention", "attention-out"],
    ["(dense_h_to_4h|fc_in|wi|c_fc)", "dense", "mlp-in"],
    ["(dense_4h_to_h|fc_out)", "dense", "mlp-out"],
    ["(mlp|ffn|feed_forward|ff).(in|up|w_in|linear1|lin1|fc1)", "dense", "mlp-in"],
    ["(mlp|ffn|feed_forward|ff).(out|down|w_out|linear2|lin2|fc2)", "dense", "mlp-out"],
    ["router", "dense", "router"],
    ["(patch_embed|patch_embedding|patch_embeddings)", "conv", "patch-embedding"],
    ["(token_embedding|tok_emb|token_emb|word_embedding|wte)", "embedding", "token-embedding"],
    ["(token_embed|embed|embedding|emb)", "embedding", "token-embedding"],
    ["\\w*(embed|Embed)\\w*", "embedding", null],
    ["(lm_head|head|classifier|logits|output_layer)", "dense", "head"],
    ["(onnx::|)(MatMul|Gemm)_\\w+", "dense", null, { orientation: "in-out" }],
    ["(onnx::|)Conv_\\w+", "conv", null],
    ["\\w*(conv|Conv)\\w*", "conv", null],
  ],
};
