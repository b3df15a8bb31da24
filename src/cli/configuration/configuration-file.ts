import { constants } from "node:fs";
import { open } from "node:fs/promises";
import { dirname } from "node:path";
import { similarNames, similarPaths } from "../../checkpoint/nearest-names.ts";
import { UsageError } from "../../errors.ts";

/** Read where a command runs, unless --config names another or --no-config none. */
export const usualName = "marchenko.config.json";

/** Commands that have a section in a configuration. */
export const configuredCommands: readonly string[] = [
  "inspect",
  "analyze",
  "merge",
  "compare",
  "gate",
  "report",
  "train",
  "experiment",
  "measure",
  "noise",
  "view",
  "selftest",
];

/** A configuration is a page of text. */
const mostBytes = 1 << 20;
/** Objects and lists within each other: the file, a command, a list. */
const deepest = 8;

/** A file of options by command, read and not checked yet but for the names of the commands. */
export interface ConfigurationFile {
  readonly path: string;
  /** What relative paths in it are relative to. */
  readonly folder: string;
  readonly sections: Readonly<Record<string, unknown>>;
}

/**
 * Reads a configuration: an object with a member for each command whose options it sets.
 *
 * @param given - `--config`; undefined for the usual name in the working folder, where there is such a file; false for none.
 * @returns null where there is none.
 * @throws {UsageError} If it can't be read, is no JSON or no such object; it says what is wrong, and where.
 */
export async function readConfiguration(
  given: string | false | undefined,
): Promise<ConfigurationFile | null> {
  if (given === false) return null;
  const path = given ?? usualName;
  const text = await readText(path, given !== undefined);
  if (text === null) return null;
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new UsageError(
      `${path} is no JSON: ${(error as Error).message}. Comments and a comma after the last member are none either.`,
    );
  }
  return { path, folder: dirname(path), sections: checkedSections(value, path) };
}

function checkedSections(value: unknown, path: string): Readonly<Record<string, unknown>> {
  if (!isObject(value)) {
    throw new UsageError(
      `${path}: expected an object with the options of commands, such as { "analyze": { "seed": 1 } }`,
    );
  }
  requireShallow(value, path, 0);
  for (const [name, section] of Object.entries(value)) {
    if (name === "$schema") continue;
    if (!configuredCommands.includes(name)) {
      const near = similarNames(name, configuredCommands);
      const hint =
        near.length > 0 ? `Did you mean ${near.join(" or ")}?` : `Known: ${configuredCommands.join(", ")}.`;
      throw new UsageError(`${path}: ${name}: there is no such key, expected the name of a command. ${hint}`);
    }
    if (!isObject(section)) {
      throw new UsageError(`${path}: ${name}: expected an object with options of ${name}`);
    }
  }
  return value;
}

/** @throws {UsageError} If a value is too deep to be shown in an error, or has a key that objects don't keep as a member. */
function requireShallow(value: unknown, path: string, depth: number): void {
  if (typeof value !== "object" || value === null) return;
  if (depth === deepest) {
    throw new UsageError(`${path}: expected at most ${deepest} objects or lists within each other`);
  }
  if (Object.hasOwn(value, "__proto__")) {
    throw new UsageError(`${path}: __proto__: there is no such key. Leave it out.`);
  }
  for (const each of Object.values(value)) requireShallow(each, path, depth + 1);
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The text of a file; null where one that nobody asked for is not there. */
async function readText(path: string, isAsked: boolean): Promise<string | null> {
  const cannot = (why: string, cause?: unknown) =>
    new UsageError(`can't read the configuration ${path}: ${why}`, { cause });
  // Without waiting: a pipe that nobody writes to would hold every command in its folder.
  const handle = await open(path, constants.O_RDONLY | (isAsked ? 0 : (constants.O_NONBLOCK ?? 0))).catch(
    async (error: NodeJS.ErrnoException) => {
      if (error.code !== "ENOENT") throw cannot(error.message, error);
      if (!isAsked) return null;
      const near = await similarPaths(path);
      const hint = near.length > 0 ? `. Did you mean ${near.join(" or ")}?` : "";
      throw cannot(`it does not exist${hint}`, error);
    },
  );
  if (handle === null) return null;
  try {
    const found = await handle.stat();
    if (found.isDirectory()) throw cannot("it is a folder");
    if (!isAsked && !found.isFile()) throw cannot("it is no file; --no-config does without");
    const bytes = Buffer.alloc(mostBytes + 1);
    let length = 0;
    while (length < bytes.length) {
      const { bytesRead } = await handle.read(bytes, length, bytes.length - length, null);
      if (bytesRead === 0) break;
      length += bytesRead;
    }
    if (length > mostBytes) throw cannot(`expected ${mostBytes} bytes at most`);
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes.subarray(0, length));
  } catch (error) {
    if (error instanceof UsageError) throw error;
    if (error instanceof TypeError) throw cannot("expected text in UTF-8", error);
    throw cannot((error as Error).message, error);
  } finally {
    await handle.close();
  }
}
