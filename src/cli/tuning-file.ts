import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { dirname, join } from "node:path";
import type { TuningStore } from "../backends/gpu/products/tuning-store.ts";

/** The user's folder for what can be found again: `MARCHENKO_CACHE`, or the system's place for such. */
export function cacheFolder(environment: NodeJS.ProcessEnv = process.env): string {
  const { MARCHENKO_CACHE, XDG_CACHE_HOME } = environment;
  return MARCHENKO_CACHE || join(XDG_CACHE_HOME || join(homedir(), ".cache"), "marchenko");
}

/** What was found fastest on each adapter: a file of it, or memory alone where it can't be read or written. */
export function tuningFile(path = join(cacheFolder(), "gpu-products.json")): TuningStore {
  const known = new Map<string, string>();
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
        mkdirSync(dirname(path), { recursive: true });
        writeFileSync(path, `${JSON.stringify(Object.fromEntries(known), null, 1)}\n`);
      } catch {
        // Measured again by the next run.
      }
    },
  };
}
