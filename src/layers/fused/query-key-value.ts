import type { HeadCounts } from "../head-counts.ts";
import { band } from "../tensor-part.ts";
import type { FusedLayout, FusedMatrix, FusedPart, FusedSplit } from "./fused-layout.ts";
import { outputAxis, sidesOf } from "./fused-layout.ts";

/**
 * All queries, then all keys, then all values: (H + 2 K) d outputs, of H heads of size d and K key and value heads.
 *
 * By the configuration where it fits; else three equal parts, or, with fewer than three times as many outputs as
 * inputs, as many queries as inputs (grouped queries).
 */
export const queryKeyValue: FusedLayout = {
  split(matrix) {
    const { outputs, inputs } = sidesOf(matrix);
    // MiniMax: beside an output gate they are joined head by head, by a number that its configuration lacks.
    if (matrix.sibling("qkv_proj", "output_gate")) return null;
    const heads = fitting(matrix);
    const keys = heads ? heads.keyValueHeads * heads.size : keysByShape(outputs, inputs);
    return keys === null ? null : inTurn(matrix, outputs - 2 * keys, keys);
  },
};

/** All keys, then all values, in two equal parts (cross attention). */
export const keyValue: FusedLayout = {
  split(matrix) {
    const { outputs } = sidesOf(matrix);
    if (outputs % 2 !== 0) return null;
    const parts: FusedPart[] = [
      { label: "k", role: "key", bands: band(0, outputs / 2) },
      { label: "v", role: "value", bands: band(outputs / 2, outputs / 2) },
    ];
    return { axis: outputAxis(matrix), parts };
  },
};

/**
 * Key and value head by key and value head, each after the H / K query heads that share it: (H/K + 2) d outputs a
 * group. Only a configuration tells the size of a head.
 */
export const groupedHeads: FusedLayout = {
  split(matrix) {
    const heads = fitting(matrix);
    if (!heads) return null;
    const { keyValueHeads: count, size } = heads;
    const queries = (heads.heads / count) * size;
    const period = queries + 2 * size;
    const parts: FusedPart[] = [
      { label: "q", role: "query", bands: { start: 0, length: queries, period, count } },
      { label: "k", role: "key", bands: { start: queries, length: size, period, count } },
      { label: "v", role: "value", bands: { start: queries + size, length: size, period, count } },
    ];
    return { axis: outputAxis(matrix), parts };
  },
};

/** The first head counts of the configuration that give this many outputs. */
function fitting(matrix: FusedMatrix): HeadCounts | null {
  const { outputs } = sidesOf(matrix);
  const fits = ({ heads, keyValueHeads, size }: HeadCounts) =>
    (heads + 2 * keyValueHeads) * size === outputs && heads % keyValueHeads === 0;
  return matrix.heads.find(fits) ?? null;
}

function keysByShape(outputs: number, inputs: number): number | null {
  if (outputs >= 3 * inputs) return outputs % 3 === 0 ? outputs / 3 : null;
  const keys = (outputs - inputs) / 2;
  return Number.isInteger(keys) && keys > 0 && inputs % keys === 0 ? keys : null;
}

function inTurn(matrix: FusedMatrix, queries: number, keys: number): FusedSplit {
  const parts: FusedPart[] = [
    { label: "q", role: "query", bands: band(0, queries) },
    { label: "k", role: "key", bands: band(queries, keys) },
    { label: "v", role: "value", bands: band(queries + keys, keys) },
  ];
  return { axis: outputAxis(matrix), parts };
}
