import { memoryLimit, readableBytes } from "../checkpoint/memory-limit.ts";
import { UsageError } from "../errors.ts";
import type { Layer } from "../layers/layer.ts";
import { mayBeShort } from "../linalg/short-unit.ts";
import type { Compute } from "./compute.ts";
import { entryFormat } from "./entry-format.ts";
import { nothingElse, type Wants, wantsWhole } from "./examine-matrix.ts";

/** Matrices from this many bytes on are read by rows, where that can be done, and never held whole. */
const streamedFrom = 64 * 1024 * 1024;
/**
 * Bytes of a block of rows, about, or of as few rows as an engine takes at once: two are held, one to read into and one to
 * compute with.
 */
const blockBytes = 16 * 1024 * 1024;
/** Share of the machine's memory that matrices under way may take unless told otherwise. */
const usualShare = 0.5;

/** How a layer's entries are held. */
export interface Holding {
  readonly entryBytes: 4 | 8;
  /** Rows of a block; null when the matrix is held whole. */
  readonly blockRows: number | null;
  /** Bytes that the layer takes while it is under way: its entries, and what the engine works in. */
  readonly bytes: number;
}

/**
 * How a layer is best held; null for a skipped one.
 *
 * @param wants - what else is asked of it: its entries are then wanted at once, and copies of them.
 */
export function holdingOf(layer: Layer, compute: Compute, wants: Wants = nothingElse): Holding | null {
  if (layer.skip || !layer.matrixShape) return null;
  const [rows, columns] = layer.matrixShape;
  const entryBytes = layer.dtype === "F64" ? 8 : 4;
  if (layer.factored) {
    // Both factors, as they are read and as they are worked on, and three squares between them.
    const bytes = 8 * (2 * layer.factored.entries + 3 * layer.factored.rank ** 2);
    return { entryBytes, blockRows: null, bytes };
  }
  const whole = rows * columns * entryBytes;
  const workspace = compute.workspace(Math.min(rows, columns), mayBeShort(entryFormat(layer)));
  const step = compute.rowsAtOnce({ rows, columns, entryBytes });
  if (wantsWhole(wants) || whole < streamedFrom || !layer.readRows || step === null) {
    return { entryBytes, blockRows: null, bytes: whole + workspace + copiesOf(rows * columns, whole, wants) };
  }
  const blockRows = Math.max(1, Math.floor(blockBytes / (columns * entryBytes * step))) * step;
  return { entryBytes, blockRows, bytes: 2 * blockRows * columns * entryBytes + workspace };
}

/** Bytes of the copies that are made of a layer's entries: two in float64 for vectors, two as they are for shuffles. */
function copiesOf(entries: number, whole: number, { vectors, shuffles, leading }: Wants): number {
  return Math.max(vectors || leading ? 2 * 8 * entries : 0, shuffles ? 2 * whole : 0);
}

/** Memory for the layers under way: each takes its part, or waits until others have given theirs back. */
export interface MemoryBudget {
  take(bytes: number): Promise<() => void>;
}

/**
 * A budget that all layers of an analysis fit in, one by one.
 *
 * @param wants - as in {@link holdingOf}.
 * @param most - bytes; half of the machine's memory by default, and what the largest layer takes if that is more.
 * @throws {UsageError} If a layer alone takes more than `most` says: which, how much, and what to do.
 */
export async function memoryBudget(
  layers: readonly Layer[],
  compute: Compute,
  most: number | undefined,
  wants: Wants = nothingElse,
): Promise<MemoryBudget> {
  let largest = 0;
  for (const layer of layers) {
    const bytes = holdingOf(layer, compute, wants)?.bytes ?? 0;
    if (most !== undefined && bytes > most) {
      const [rows, columns] = layer.matrixShape!;
      throw new UsageError(
        `${layer.layer} (${rows} x ${columns}) takes ${readableBytes(bytes)} while it is under way, more than the ` +
          `${readableBytes(most)} of --max-memory: allow more, or leave it out with --exclude`,
      );
    }
    largest = Math.max(largest, bytes);
  }
  const limit = Math.max(most ?? usualShare * (await memoryLimit()), largest);
  const waiting: { readonly bytes: number; readonly enter: () => void }[] = [];
  let used = 0;
  const admit = (): void => {
    while (waiting.length > 0 && used + waiting[0]!.bytes <= limit) {
      const { bytes, enter } = waiting.shift()!;
      used += bytes;
      enter();
    }
  };
  return {
    async take(bytes) {
      await new Promise<void>((enter) => {
        waiting.push({ bytes, enter });
        admit();
      });
      return () => {
        used -= bytes;
        admit();
      };
    },
  };
}
