import { keyValue, queryKeyValue } from "../fused/query-key-value.ts";
import type { NamingFamily } from "./naming-family.ts";

/**
 * GPT-2 and its kin. Hugging Face stores its `Conv1D` in-out; nanoGPT, GPT-BigCode and OpenCLIP use
 * the same names for out-in matrices, which the shapes of the expanding ones give away.
 */
export const gpt2: NamingFamily = {
  name: "gpt-2",
  blocks: ["h.#"],
  rows: [
    [
      "attn.c_attn",
      "attention",
      "query-key-value",
      { orientation: "in-out", expands: true, fused: queryKeyValue },
    ],
    ["crossattention.c_attn", "attention", null, { orientation: "in-out", expands: true, fused: keyValue }],
    ["crossattention.q_attn", "attention", "query", { orientation: "in-out" }],
    ["(attn|crossattention).c_proj", "attention", "attention-out", { orientation: "in-out" }],
    ["mlp.c_fc", "dense", "mlp-in", { orientation: "in-out", expands: true }],
    ["mlp.c_proj", "dense", "mlp-out", { orientation: "in-out", expands: false }],
    ["wte", "embedding", "token-embedding"],
  ],
};
