import type { FileHandle } from "node:fs/promises";

/**
 * Writes a file so that it is there whole or not at all: under another name first, which it loses when its content is on
 * the disk.
 *
 * @param path - a file of that name is replaced.
 * @param partial - the other name, in the same folder.
 * @param write - fills the file.
 * @throws What `write` and the system throw; the partial file is gone then, and one that was there stays as it was.
 */
export async function writeWholeFile(
  path: string,
  partial: string,
  write: (handle: FileHandle) => Promise<void>,
): Promise<void> {
  const { open, rename, rm } = await import("node:fs/promises");
  try {
    const handle = await open(partial, "w");
    try {
      await write(handle);
      // Without this the name could reach the disk before the content does.
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(partial, path);
  } catch (error) {
    await rm(partial, { force: true });
    throw error;
  }
}
