import { queryKeyValue } from "../fused/query-key-value.ts";
import type { NamingFamily } from "./naming-family.ts";

/** Vision transformers of timm, torchvision and OpenAI/OpenCLIP, and the hierarchical ones (Swin, ConvNeXt). */
export const timm: NamingFamily = {
  name: "timm",
  blocks: [
    "blocks.#",
    "blocks.#.#",
    "layers.#.blocks.#",
    "stages.#.blocks.#",
    "stages.#.layers.#",
    "stages.#.#",
    "resblocks.#",
    "layers.encoder_layer_#",
    "features.#.#",
  ],
  rows: [
    ["attn.qkv", "attention", "query-key-value", { fused: queryKeyValue }],
    ["attn.proj", "attention", "attention-out"],
    ["self_attention.out_proj", "attention", "attention-out"],
    ["resblocks.#.mlp.c_fc", "dense", "mlp-in"],
    ["resblocks.#.mlp.c_proj", "dense", "mlp-out"],
    ["mlp.fc1", "dense", "mlp-in"],
    ["mlp.fc2", "dense", "mlp-out"],
    ["encoder_layer_#.mlp.0", "dense", "mlp-in"],
    ["encoder_layer_#.mlp.3", "dense", "mlp-out"],
    ["mlp.linear_1", "dense", "mlp-in"],
    ["mlp.linear_2", "dense", "mlp-out"],
    ["features.#.#.mlp.0", "dense", "mlp-in"],
    ["features.#.#.mlp.3", "dense", "mlp-out"],
    ["patch_embed.proj", "conv", "patch-embedding"],
    ["^conv_proj", "conv", "patch-embedding"],
    ["^visual.conv1", "conv", "patch-embedding"],
    ["^(head|head_dist)", "dense", "head"],
    ["^heads.head", "dense", "head"],
    ["^head.fc", "dense", "head"],
  ],
};
