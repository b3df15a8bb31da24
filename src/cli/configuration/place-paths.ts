import { isAbsolute, join } from "node:path";

/** How a value of an option is read that has paths in it, by what its help calls the value. */
const placed: Readonly<Record<string, (value: string, folder: string) => string>> = {
  "<file>": inFolder,
  "<folder>": inFolder,
  "<result.json>": inFolder,
  "<recipe>": unlessName,
  "<data>": dataIn,
};

/**
 * A value of a configuration as the command line would have it: paths that are relative to the configuration's folder
 * become relative to the working folder.
 *
 * @param flags - of the option: `-o, --output <file>`.
 * @param folder - the configuration's.
 */
export function placePaths(value: unknown, flags: string, folder: string): unknown {
  const [called = ""] = /[<[].*$/.exec(flags) ?? [];
  if (Array.isArray(value)) return value.map((each) => placePaths(each, flags, folder));
  if (typeof value !== "string" || !Object.hasOwn(placed, called)) return value;
  return placed[called]!(value, folder);
}

function inFolder(path: string, folder: string): string {
  return path === "" || isAbsolute(path) || /^\w+:\/\//.test(path) ? path : join(folder, path);
}

/** A name, or a path, which has a dot or a slash. */
function unlessName(value: string, folder: string): string {
  return /[./\\]/.test(value) ? inFolder(value, folder) : value;
}

/** A name, `NAME:PATH`, or a path. */
function dataIn(value: string, folder: string): string {
  const [, name, path] = /^([\w-]{2,}):(?!\/\/)(.*)$/s.exec(value) ?? [];
  return name === undefined ? unlessName(value, folder) : `${name}:${inFolder(path!, folder)}`;
}
