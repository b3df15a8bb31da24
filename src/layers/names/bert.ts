import type { NamingFamily } from "./naming-family.ts";

/** Hugging Face encoders: BERT, RoBERTa, DistilBERT, and after them ViT, DeiT, BEiT, DINOv2. */
export const bert: NamingFamily = {
  name: "bert",
  blocks: ["layer.#", "encoder.layer_#", "albert_layer_groups.#"],
  rows: [
    ["attention.(attention|self).query", "attention", "query"],
    ["attention.(attention|self).key", "attention", "key"],
    ["attention.(attention|self).value", "attention", "value"],
    ["crossattention.self.query", "attention", "query"],
    ["crossattention.self.key", "attention", "key"],
    ["crossattention.self.value", "attention", "value"],
    ["(attention|crossattention).output.dense", "attention", "attention-out"],
    ["attention.q_lin", "attention", "query"],
    ["attention.k_lin", "attention", "key"],
    ["attention.v_lin", "attention", "value"],
    ["attention.out_lin", "attention", "attention-out"],
    ["intermediate.dense", "dense", "mlp-in"],
    ["output.dense", "dense", "mlp-out"],
    ["ffn.lin1", "dense", "mlp-in"],
    ["ffn.lin2", "dense", "mlp-out"],
    ["albert_layer_groups.#.albert_layers.#.ffn", "dense", "mlp-in"],
    ["albert_layer_groups.#.albert_layers.#.ffn_output", "dense", "mlp-out"],
    ["word_embeddings", "embedding", "token-embedding"],
    ["token_type_embeddings", "embedding", null],
    ["patch_embeddings.projection", "conv", "patch-embedding"],
    ["predictions.decoder", "dense", "head"],
    ["lm_head.decoder", "dense", "head"],
    ["classifier.out_proj", "dense", "head"],
    ["^(classifier|cls_classifier|distillation_classifier|qa_outputs|vocab_projector)", "dense", "head"],
  ],
};
