import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach } from "vitest";
import { encodeSafetensors } from "../../src/checkpoint/index.ts";

/** A folder with these files for one test, removed after it. */
export function temporaryFolders(): (files: Readonly<Record<string, Uint8Array | string>>) => string {
  const made: string[] = [];
  afterEach(() => {
    for (const folder of made.splice(0)) rmSync(folder, { recursive: true, force: true });
  });
  return (files) => {
    const folder = mkdtempSync(join(tmpdir(), "marchenko-"));
    made.push(folder);
    for (const [name, content] of Object.entries(files)) {
      mkdirSync(dirname(join(folder, name)), { recursive: true });
      writeFileSync(join(folder, name), content);
    }
    return folder;
  };
}

/** A small model; another `value` is another step of its training. */
export function modelBytes(value = 1, shape: readonly number[] = [2, 3]): Uint8Array {
  const data = new Float32Array(shape.reduce((a, b) => a * b, 1)).fill(value);
  return encodeSafetensors([{ name: "fc.weight", shape, data }]);
}
