import { type ByteSource, truncated } from "./byte-source.ts";

/** A range of a source. */
export interface Extent {
  readonly source: ByteSource;
  readonly start: number;
  readonly end: number;
}

/**
 * Ranges one after the other, as one source: shards of which no entry begins or ends where they do.
 *
 * @param name - its own name. @param label - what messages call it.
 */
export function joinedSource(extents: readonly Extent[], name: string, label: string): ByteSource {
  const starts: number[] = [];
  let size = 0;
  for (const { start, end } of extents) {
    starts.push(size);
    size += end - start;
  }
  return {
    name,
    label,
    size,
    async read(offset, length, into) {
      if (offset + length > size) throw truncated(label, offset + length, size);
      const bytes = into?.subarray(0, length) ?? new Uint8Array(length);
      for (const [i, { source, start, end }] of extents.entries()) {
        const from = Math.max(offset - starts[i]!, 0);
        const to = Math.min(offset + length - starts[i]!, end - start);
        if (from < to) bytes.set(await source.read(start + from, to - from), starts[i]! + from - offset);
      }
      return bytes;
    },
    async close() {
      // Whoever opened the sources closes them.
    },
  };
}
