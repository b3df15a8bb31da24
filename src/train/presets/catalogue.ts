import { c4T5Base } from "./c4-t5-base.ts";
import { c4T5BaseSparse } from "./c4-t5-base-sparse.ts";
import { cifar10Vit } from "./cifar10-vit.ts";
import { digitsVit } from "./digits-vit.ts";
import { digitsVitSparse } from "./digits-vit-sparse.ts";
import { fashionMlp } from "./fashion-mlp.ts";
import { imagenetVitB } from "./imagenet-vit-b.ts";
import { imagenetVitBSparse } from "./imagenet-vit-b-sparse.ts";
import { mnistMlp } from "./mnist-mlp.ts";
import type { Preset } from "./preset.ts";
import { textGpt } from "./text-gpt.ts";
import { textT5 } from "./text-t5.ts";

/** Every recipe that comes with the package. */
export const presets: readonly Preset[] = [
  digitsVit,
  digitsVitSparse,
  mnistMlp,
  fashionMlp,
  textGpt,
  textT5,
  cifar10Vit,
  imagenetVitB,
  imagenetVitBSparse,
  c4T5Base,
  c4T5BaseSparse,
];

/** The same by name. */
export const presetsByName: ReadonlyMap<string, Preset> = new Map(presets.map((each) => [each.name, each]));
