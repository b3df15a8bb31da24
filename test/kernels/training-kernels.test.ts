import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { expect, test } from "vitest";

/** All files that a file loads, through others too; what is only a type is not loaded. */
function loadedBy(file: string, seen = new Set<string>()): Set<string> {
  if (seen.has(file) || !file.endsWith(".ts")) return seen;
  seen.add(file);
  const text = readFileSync(file, "utf8").replaceAll(/^import type .*$/gm, "");
  for (const [, specifier] of text.matchAll(/(?:from|import)\s*\(?\s*["'](\.[^"']+)["']/g)) {
    loadedBy(join(dirname(file), specifier!), seen);
  }
  return seen;
}

test("who analyses doesn't load the trainer's kernels", () => {
  const binary = join("src", "kernels", "generated", "training-plain.ts");
  expect(loadedBy(join("src", "kernels", "training-kernels.ts"))).toContain(binary);
  for (const start of ["analyze.ts", "compute-worker.ts"]) {
    const loaded = loadedBy(join("src", "analysis", start));
    expect(loaded).toContain(join("src", "kernels", "kernels.ts"));
    const kernels = [...loaded].filter((file) => file.startsWith(join("src", "kernels")));
    expect(kernels.filter((file) => file.includes("training"))).toEqual([]);
  }
});
