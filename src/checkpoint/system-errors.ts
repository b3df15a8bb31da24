import { UnreadableInputError } from "../errors.ts";

const noPermission =
  "permission is denied. Check the file's permission to read, and that every folder above it may be entered (x)";

/** What the system's codes mean for a path that was to be read, and what to do. */
const reasons: Readonly<Record<string, string>> = {
  ENOENT: "does not exist (or is a link to a file that is gone)",
  EACCES: `cannot be read: ${noPermission}`,
  EPERM: `cannot be read: ${noPermission}`,
  ELOOP: "cannot be read: its links lead in a circle. Name the file itself, or make the link again",
  ENOTDIR: "cannot be read: a part of the path before its last is a file, not a folder. Check the path",
  ENAMETOOLONG:
    "cannot be read: the path is longer than the system allows. Go into the folder and name it from there",
  EMFILE: "cannot be read: this process has too many files open. Raise the limit (ulimit -n)",
  ENFILE: "cannot be read: the system has too many files open. Close other programs",
  EIO: "cannot be read: the disk reports an error. Copy the file from elsewhere",
};

/** The code that the system gave an error ("ENOENT"); null for an error of another sort. */
export function systemCode(error: unknown): string | null {
  return error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : null;
}

/** Whether an error says that there is nothing of that name, which is no fault of what is there. */
export function isAbsent(error: unknown): boolean {
  return systemCode(error) === "ENOENT";
}

/**
 * The error for a path that the system did not let be read.
 *
 * @param path - as the user gave it.
 * @param cause - what a call of `node:fs` threw.
 */
export function unreadable(path: string, cause: unknown): UnreadableInputError {
  const reason = reasons[systemCode(cause) ?? ""];
  const other = cause instanceof Error ? cause.message : String(cause);
  return new UnreadableInputError(`${path} ${reason ?? `cannot be read: ${other}`}.`, { cause });
}
