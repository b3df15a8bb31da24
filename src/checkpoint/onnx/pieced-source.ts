import type { ByteSource } from "../byte-source.ts";
import type { Piece } from "../varint-tensor.ts";

/** Pieces of a source, one behind the other, as a source of their own. */
export function piecedSource(source: ByteSource, pieces: readonly Piece[]): ByteSource {
  const size = pieces.reduce((sum, { start, end }) => sum + end - start, 0);
  return {
    ...{ name: source.name, label: source.label, size },
    async read(offset, length, into) {
      const bytes = into?.subarray(0, length) ?? new Uint8Array(length);
      let before = 0;
      for (const { start, end } of pieces) {
        const from = Math.max(offset - before, 0);
        const to = Math.min(offset + length - before, end - start);
        if (from < to) bytes.set(await source.read(start + from, to - from), before + from - offset);
        before += end - start;
      }
      return bytes;
    },
    async close() {},
  };
}
