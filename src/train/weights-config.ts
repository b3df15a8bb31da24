import { isAbsent, unreadable } from "../checkpoint/system-errors.ts";
import { UnreadableInputError, UsageError } from "../errors.ts";
import { modelOfConfig } from "../models/catalogue.ts";
import type { Described, Model } from "../models/model.ts";

/** Names of 20 000 classes, written twice, have some 2 MB. */
const MOST_BYTES = 1 << 24;

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
  const text = await readText(path);
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

async function readText(path: string): Promise<string | null> {
  const { readFile, stat } = await import("node:fs/promises");
  try {
    const found = await stat(path);
    if (found.isFile() && found.size <= MOST_BYTES) return await readFile(path, "utf8");
  } catch (error) {
    if (isAbsent(error)) return null;
    throw unreadable(path, error);
  }
  throw new UnreadableInputError(
    `${path}: expected a model's configuration, a file of ${MOST_BYTES} bytes at most.`,
  );
}
