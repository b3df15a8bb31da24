import type { LayerResult } from "../analysis/result.ts";
import { alignNames } from "./align-names.ts";
import type { NotCompared, UnpairedLayer } from "./result.ts";

/** Layers of two checkpoints, aligned. */
export interface PairedLayers {
  readonly pairs: readonly { readonly a: LayerResult; readonly b: LayerResult }[];
  readonly onlyInA: readonly UnpairedLayer[];
  readonly onlyInB: readonly UnpairedLayer[];
  readonly notCompared: readonly NotCompared[];
}

/**
 * Aligns layers by name and shape, prefixes of all names aside.
 *
 * @param a - rows of one checkpoint. @param b - rows of the other.
 * @returns pairs of analysed layers in the order of A; every other row is in one of the lists.
 */
export function pairLayers(a: readonly LayerResult[], b: readonly LayerResult[]): PairedLayers {
  const inB = new Map(b.map((row) => [row.layer, row]));
  const aligned = alignNames(a, b);
  const inA = new Set(aligned.values());
  const pairs: { a: LayerResult; b: LayerResult }[] = [];
  const notCompared: NotCompared[] = [];
  const onlyInA: UnpairedLayer[] = [];
  for (const row of a) {
    const other = inB.get(aligned.get(row.layer) ?? "");
    if (!other) {
      onlyInA.push(unpaired(row));
      continue;
    }
    const why = reasonAgainst(row, other);
    if (why) notCompared.push({ layer: row.layer, shapeA: row.shape, shapeB: other.shape, ...why });
    else pairs.push({ a: row, b: other });
  }
  return { pairs, onlyInA, onlyInB: b.filter(({ layer }) => !inA.has(layer)).map(unpaired), notCompared };
}

function reasonAgainst(a: LayerResult, b: LayerResult): Pick<NotCompared, "reason" | "detail"> | null {
  const sizes = [a, b].map(({ spectrum }) => spectrum && `${spectrum.rows} x ${spectrum.columns}`);
  if (String(a.shape) !== String(b.shape) || (sizes[0] && sizes[1] && sizes[0] !== sizes[1])) {
    return { reason: "shape", detail: `[${a.shape.join(", ")}] in A, [${b.shape.join(", ")}] in B` };
  }
  const skipped = [
    ["A", a],
    ["B", b],
  ] as const;
  const which = skipped.filter(([, { status }]) => status === "skipped");
  if (which.length === 0) return null;
  const reasons = new Set(which.map(([, { reason }]) => reason));
  const where = which.length === 2 && reasons.size === 1 ? "both" : null;
  return {
    reason: "skipped",
    detail: where
      ? `${a.reason} in ${where}`
      : which.map(([side, { reason }]) => `${reason} in ${side}`).join(", "),
  };
}

function unpaired({ layer, kind, role, block, depth, shape, status, reason }: LayerResult): UnpairedLayer {
  return { layer, kind, role, block, depth, shape, status, reason };
}
