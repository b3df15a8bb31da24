import { bert } from "./bert.ts";
import { generic } from "./generic.ts";
import { gguf } from "./gguf.ts";
import { gpt2 } from "./gpt-2.ts";
import { gptNeox } from "./gpt-neox.ts";
import { keras } from "./keras.ts";
import { llama } from "./llama.ts";
import type { NamingFamily } from "./naming-family.ts";
import { resnet } from "./resnet.ts";
import { t5 } from "./t5.ts";
import { timm } from "./timm.ts";
import { torch } from "./torch.ts";

/** Every naming convention, in the order in which they are asked; `generic` is the last resort. */
export const namingFamilies: readonly NamingFamily[] = [
  bert,
  t5,
  timm,
  gpt2,
  gptNeox,
  llama,
  resnet,
  keras,
  gguf,
  torch,
  generic,
];
