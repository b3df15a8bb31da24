import { c4 } from "./c4.ts";
import { cifar10 } from "./cifar10.ts";
import type { AnyDataset, DatasetDefinition } from "./dataset.ts";
import { digits } from "./digits.ts";
import { fashionMnist } from "./fashion-mnist.ts";
import { imageFolder } from "./image-folder.ts";
import { mnist } from "./mnist.ts";
import { namedPart } from "./named-part.ts";
import { text } from "./text.ts";

/** Every data set that a recipe can name. */
export const datasetCatalogue: readonly DatasetDefinition[] = [
  digits,
  mnist,
  fashionMnist,
  cifar10,
  imageFolder,
  text,
  c4,
];

/** A recipe's `data`: a name of the catalogue, and that data set's options. */
export interface DataChoice {
  readonly name: string;
  readonly [option: string]: unknown;
}

/**
 * Checks a recipe's `data` without reading any file.
 *
 * @returns the definition, and its options with their defaults.
 * @throws {UsageError} If there is no such data set, or an option is wrong.
 */
export function resolveDataset(choice: DataChoice): {
  readonly definition: DatasetDefinition;
  readonly options: unknown;
} {
  const { part, options } = namedPart(datasetCatalogue, choice, "data");
  return { definition: part, options };
}

/**
 * Loads what a recipe's `data` names.
 *
 * @throws {UsageError} If there is no such data set, an option is wrong, or what it needs is missing.
 * @throws {UnreadableInputError} If a file is missing or cannot be read.
 * @throws {DatasetFormatError} If a file is truncated or broken.
 */
export async function loadDataset(choice: DataChoice): Promise<AnyDataset> {
  const { definition, options } = resolveDataset(choice);
  return (await definition.load(options)) as AnyDataset;
}
