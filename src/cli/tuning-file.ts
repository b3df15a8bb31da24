import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { TuningStore } from "../backends/gpu/products/tuning-store.ts";
import { cachePlace } from "./spectrum-cache.ts";

/**
 * What was found fastest on each adapter: a file of it, or memory alone where it can't be read or written.
 *
 * @param folder - the cache's; null where there is none.
 */
export function tuningFile(folder: string | null = cachePlace()): TuningStore {
  const known = new Map<string, string>();
  if (folder === null) return known;
  const path = join(folder, "gpu-products.json");
  try {
    const stored: unknown = JSON.parse(readFileSync(path, "utf8"));
    for (const [key, id] of Object.entries(stored as Record<string, unknown>)) {
      if (typeof id === "string") known.set(key, id);
    }
  } catch {
    // None yet, or not ours: it is measured again.
  }
  return {
    get: (key) => known.get(key),
    set(key, id) {
      known.set(key, id);
      try {
        mkdirSync(folder, { recursive: true });
        writeFileSync(path, `${JSON.stringify(Object.fromEntries(known), null, 1)}\n`);
      } catch {
        // Measured again by the next run.
      }
    },
  };
}
