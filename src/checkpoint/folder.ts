import { type ByteSource, blobSource, fileSource } from "./byte-source.ts";
import { refuseImposter } from "./imposters.ts";
import { HEAD_BYTES } from "./limits.ts";
import { isAbsent, unreadable } from "./system-errors.ts";

/** Files under one path: a folder on disk, or the files that a browser's user chose together. */
export interface Folder {
  readonly path: string;
  /** Plain names, sorted; hidden ones are left out. */
  readonly files: readonly string[];
  readonly folders: readonly string[];
  /** @returns the file's bytes, checked for imposters; null when there is none of that name. */
  open(name: string): Promise<ByteSource | null>;
}

/** A folder whose subfolders can be entered: on disk, or of a model elsewhere that lists its files. */
export interface FolderTree extends Folder {
  /** Its own name, of which the id of its model is made. */
  readonly name: string;
  /** Path of a file or subfolder. */
  pathOf(name: string): string;
  enter(name: string): Promise<FolderTree>;
}

/** A file that a path leads to. */
export interface FilePlace {
  readonly folder: null;
  readonly name: string;
  readonly path: string;
  /** Opens it, and files beside it, by plain name. */
  readonly open: Folder["open"];
}

/** What a path leads to: a file, or a folder. */
export type Place = FilePlace | { readonly folder: FolderTree };

/** A file of a browser: a File has a name, a Blob is given one. */
export type NamedBlob = Blob & { readonly name: string };

/**
 * Lists a folder on disk; links are followed.
 *
 * @throws {UnreadableInputError} If it cannot be listed.
 */
export async function diskFolder(path: string): Promise<FolderTree> {
  const { readdir, stat } = await import("node:fs/promises");
  const { basename, join, resolve } = await import("node:path");
  const found = await readdir(path, { withFileTypes: true }).catch((cause: unknown) => {
    throw unreadable(path, cause);
  });
  const files: string[] = [];
  const folders: string[] = [];
  for (const item of found.filter(({ name }) => !name.startsWith("."))) {
    // A link to nothing counts as a file, so that opening it says so.
    const kind = item.isSymbolicLink() ? await stat(join(path, item.name)).catch(() => null) : item;
    (kind?.isDirectory() ? folders : files).push(item.name);
  }
  const pathOf = (name: string) => join(path, name);
  return {
    path,
    name: basename(resolve(path)),
    files: files.sort(),
    folders: folders.sort(),
    open: diskOpener(path),
    pathOf,
    enter: (name) => diskFolder(pathOf(name)),
  };
}

/** Opens files of a folder on disk by plain name, without listing it. */
export function diskOpener(path: string): Folder["open"] {
  return async (name) => {
    const { lstat } = await import("node:fs/promises");
    const { join } = await import("node:path");
    const file = join(path, name);
    try {
      await lstat(file);
    } catch (error) {
      if (isAbsent(error)) return null;
      throw unreadable(file, error);
    }
    return withoutImposter(await fileSource(file));
  };
}

/** Blobs as a folder without subfolders. */
export function blobFolder(blobs: readonly NamedBlob[]): Folder {
  const byName = new Map(blobs.map((blob) => [blob.name, blob]));
  return {
    path: "",
    files: [...byName.keys()].sort(),
    folders: [],
    async open(name) {
      const blob = byName.get(name);
      return blob ? withoutImposter(blobSource(blob, name)) : null;
    },
  };
}

/** The first bytes of a source: enough to tell what it is. */
export function readHead(source: ByteSource): Promise<Uint8Array> {
  return source.read(0, Math.min(HEAD_BYTES, source.size));
}

/** @throws {CheckpointFormatError} If it is what commonly stands in for a checkpoint; it is closed then. */
export async function withoutImposter(source: ByteSource): Promise<ByteSource> {
  try {
    refuseImposter(await readHead(source), source);
  } catch (error) {
    await source.close();
    throw error;
  }
  return source;
}
