import { homedir } from "node:os";
import { isAbsolute, join } from "node:path";
import { cacheFolder } from "../analysis/cache-folder.ts";
import type { SpectrumCache } from "../analysis/spectrum-cache.ts";
import { isRemote } from "../checkpoint/remote/address.ts";

/**
 * The folder of kept spectra: `MARCHENKO_CACHE`, else `marchenko` in the user's folder for caches.
 *
 * @returns null where `MARCHENKO_CACHE` is `off`.
 * @source XDG Base Directory Specification 0.8: `XDG_CACHE_HOME`, by default `~/.cache`; a relative one is ignored.
 */
export function cachePlace(environment: NodeJS.ProcessEnv = process.env): string | null {
  const { MARCHENKO_CACHE: given, XDG_CACHE_HOME: caches } = environment;
  if (given === "off") return null;
  if (given) return given;
  return join(caches && isAbsolute(caches) ? caches : join(homedir(), ".cache"), "marchenko");
}

/**
 * The cache for an analysis; none for addresses, whose large matrices would be fetched twice.
 *
 * @param paths - what is analysed.
 */
export async function spectrumCache(paths: readonly string[]): Promise<SpectrumCache | null> {
  const place = cachePlace();
  return place === null || paths.some(isRemote) ? null : await cacheFolder(place);
}
