import type { SpectrumCache } from "./spectrum-cache.ts";

/** First bytes of a file of the cache. */
const magic = "MKSPEC01";
const digestBytes = 32;
/** An entry, or what a run that was stopped has left of one. */
const namePattern = /^[0-9a-f]{64}\.spectrum(\.[0-9a-f-]{36}\.tmp)?$/;
/** Bytes of all files unless told otherwise: some 80 000 spectra of 768 values. */
export const usualCacheBytes = 1 << 30;
/** What is over the bound is taken down to this part of it, so that not every further entry has to tidy up. */
const keptShare = 0.9;

/** A file of the cache. */
export interface CacheFile {
  readonly path: string;
  readonly bytes: number;
  /** When it was last of use, milliseconds since 1970. */
  readonly usedAt: number;
}

/**
 * A cache of spectra in a folder, for `analyze`'s option `cache`. Node only.
 *
 * One file an entry, moved to its name when it is whole and ending with its SHA-256, so that several analyses may share
 * the folder; damaged files are as good as none, and are written again. The folder is made with the first entry.
 *
 * @param folder - where it is.
 * @param mostBytes - of all files together, > 0; beyond it those that were of no use for longest are removed.
 */
export async function cacheFolder(
  folder: string,
  mostBytes: number = usualCacheBytes,
): Promise<SpectrumCache> {
  const { createHash, randomUUID } = await import("node:crypto");
  const { mkdir, open, readFile, rename, rm, stat, writeFile } = await import("node:fs/promises");
  const { join } = await import("node:path");
  const sha256 = (bytes: Uint8Array | string) => createHash("sha256").update(bytes).digest();
  const pathOf = (key: string) => join(folder, `${sha256(key).toString("hex")}.spectrum`);
  let total: Promise<number> | undefined;

  /** Takes the files that were of no use for longest out, down to the kept share. */
  const tidy = async (): Promise<number> => {
    const files = await cacheFiles(folder);
    let bytes = files.reduce((sum, file) => sum + file.bytes, 0);
    if (bytes <= mostBytes) return bytes;
    for (const file of files.sort((a, b) => a.usedAt - b.usedAt)) {
      if (bytes <= keptShare * mostBytes) break;
      await rm(file.path, { force: true });
      bytes -= file.bytes;
    }
    return bytes;
  };
  /** The bytes of a file, and that they were of use: writing sets the time, and the first byte is what it was. */
  const readAndTouch = async (path: string): Promise<Buffer> => {
    const handle = await open(path, "r+").catch(() => null);
    // A cache that can only be read is of use too.
    if (!handle) return await readFile(path);
    try {
      const bytes = await handle.readFile();
      if (bytes[0] === magic.charCodeAt(0)) await handle.write(magic.slice(0, 1), 0).catch(() => {});
      return bytes;
    } finally {
      await handle.close();
    }
  };

  return {
    platform: `${process.platform} ${process.arch} v8 ${process.versions.v8}`,
    digest() {
      const hash = createHash("sha256");
      return { update: (bytes) => void hash.update(bytes), end: () => hash.digest("hex") };
    },
    async find(key) {
      const path = pathOf(key);
      const head = Buffer.from(headOf(key));
      try {
        const facts = await stat(path);
        // A pipe would be waited for.
        if (!facts.isFile() || facts.size > mostBytes) return null;
        const bytes = await readAndTouch(path);
        const end = bytes.length - digestBytes;
        if (end < head.length || !bytes.subarray(0, head.length).equals(head)) return null;
        if (!sha256(bytes.subarray(0, end)).equals(bytes.subarray(end))) return null;
        return bytes.subarray(head.length, end);
      } catch {
        return null;
      }
    },
    async keep(key, entry) {
      const content = Buffer.concat([Buffer.from(headOf(key)), entry]);
      const bytes = content.length + digestBytes;
      if (bytes > keptShare * mostBytes) return;
      await mkdir(folder, { recursive: true });
      const path = pathOf(key);
      const beside = `${path}.${randomUUID()}.tmp`;
      try {
        await writeFile(beside, [content, sha256(content)]);
        await rename(beside, path);
      } catch (error) {
        await rm(beside, { force: true });
        throw error;
      }
      total = total ? total.then((before) => before + bytes) : tidy();
      if ((await total) <= mostBytes) return;
      total = tidy();
      await total;
    },
  };
}

/** The files of a cache's folder, none where it is not there; what else lies in it is left alone. */
export async function cacheFiles(folder: string): Promise<CacheFile[]> {
  const { readdir, stat } = await import("node:fs/promises");
  const { join } = await import("node:path");
  const names = await readdir(folder).catch(() => [] as string[]);
  const files: CacheFile[] = [];
  for (const name of names) {
    if (!namePattern.test(name)) continue;
    const path = join(folder, name);
    const facts = await stat(path).catch(() => null);
    if (facts?.isFile()) files.push({ path, bytes: facts.size, usedAt: facts.mtimeMs });
  }
  return files;
}

/** What a file begins with: an entry found under another key's name is none. */
function headOf(key: string): string {
  return `${magic}${Buffer.byteLength(key).toString(16).padStart(8, "0")}${key}`;
}
