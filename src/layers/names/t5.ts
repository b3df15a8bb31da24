import type { NamingFamily } from "./naming-family.ts";

/**
 * T5, mT5, UL2, Switch: `layer.N` is a part of a block there, not the block. In the gated versions
 * `wi_0` goes through the activation and `wi_1` is multiplied by it.
 */
export const t5: NamingFamily = {
  name: "t5",
  blocks: ["encoder.block.#", "decoder.block.#", "block.#"],
  rows: [
    ["(SelfAttention|EncDecAttention).q", "attention", "query"],
    ["(SelfAttention|EncDecAttention).k", "attention", "key"],
    ["(SelfAttention|EncDecAttention).v", "attention", "value"],
    ["(SelfAttention|EncDecAttention).o", "attention", "attention-out"],
    ["(DenseReluDense|DenseGatedActDense|mlp).wi", "dense", "mlp-in"],
    ["(DenseReluDense|DenseGatedActDense|mlp).wi_0", "dense", "mlp-gate"],
    ["(DenseReluDense|DenseGatedActDense|mlp).wi_1", "dense", "mlp-in"],
    ["(DenseReluDense|DenseGatedActDense|mlp).wo", "dense", "mlp-out"],
    ["experts.expert_#.wi", "expert", "mlp-in"],
    ["experts.expert_#.wi_0", "expert", "mlp-gate"],
    ["experts.expert_#.wi_1", "expert", "mlp-in"],
    ["experts.expert_#.wo", "expert", "mlp-out"],
    ["mlp.router.classifier", "dense", "router"],
    ["^shared", "embedding", "token-embedding"],
  ],
};
