import type { Spectrum } from "../spectrum/spectrum.ts";

/** A place where spectra stay between analyses. Entries are bytes, found again by a text that settles all of them. */
export interface SpectrumCache {
  /** What, beside the package and the engine, may change last bits: the processor's kind, the JavaScript engine. */
  readonly platform: string;
  /** A running SHA-256. */
  digest(): RunningDigest;
  /** The entry kept under a key; null where there is none, or what is there is damaged. */
  find(key: string): Promise<Uint8Array | null>;
  /** Keeps an entry, in the place of what may be there. @throws If it can't: the analysis goes on without. */
  keep(key: string, entry: Uint8Array): Promise<void>;
}

/** A hash that takes its bytes piece by piece. */
export interface RunningDigest {
  /** Takes the next bytes. */
  update(bytes: Uint8Array): void;
  /** In hexadecimal. */
  end(): string;
}

/** How often a cache was of use, for the provenance of a run. */
export interface CacheUse {
  hits: number;
  misses: number;
  /** Entries that could not be written. */
  unwritten: number;
}

/** Float64 numbers with facts beside them, as bytes: the length of the facts, the facts as JSON, the numbers. */
export function encodeEntry(
  facts: Readonly<Record<string, unknown>>,
  numbers: readonly Float64Array[],
): Uint8Array {
  const head = new TextEncoder().encode(JSON.stringify(facts));
  const count = numbers.reduce((sum, { length }) => sum + length, 0);
  const bytes = new Uint8Array(4 + head.length + 8 * count);
  new DataView(bytes.buffer).setUint32(0, head.length, true);
  bytes.set(head, 4);
  let at = 4 + head.length;
  for (const { buffer, byteOffset, byteLength } of numbers) {
    bytes.set(new Uint8Array(buffer, byteOffset, byteLength), at);
    at += byteLength;
  }
  return bytes;
}

/** What {@link encodeEntry} was given, its numbers in one; null where the bytes are no entry of `count` numbers. */
export function decodeEntry(
  bytes: Uint8Array,
  count: number,
): { readonly facts: Readonly<Record<string, unknown>>; readonly numbers: Float64Array } | null {
  if (bytes.length < 4) return null;
  const length = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength).getUint32(0, true);
  if (bytes.length !== 4 + length + 8 * count) return null;
  try {
    const facts = JSON.parse(new TextDecoder().decode(bytes.subarray(4, 4 + length)));
    const numbers = new Float64Array(count);
    new Uint8Array(numbers.buffer).set(bytes.subarray(4 + length));
    return typeof facts === "object" && facts !== null ? { facts, numbers } : null;
  } catch {
    return null;
  }
}

/** A spectrum as an entry; null where JSON does not hold one of its numbers. */
export function encodeSpectrum(spectrum: Spectrum): Uint8Array | null {
  const { singularValues, relativeErrorBounds, ...facts } = spectrum;
  const isWhole = Object.values(facts).every((each) => typeof each !== "number" || Number.isFinite(each));
  return isWhole ? encodeEntry(facts, [singularValues, relativeErrorBounds]) : null;
}

/** The spectrum of a `rows x columns` matrix that an entry holds; null where it holds none. */
export function decodeSpectrum(entry: Uint8Array, rows: number, columns: number): Spectrum | null {
  const smaller = Math.min(rows, columns);
  const found = decodeEntry(entry, 2 * smaller);
  if (!found || found.facts.rows !== rows || found.facts.columns !== columns) return null;
  return {
    ...(found.facts as unknown as Spectrum),
    singularValues: found.numbers.slice(0, smaller),
    relativeErrorBounds: found.numbers.slice(smaller),
  };
}
