import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { similarPaths } from "../checkpoint/nearest-names.ts";
import { UnreadableInputError } from "../errors.ts";
import type { FinishedRun } from "./next-step.ts";
import type { Text } from "./outputs.ts";
import { resultKinds } from "./result-kinds.ts";

const [usual, ...others] = resultKinds;
const expected = `the JSON that \`marchenko ${usual!.command}\` writes, or ${others.map(({ command }) => `\`marchenko ${command}\``).join(", ")}`;
const shownFaults = 5;
const longestType = 40;

/** A saved result that was read and checked. */
export interface SavedResult {
  /** `type` of the result. */
  readonly type: string;
  /** The result, as its schema has it. */
  readonly value: unknown;
  /** What it is, for sentences. */
  readonly noun: string;
  readonly formats: readonly string[];
  /** @param format - one of `formats`. */
  render(format: string, finished?: FinishedRun): Text | Promise<Text>;
}

/**
 * Reads and checks a saved result of any kind.
 *
 * @throws {UnreadableInputError} If there is no such file, it is not JSON, or not a result.
 */
export async function readResult(path: string): Promise<SavedResult> {
  let text: string;
  try {
    text = await readFile(path, "utf8");
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    const why = code === "ENOENT" ? "it does not exist" : code === "EISDIR" ? "it is a folder" : message;
    const inside = join(path, "result.json");
    const near = code === "ENOENT" ? await similarPaths(path) : existsSync(inside) ? [inside] : [];
    const hint = near.length > 0 ? ` Did you mean ${near.join(" or ")}?` : "";
    throw new UnreadableInputError(`can't read ${path}: ${why}.${hint} Expected ${expected}.`, {
      cause: error,
    });
  }
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new UnreadableInputError(
      `${path} is not JSON: ${(error as Error).message}. Expected ${expected}.`,
      {
        cause: error,
      },
    );
  }
  const type = (value as { type?: unknown } | null)?.type;
  const kind = resultKinds.find((each) => each.type === type);
  // What is none of ours at all would have every fault there is.
  if (!kind) {
    const its = typeof type === "string" ? `: its type is ${JSON.stringify(type.slice(0, longestType))}` : "";
    throw new UnreadableInputError(`${path} is not a result${its}. Expected ${expected}.`);
  }
  const { schema, renderers } = await kind.load();
  const parsed = schema.safeParse(value);
  if (parsed.success) {
    return {
      type: kind.type,
      value,
      noun: kind.noun,
      formats: Object.keys(renderers),
      // The value itself: the parsed copy has its keys in the schema's order, and writes other bytes. The schema has
      // found it to be what these renderers take.
      render: (format, finished) => renderers[format]!(value as never, finished),
    };
  }
  const { issues } = parsed.error;
  const faults = z.prettifyError(new z.ZodError(issues.slice(0, shownFaults)));
  const more = issues.length > shownFaults ? `\nand ${issues.length - shownFaults} more` : "";
  throw new UnreadableInputError(`${path} is not a result. Expected ${expected}:\n${faults}${more}`);
}
