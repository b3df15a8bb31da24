import { datasetCatalogue } from "../datasets/catalogue.ts";
import { UsageError } from "../errors.ts";
import { presetsByName } from "../train/presets/catalogue.ts";
import type { Setting } from "./experiment.ts";

/** A recipe that only states what differs from a preset. */
export type Extending = Readonly<Record<string, unknown>>;

/** Presets of the paper's own settings; `--data` chooses by the data set. */
const fullPresets = ["imagenet-vit-b", "c4-t5-base"].map((name) => presetsByName.get(name)!);

/** The three modules of the paper, as its code places them. */
export const allModules = {
  activation: "jsrelu",
  zerothBias: { placement: "output", clip: 0.1 },
  restrictedLayerNorm: true,
} as const;

/**
 * The vanilla Transformer of a scale: Recipe A on the shipped digits, or ViT-Base on ImageNet and T5-Base on C4.
 *
 * @throws {UsageError} If the full scale lacks `--data`, or that names no data set it knows.
 */
export function transformerBase({ scale, data: told }: Setting): Extending {
  const data = told === null ? null : namedData(told);
  if (scale === "small") return { extends: "digits-vit", ...(data && { data }) };
  const preset = fullPresets.find((each) => (each.data as { name: string }).name === data?.name);
  if (preset && data) return { extends: preset.name, data };
  const known = fullPresets.map((each) => `${(each.data as { name: string }).name}:PATH for ${each.name}`);
  throw new UsageError(
    `--scale full trains on data that you have: give --data ${known.join(", or ")}; got ${told ?? "no --data"}.`,
  );
}

/** `data` of a recipe by `NAME` or `NAME:PATH`. @throws {UsageError} If there is no such data set. */
export function namedData(told: string): { readonly name: string; readonly path?: string } {
  const colon = told.indexOf(":");
  const name = colon < 0 ? told : told.slice(0, colon);
  if (!datasetCatalogue.some((each) => each.name === name)) {
    const names = datasetCatalogue.map((each) => each.name).join(", ");
    throw new UsageError(
      `--data: expected NAME or NAME:PATH with a data set's name (${names}), got ${told}.`,
    );
  }
  return colon < 0 ? { name } : { name, path: told.slice(colon + 1) };
}
