import type { NullSpectra } from "../fits/null-spectra.ts";
import { nullDraws } from "../fits/null-spectra.ts";
import type { FloatFormatName } from "../linalg/float-formats.ts";
import type { MeanSquares } from "../linalg/mean-squares.ts";
import type { SpectrumEngine } from "../spectrum/spectrum-engine.ts";
import { isEstimated, type SpectrumMethod } from "../spectrum/spectrum-method.ts";
import { bulkOf } from "./bulk-of.ts";
import {
  type Compute,
  keepPerShape,
  type MatrixMemory,
  type ReadSpectrum,
  type StoredMatrix,
} from "./compute.ts";
import { isUnexplained } from "./fit-bulk.ts";
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
const layout = 3;

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
  const look = async <Value>(key: string, decode: (entry: Uint8Array) => Value | null) => {
    const entry = await cache.find(key);
    return entry && decode(entry);
  };
  const found = async <Value>(key: string, decode: (entry: Uint8Array) => Value | null) => {
    const value = await look(key, decode);
    if (value) use.hits++;
    return value;
  };
  const write = async (key: string, entry: Uint8Array): Promise<void> => {
    try {
      await cache.keep(key, entry);
    } catch {
      use.unwritten++;
    }
  };
  const keep = async (key: string, entry: Uint8Array | null): Promise<void> => {
    use.misses++;
    if (entry) await write(key, entry);
  };
  const known = async (
    { rows, columns }: { readonly rows: number; readonly columns: number },
    format: FloatFormatName,
    entries: string,
    read: () => Promise<ReadSpectrum>,
  ): Promise<ReadSpectrum> => {
    const key = spectrumKey(rows, columns, format, entries);
    const spectrum = await found(key, (entry) => decodeSpectrum(entry, rows, columns));
    isPromising = spectrum !== null;
    // What has a spectrum has finite entries: they need no look of their own.
    if (spectrum) return { census: { count: rows * columns, nonFinite: 0 }, spectrum };
    const computed = await read();
    if (computed.spectrum) await keep(key, encodeSpectrum(computed.spectrum));
    return computed;
  };

  const profileKey = ({ rows, columns, format, stored }: StoredMatrix) =>
    keyOf("profile", { rows, columns, format, entries: stored });
  let isPromising = true;
  const memory: MatrixMemory = {
    get isPromising() {
      return isPromising;
    },
    async recall(matrix, onSpectrum) {
      const { rows, columns, format, stored } = matrix;
      const key = spectrumKey(rows, columns, format, stored);
      const spectrum = await look(key, (entry) => decodeSpectrum(entry, rows, columns));
      if (!spectrum || spectrum.singularValues[0] === Number.POSITIVE_INFINITY) return null;
      onSpectrum();
      const fit = await bulkOf(spectrum, caching);
      const profile = isUnexplained(fit)
        ? await look(profileKey(matrix), (entry) => decodeProfile(entry, rows, columns))
        : null;
      if (isUnexplained(fit) && !profile) return null;
      use.hits++;
      return { spectrum, fit, profile };
    },
    keepProfile: (matrix, { rows, columns }) => write(profileKey(matrix), encodeEntry({}, [rows, columns])),
  };

  const digestOf = (data: Float32Array | Float64Array): string => {
    const running = cache.digest();
    running.update(bytesOf(data));
    return running.end();
  };

  const caching: Compute = {
    ...compute,
    digest: () => cache.digest(),
    memory,
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
  return caching;
}

function decodeProfile(entry: Uint8Array, rows: number, columns: number): MeanSquares | null {
  const numbers = decodeEntry(entry, rows + columns)?.numbers;
  return numbers ? { rows: numbers.slice(0, rows), columns: numbers.slice(rows) } : null;
}

function bytesOf({ buffer, byteOffset, byteLength }: Float32Array | Float64Array): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength);
}
