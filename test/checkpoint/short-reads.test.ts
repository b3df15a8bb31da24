import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test, vi } from "vitest";
import { fileSource } from "../../src/checkpoint/byte-source.ts";

// A disk that gives at most 1000 bytes at once, as some network disks do.
vi.mock("node:fs", async (load) => {
  const fs = await load<typeof import("node:fs")>();
  const readSync = (file: number, into: Uint8Array, at: number, length: number, position: number) =>
    fs.readSync(file, into, at, Math.min(length, 1000), position);
  return { ...fs, readSync };
});

const folder = mkdtempSync(join(tmpdir(), "marchenko-short-reads-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test("pieces are whole on a disk that gives less than it is asked for", async () => {
  const path = join(folder, "bytes");
  const bytes = Uint8Array.from({ length: 10_000 }, (_, i) => (i * 31) % 251);
  writeFileSync(path, bytes);
  const source = await fileSource(path);
  const pieces: Uint8Array[] = [];
  await source.readPieces!(100, 9000, new Uint8Array(4096), (piece) => void pieces.push(piece.slice()));
  expect(pieces.map(({ length }) => length)).toEqual([4096, 4096, 808]);
  expect(Buffer.concat(pieces)).toEqual(Buffer.from(bytes.subarray(100, 9100)));
  await source.close();
});
