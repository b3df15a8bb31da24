import { systemCode } from "../checkpoint/system-errors.ts";
import { MarchenkoError, UsageError } from "../errors.ts";

/** What the system's codes mean for a run's folder. */
const reasons: Readonly<Record<string, string>> = {
  ENOSPC: "the disk is full. Free some space",
  EDQUOT: "the disk quota is used up. Free some space",
  EACCES: "permission is denied. Check the folder's permissions",
  EPERM: "permission is denied. Check the folder's permissions",
  EROFS: "the file system is read-only. Choose another folder",
  EFBIG: "the file is larger than the system or a limit (ulimit -f) lets it be",
  ENOENT: "the folder is gone, or none can be made there. Choose another folder",
  ENOTDIR: "a part of the path is a file, not a folder. Choose another folder",
  EEXIST: "there is a file of that name. Choose another folder",
};

/**
 * The error for a file of a run that could not be written; any other error as it is.
 *
 * @param path - what was written.
 * @param cause - what was thrown.
 */
export function unwritable(path: string, cause: unknown): unknown {
  // Ours have codes, too.
  if (cause instanceof MarchenkoError) return cause;
  const code = systemCode(cause);
  if (code === null) return cause;
  const reason = reasons[code] ?? (cause as Error).message;
  return new UsageError(`can't write ${path}: ${reason}; what was saved before is whole.`, { cause });
}

/** Does work that writes, with its errors told as {@link unwritable} does. */
export async function writing<T>(path: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    throw unwritable(path, cause);
  }
}
