import type { PlainTensor } from "../conformance/format.ts";
import { join, littleEndian } from "./written-files.ts";

/** GGUF made by hand: the tests' own writer. */

export const u32 = (value: number): Uint8Array => littleEndian(value).slice(0, 4);
export const u64 = littleEndian;
export const text = (value: string): Uint8Array => {
  const bytes = new TextEncoder().encode(value);
  return join(u64(bytes.length), bytes);
};

export interface GgufInfo {
  readonly name: string;
  /** As the file has them: the last axis first. */
  readonly extents: readonly number[];
  readonly type: number;
  readonly offset: number;
}

/** A file with this header, whatever it says; version 3, alignment 32. */
export function ggufOf(
  infos: readonly GgufInfo[],
  data: Uint8Array,
  pairs: readonly Uint8Array[] = [],
  counts: readonly [number, number] = [infos.length, pairs.length],
): Uint8Array {
  const header = join(
    "GGUF",
    u32(3),
    u64(counts[0]),
    u64(counts[1]),
    ...pairs,
    ...infos.map(({ name, extents, type, offset }) =>
      join(text(name), u32(extents.length), ...extents.map(u64), u32(type), u64(offset)),
    ),
  );
  return join(header, new Uint8Array((32 - (header.length % 32)) % 32), data);
}

/** Tensors of float32, each at a multiple of 32 bytes; no padding behind the last. */
export function ggufFile(tensors: readonly PlainTensor[]): Uint8Array {
  const infos: GgufInfo[] = [];
  const parts: Uint8Array[] = [];
  let offset = 0;
  for (const { name, shape, data } of tensors) {
    const padding = (32 - (offset % 32)) % 32;
    parts.push(new Uint8Array(padding), new Uint8Array(data.slice().buffer));
    offset += padding;
    infos.push({ name, extents: [...shape].reverse(), type: 0, offset });
    offset += data.byteLength;
  }
  const pairs = [
    join(text("general.architecture"), u32(8), text("llama")),
    join(text("tokens"), u32(9), u32(8), u64(3), text("a"), text("b"), text("")),
    join(text("scores"), u32(9), u32(6), u64(2), u64(0)),
  ];
  return ggufOf(infos, join(...parts), pairs);
}
