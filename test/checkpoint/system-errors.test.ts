import { symlinkSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it, vi } from "vitest";
import { openCheckpoint, openCheckpoints } from "../../src/checkpoint/index.ts";
import { unreadable } from "../../src/checkpoint/system-errors.ts";
import { UnreadableInputError } from "../../src/errors.ts";
import { modelBytes, temporaryFolders } from "./temporary-folder.ts";

const folderOf = temporaryFolders();
/** The code that calls of the file system fail with, which an administrator's tests can't make happen. */
const injected: { code: string | null } = { code: null };

vi.mock("node:fs/promises", async (original) => {
  const real = await original<typeof import("node:fs/promises")>();
  const failing =
    <A extends unknown[], R>(call: (...args: A) => Promise<R>) =>
    (...args: A): Promise<R> =>
      injected.code === null
        ? call(...args)
        : Promise.reject(Object.assign(new Error(`${injected.code}: injected`), { code: injected.code }));
  return { ...real, stat: failing(real.stat), lstat: failing(real.lstat), readdir: failing(real.readdir) };
});

async function withCode<T>(code: string, action: () => Promise<T>): Promise<T> {
  injected.code = code;
  try {
    return await action();
  } finally {
    injected.code = null;
  }
}

describe("a path that the system does not let be read is told why", () => {
  it.each([
    ["EACCES", /permission is denied.*every folder above it may be entered/],
    ["EPERM", /permission is denied/],
    ["EMFILE", /too many files open.*ulimit -n/],
    ["EIO", /disk reports an error/],
    ["EWHATEVER", /cannot be read: EWHATEVER: injected/],
  ])("%s", async (code, message) => {
    const path = join(folderOf({ "model.safetensors": modelBytes() }), "model.safetensors");
    for (const open of [openCheckpoint, openCheckpoints]) {
      const error = await withCode(code, () => open(path).catch((cause: unknown) => cause));
      expect(error).toBeInstanceOf(UnreadableInputError);
      expect((error as Error).message).toMatch(message);
      expect((error as Error).message).toContain(path);
      expect((error as Error).message).not.toMatch(/does not exist/);
    }
  });

  it("links in a circle, and a file where a folder should be", async () => {
    const folder = folderOf({ "model.safetensors": modelBytes() });
    symlinkSync("loop.safetensors", join(folder, "loop.safetensors"));
    await expect(openCheckpoint(join(folder, "loop.safetensors"))).rejects.toThrow(/lead in a circle/);
    await expect(openCheckpoint(join(folder, "model.safetensors/x"))).rejects.toThrow(
      /is a file, not a folder/,
    );
    await expect(openCheckpoint(join(folder, "n".repeat(300)))).rejects.toThrow(
      /longer than the system allows/,
    );
  });

  it("with a code that says nothing of reading only when it is gone", () => {
    const gone = Object.assign(new Error("x"), { code: "ENOENT" });
    expect(unreadable("a/b", gone).message).toBe("a/b does not exist (or is a link to a file that is gone).");
    expect(unreadable("a/b", "odd").message).toBe("a/b cannot be read: odd.");
  });
});

describe("a path", () => {
  it("of no characters is said to be empty", async () => {
    for (const open of [openCheckpoint, openCheckpoints]) {
      await expect(open("")).rejects.toBeInstanceOf(UnreadableInputError);
      await expect(open("")).rejects.toThrow(/^the path is empty: expected .*, got /);
    }
  });
});
