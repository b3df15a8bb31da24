import { similarNames } from "../checkpoint/nearest-names.ts";
import { datasetCatalogue } from "../datasets/catalogue.ts";
import { UsageError } from "../errors.ts";
import { presetsByName } from "../train/presets/catalogue.ts";
import type { Setting, Variant } from "./experiment.ts";

/** A vanilla Transformer that experiments change. */
export interface Base {
  /** A recipe that states what differs from the preset. */
  readonly recipe: { readonly extends: string; readonly data?: Readonly<Record<string, unknown>> };
  /** How it is finetuned. */
  readonly finetuning: Finetuning;
}

/** A schedule of finetuning. */
export interface Finetuning {
  readonly steps: number;
  /** Steps until JSReLU has taken over from ReLU. */
  readonly mixing: number;
  /** Steps until scales of LayerNorm are at least 1. */
  readonly uplift: number;
  /** Members of the recipe that differ from training from scratch. */
  readonly recipe: Readonly<Record<string, unknown>>;
  /** r and alpha of low-rank finetuning. */
  readonly lora: { readonly rank: number; readonly alpha: number };
}

/** Epochs of 23 batches: 60, and 10 of mixing and uplift. */
const digits: Finetuning = {
  steps: 1380,
  mixing: 230,
  uplift: 230,
  recipe: { evaluateEvery: 138 },
  lora: { rank: 8, alpha: 8 },
};

/** Presets of the paper's own settings, chosen by the data set of `--data`, and its scripts' finetuning. */
const fullBases: readonly { readonly preset: string; readonly finetuning: Finetuning }[] = [
  {
    preset: "imagenet-vit-b",
    finetuning: {
      steps: 9375,
      mixing: 3125,
      uplift: 3125,
      recipe: { evaluateEvery: 625 },
      lora: { rank: 192, alpha: 1 },
    },
  },
  {
    preset: "c4-t5-base",
    finetuning: {
      steps: 10_000,
      mixing: 3000,
      uplift: 3000,
      recipe: { schedule: { name: "inverse-sqrt", warmup: 1000 }, evaluateEvery: 1000 },
      lora: { rank: 192, alpha: 1 },
    },
  },
];

/** The three modules of the paper, as its code places them. */
export const allModules = {
  activation: "jsrelu",
  zerothBias: { placement: "output", clip: 0.1 },
  restrictedLayerNorm: true,
} as const;

/**
 * The vanilla Transformer of a scale: Recipe A on the shipped digits (150 epochs of AdamW, weight decay 0.3), or
 * ViT-Base on ImageNet-1K and T5-Base on C4.
 *
 * @throws {UsageError} If the full scale lacks `--data`, or that names no data set it knows.
 */
export function transformerBase({ scale, data: told }: Setting): Base {
  const data = told === null ? null : namedData(told);
  if (scale === "small") {
    return { recipe: { extends: "digits-vit", ...(data && { data }) }, finetuning: digits };
  }
  const found = fullBases.find(({ preset }) => dataOf(preset) === data?.name);
  if (found && data) return { recipe: { extends: found.preset, data }, finetuning: found.finetuning };
  const known = fullBases.map(({ preset }) => `${dataOf(preset)}:PATH for ${preset}`);
  throw new UsageError(
    `--scale full trains on data that you have: give --data ${known.join(", or ")}; got ${told ?? "no --data"}.`,
  );
}

/** The vanilla Transformer of a scale, and the same with all modules. */
export function vanillaAndModified(setting: Setting): readonly [Variant, Variant] {
  const { recipe } = transformerBase(setting);
  return [
    { id: "vanilla", title: "vanilla ReLU", recipe },
    {
      id: "modified",
      title: "all modules, zeroth bias at the output",
      recipe: { ...recipe, sparsity: allModules },
    },
  ];
}

function dataOf(preset: string): string {
  return (presetsByName.get(preset)!.data as { name: string }).name;
}

/** `data` of a recipe by `NAME` or `NAME:PATH`. @throws {UsageError} If there is no such data set. */
export function namedData(told: string): { readonly name: string; readonly path?: string } {
  const colon = told.indexOf(":");
  const name = colon < 0 ? told : told.slice(0, colon);
  if (!datasetCatalogue.some((each) => each.name === name)) {
    const names = datasetCatalogue.map((each) => each.name);
    const near = similarNames(name, names);
    const hint = near.length > 0 ? ` Did you mean ${near.join(" or ")}?` : "";
    throw new UsageError(
      `--data: expected NAME or NAME:PATH with a data set's name (${names.join(", ")}), got ${told}.${hint}`,
    );
  }
  return colon < 0 ? { name } : { name, path: told.slice(colon + 1) };
}

/** What a result of the small scale can't show, or where the full one departs from the paper. */
export function scaleLimits({ scale }: Setting): string[] {
  return scale === "small"
    ? [
        "Images of 8 x 8 pixels and 40 000 parameters: nothing here tells what networks of the paper's size do.",
      ]
    : ["RandAugment and repeated augmentation of the paper's ImageNet recipe are left out."];
}
