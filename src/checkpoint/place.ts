import { UnreadableInputError } from "../errors.ts";
import { diskFolder, diskOpener, type Place } from "./folder.ts";
import { missingPath } from "./nearest-names.ts";
import { isRemote, requireKnownScheme } from "./remote/address.ts";
import type { RemoteOptions } from "./remote/options.ts";
import { remotePlace } from "./remote/remote-place.ts";
import { isAbsent, unreadable } from "./system-errors.ts";

/** What shapes the opening of a path. */
export interface OpenOptions {
  /** How addresses (`https://`, `hf://`) are reached: a token, another hub, a `fetch` of one's own. */
  readonly remote?: RemoteOptions | undefined;
}

/**
 * Finds out what is at a path, which may be an address.
 *
 * @throws {UnreadableInputError} If there is nothing, or it can't be reached; {UsageError} If an address is malformed.
 */
export async function placeOf(path: string, options: OpenOptions = {}): Promise<Place> {
  if (isRemote(path)) return await remotePlace(path, options.remote ?? {});
  if (await isFolder(path)) return { folder: await diskFolder(path) };
  const { basename, dirname } = await import("node:path");
  return { folder: null, name: basename(path), path, open: diskOpener(dirname(path)) };
}

/**
 * @throws {UnreadableInputError} If there is nothing at the path, where names that are like it are
 *   given; or if the system does not let one see.
 */
async function isFolder(path: string): Promise<boolean> {
  const { stat, lstat } = await import("node:fs/promises");
  if (path === "") {
    throw new UnreadableInputError(
      "the path is empty: expected a checkpoint file or folder, got a text of no characters. " +
        "In a script, check the variable that it comes from.",
    );
  }
  try {
    return (await stat(path)).isDirectory();
  } catch (error) {
    if (!isAbsent(error)) throw unreadable(path, error);
    // A link to nothing is left to the opening, which says what it is.
    if (await lstat(path).catch(() => null)) return false;
    requireKnownScheme(path);
    throw await missingPath(path);
  }
}
