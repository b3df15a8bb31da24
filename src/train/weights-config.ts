import { smallText } from "../checkpoint/small-text.ts";
import { UnreadableInputError, UsageError } from "../errors.ts";
import { modelOfConfig } from "../models/catalogue.ts";
import type { Described, Model } from "../models/model.ts";

/**
 * What the `config.json` beside weights tells of their model: sizes that no tensor's shape shows (heads, epsilon) among
 * them.
 *
 * @param from - the weights: a file, or a folder of one model.
 * @returns null where there is no such file.
 * @throws {UsageError} If it is another model's.
 * @throws {UnreadableInputError} If it can't be read, or tells of what the model doesn't support.
 */
export async function weightsConfig(
  from: string,
  model: Pick<Model, "kind" | "fromHuggingFace">,
): Promise<Described | null> {
  const { stat } = await import("node:fs/promises");
  const { dirname, join } = await import("node:path");
  const found = await stat(from).catch(() => null);
  // Whoever reads the weights says that they are missing.
  if (!found) return null;
  const path = join(found.isDirectory() ? from : dirname(from), "config.json");
  const text = await smallText(path, "a model's configuration");
  if (text === null) return null;
  try {
    const config: unknown = JSON.parse(text);
    const { kind } = modelOfConfig(config);
    if (kind === model.kind) return model.fromHuggingFace(config);
    throw new UsageError(
      `${path} is of a model "${kind}", and the recipe's model.kind is "${model.kind}": finetune other weights, or set model.kind.`,
    );
  } catch (cause) {
    if (!(cause instanceof SyntaxError || cause instanceof UnreadableInputError)) throw cause;
    throw new UnreadableInputError(`${path}: ${(cause as Error).message}`, { cause });
  }
}
