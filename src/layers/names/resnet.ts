import type { NamingFamily } from "./naming-family.ts";

/** Convolutional networks of torchvision, timm and Hugging Face: stages of blocks. */
export const resnet: NamingFamily = {
  name: "resnet",
  blocks: [
    "layer#.#",
    "denseblock#.denselayer#",
    "(down_blocks|up_blocks).#.(resnets|attentions).#",
    "mid_block.(resnets|attentions).#",
    "transformer_blocks.#",
    "single_transformer_blocks.#",
  ],
  rows: [
    ["downsample.0", "conv", null],
    ["shortcut.convolution", "conv", null],
    ["embedder.embedder.convolution", "conv", null],
    ["^fc", "dense", "head"],
    ["^classifier", "dense", "head"],
  ],
};
