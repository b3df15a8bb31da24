import { createHash } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { filesWithHashes } from "../../src/analysis/file-hashes.ts";
import type { OpenedSource } from "../../src/analysis/open-sources.ts";

const folder = mkdtempSync(join(tmpdir(), "marchenko-hashes-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const path = join(folder, "weights.bin");
const bytes = Buffer.alloc(3_000_000, "weights");
writeFileSync(path, bytes);
const sha256 = createHash("sha256").update(bytes).digest("hex");

const source = (sizeBytes: number, isOnDisk = true, file = path) =>
  ({ files: [{ path: file, sizeBytes }], isOnDisk }) as unknown as OpenedSource;

test("files of at most 64 MiB in all have a hash, and larger ones where it is asked for", async () => {
  const size = 32 * 1024 * 1024;
  const small = [source(size), source(size)];
  expect(await filesWithHashes(small, false)).toEqual([
    { path, sizeBytes: size, sha256 },
    { path, sizeBytes: size, sha256 },
  ]);
  const large = [source(size), source(size + 1)];
  expect(await filesWithHashes(large, false)).toEqual(large.flatMap(({ files }) => files));
  expect((await filesWithHashes(large, true)).map((file) => file.sha256)).toEqual([sha256, sha256]);
});

test("what is elsewhere, or gone, has none", async () => {
  const files = await filesWithHashes([source(1, false), source(1, true, join(folder, "gone"))], true);
  expect(files.map((file) => Object.keys(file))).toEqual([
    ["path", "sizeBytes"],
    ["path", "sizeBytes"],
  ]);
});

test("stops where it is told to", async () => {
  await expect(filesWithHashes([source(1)], true, AbortSignal.abort(new Error("enough")))).rejects.toThrow(
    "enough",
  );
});
