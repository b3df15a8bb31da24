import type { NullSpectra } from "../fits/null-spectra.ts";
import { nullDraws } from "../fits/null-spectra.ts";
import type { FloatFormatName } from "../linalg/float-formats.ts";
import type { SpectrumEngine } from "../spectrum/spectrum-engine.ts";
import { isEstimated, type SpectrumMethod } from "../spectrum/spectrum-method.ts";
import { type Compute, keepPerShape, type ReadSpectrum } from "./compute.ts";
import {
  type CacheUse,
  decodeEntry,
  decodeSpectrum,
  encodeEntry,
  encodeSpectrum,
  type SpectrumCache,
} from "./spectrum-cache.ts";
import { version } from "./version.ts";

/** Raised when what an entry holds, or what settles it, changes within a version. */
const layout = 2;

/**
 * Computes what was not computed before: spectra and simulated noise are looked up first, and kept afterwards.
 *
 * The key of a spectrum holds the SHA-256 of the matrix's entries, as they lie after matricisation and the taking of
 * parts, as they are stored or, where that is not at hand, as they are computed with,
 * (the same bytes, or more of them), with their format and shape, the method, and the engine with its build. So a hit has the bits that computing
 * would give, whatever the file, tensor or layer is called.
 *
 * @param compute - what computes. @param engine - its engine. @param method - its method. @param seed - its seed.
 * @param use - is counted up.
 * @returns `compute` itself where the engine does not say what it was built from.
 */
export function cachedCompute(
  compute: Compute,
  engine: SpectrumEngine,
  method: SpectrumMethod,
  seed: number | string,
  cache: SpectrumCache,
  use: CacheUse,
): Compute {
  if (!engine.build) return compute;
  const text = cache.digest();
  text.update(new TextEncoder().encode(engine.build()));
  const common = { layout, version, platform: cache.platform, engine: engine.id, build: text.end() };
  const keyOf = (what: string, facts: object) => JSON.stringify({ what, ...common, ...facts });

  const spectrumKey = (rows: number, columns: number, format: FloatFormatName, entries: string) =>
    keyOf("spectrum", {
      rows,
      columns,
      format,
      method,
      // Only estimates are random.
      seed: isEstimated(method, rows, columns) ? seed : null,
      entries,
    });
  const found = async <Value>(key: string, decode: (entry: Uint8Array) => Value | null) => {
    const entry = await cache.find(key);
    const value = entry && decode(entry);
    if (value) use.hits++;
    return value;
  };
  const keep = async (key: string, entry: Uint8Array | null): Promise<void> => {
    use.misses++;
    if (!entry) return;
    try {
      await cache.keep(key, entry);
    } catch {
      use.unwritten++;
    }
  };
  const known = async (
    { rows, columns }: { readonly rows: number; readonly columns: number },
    format: FloatFormatName,
    entries: string,
    read: () => Promise<ReadSpectrum>,
  ): Promise<ReadSpectrum> => {
    const key = spectrumKey(rows, columns, format, entries);
    const spectrum = await found(key, (entry) => decodeSpectrum(entry, rows, columns));
    // What has a spectrum has finite entries: they need no look of their own.
    if (spectrum) return { census: { count: rows * columns, nonFinite: 0 }, spectrum };
    const computed = await read();
    if (computed.spectrum) await keep(key, encodeSpectrum(computed.spectrum));
    return computed;
  };

  const digestOf = (data: Float32Array | Float64Array): string => {
    const running = cache.digest();
    running.update(bytesOf(data));
    return running.end();
  };

  return {
    ...compute,
    digest: () => cache.digest(),
    async whole(matrix, format, hints) {
      const entries = hints?.stored ?? digestOf(matrix.data);
      return await known(matrix, format, entries, () => compute.whole(matrix, format, hints));
    },
    async streamed(w, format, hints) {
      const running = cache.digest();
      for await (const { data } of w.blocks()) running.update(bytesOf(data));
      return await known(w, format, running.end(), () => compute.streamed(w, format, hints));
    },
    nullSpectra: keepPerShape(async (larger, smaller) => {
      const key = keyOf("null-spectra", { larger, smaller, seed });
      const draws = nullDraws(smaller);
      const known = await found(key, (entry): NullSpectra | null => {
        const eigenvalues = decodeEntry(entry, draws * smaller)?.numbers;
        return eigenvalues ? { larger, smaller, draws, eigenvalues } : null;
      });
      if (known) return known;
      const drawn = await compute.nullSpectra(larger, smaller);
      await keep(key, encodeEntry({}, [drawn.eigenvalues]));
      return drawn;
    }),
  };
}

function bytesOf({ buffer, byteOffset, byteLength }: Float32Array | Float64Array): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength);
}
