import type { FileOfTensors, OpenedSource } from "./open-sources.ts";

/**
 * So many bytes of files are read a second time unasked: a tenth of a second. Of large files that would be a good part
 * of a run whose spectra are kept.
 */
const unasked = 64 * 1024 * 1024;

/** A file with its hash, where it was computed. */
export interface HashedFile extends FileOfTensors {
  readonly sha256?: string;
}

/**
 * The files of sources, with the SHA-256 of each that lies on disk.
 *
 * @param wanted - whether to hash files of any size; else none where all together have over 64 MiB of tensors.
 * @param signal - stops between pieces of a file.
 * @returns the files in their order; one that can't be read again has no hash.
 */
export async function filesWithHashes(
  sources: readonly OpenedSource[],
  wanted: boolean,
  signal?: AbortSignal,
): Promise<HashedFile[]> {
  const total = sources.flatMap(({ files }) => files).reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  const isHashed = wanted || total <= unasked;
  const files: HashedFile[] = [];
  for (const source of sources) {
    for (const file of source.files) {
      const sha256 = isHashed && source.isOnDisk ? await hashOf(file.path, signal) : null;
      files.push({ ...file, ...(sha256 !== null && { sha256 }) });
    }
  }
  return files;
}

async function hashOf(path: string, signal: AbortSignal | undefined): Promise<string | null> {
  const { createHash } = await import("node:crypto");
  const { createReadStream } = await import("node:fs");
  const hash = createHash("sha256");
  try {
    for await (const piece of createReadStream(path, { highWaterMark: 1 << 20 })) {
      signal?.throwIfAborted();
      hash.update(piece);
    }
  } catch {
    signal?.throwIfAborted();
    return null;
  }
  return hash.digest("hex");
}
