import type { ContractionPlan, Dimension } from "./contraction.ts";
import { shareOf } from "./team.ts";
import type { TrainingKernels } from "./training-kernels.ts";

/** Rows and columns of a tile, as in `training/product.ts`. */
const tileRows = 5;
const tileColumns = 8;
/** Most places of k packed at once: a panel of each factor, 20 KB, stays in the first-level cache. */
const mostPlaces = 384;
/** Most rows and columns packed at once: some hundred KB, for the second-level cache. */
const mostRows = 160;
const mostColumns = 512;
/** Bytes of an entry; of a thread's area: what a kernel works in, a packed left block, a packed right one. */
const entryBytes = 4;
const kernelBytes = 256;
const leftBytes = mostRows * mostPlaces * entryBytes;
const rightBytes = mostColumns * mostPlaces * entryBytes;
const threadBytes = kernelBytes + leftBytes + rightBytes;

/** Bytes that `size` threads need to work in, for any contraction. */
export function contractionScratchBytes(size: number): number {
  return size * threadBytes;
}

/**
 * A thread's share of a contraction; the threads need no barrier between them, and nothing is in the result before all
 * are done. An entry's bits are the same for any number of threads: its products are added in an order that only the
 * plan tells.
 *
 * @param a - address of the first operand, float32; b - of the second; out - of the result, which overlaps neither.
 * @param scratch - address of {@link contractionScratchBytes} of `size` threads, a multiple of 16.
 * @param rank - this thread's number, 0 .. size - 1.
 */
export function runContraction(
  kernels: TrainingKernels,
  planned: ContractionPlan,
  a: number,
  b: number,
  out: number,
  scratch: number,
  rank: number,
  size: number,
): void {
  const plan = fitToTiles(planned);
  const { m, n, loops } = plan;
  const areas = areasAt(kernels, scratch + rank * threadBytes);
  const [left, right] = plan.leftIs === "a" ? [a, b] : [b, a];
  // Stripes of the longer side of each product, numbered through all products, are what threads share out.
  const isByRows = m.size > n.size;
  const [length, step] = isByRows ? [m.size, tileRows] : [n.size, tileColumns];
  const stripes = Math.ceil(length / step);
  const [first, end] = shareOf({ rank, size }, countOf(loops) * stripes, 1);
  for (let stripe = first; stripe < end; ) {
    const item = Math.floor(stripe / stripes);
    const until = Math.min(end, (item + 1) * stripes);
    const from = (stripe - item * stripes) * step;
    const range = [from, Math.min(length, (until - item * stripes) * step)] as const;
    const at = offsetsOf(loops, item);
    multiply(
      areas,
      plan,
      left + at.left * entryBytes,
      right + at.right * entryBytes,
      out + at.out * entryBytes,
      isByRows ? range : [0, m.size],
      isByRows ? [0, n.size] : range,
    );
    stripe = until;
  }
}

/**
 * The plan, or with its factors exchanged where tiles are then much fuller: entries that lie apart are written slower,
 * but a product with 10 columns computes 16.
 */
function fitToTiles(plan: ContractionPlan): ContractionPlan {
  const { m, n } = plan;
  if (4 * tiledSize(n.size, m.size) > 3 * tiledSize(m.size, n.size)) return plan;
  const exchange = (dimension: Dimension): Dimension => ({
    ...dimension,
    left: dimension.right,
    right: dimension.left,
  });
  return {
    ...plan,
    leftIs: plan.leftIs === "a" ? "b" : "a",
    m: exchange(n),
    n: exchange(m),
    k: exchange(plan.k),
    loops: plan.loops.map(exchange),
    sums: plan.sums.map(exchange),
  };
}

/** Entries of the tiles that cover a product. */
function tiledSize(rows: number, columns: number): number {
  return Math.ceil(rows / tileRows) * tileRows * Math.ceil(columns / tileColumns) * tileColumns;
}

/** What a thread works in. */
interface Areas {
  readonly kernels: TrainingKernels;
  readonly scratch: number;
  readonly left: Packed;
  readonly right: Packed;
}

/** An area for packed panels: the same entries, asked for again, are not packed again. */
interface Packed {
  readonly address: number;
  pack(from: number, lanes: number, count: number, laneStride: number, placeStride: number): void;
}

function areasAt(kernels: TrainingKernels, scratch: number): Areas {
  const left = scratch + kernelBytes;
  return {
    kernels,
    scratch,
    left: packedAt(kernels, left, tileRows),
    right: packedAt(kernels, left + leftBytes, tileColumns),
  };
}

function packedAt(kernels: TrainingKernels, address: number, width: number): Packed {
  let known = [0, 0, 0];
  return {
    address,
    pack(from, lanes, count, laneStride, placeStride) {
      if (known[0] === from && known[1] === lanes && known[2] === count) return;
      known = [from, lanes, count];
      kernels.packPanels(from, lanes, count, laneStride, placeStride, width, address);
    },
  };
}

type Range = readonly [first: number, end: number];

/** Some rows and columns of one product, block by block: the sums' and k's blocks in their order, one after another. */
function multiply(
  areas: Areas,
  { m, n, k, sums, alpha, accumulates }: ContractionPlan,
  left: number,
  right: number,
  out: number,
  [firstRow, endRow]: Range,
  [firstColumn, endColumn]: Range,
): void {
  const { kernels } = areas;
  const terms = countOf(sums);
  const places = placesAtOnce(k.size);
  const rows = evenBlock(endRow - firstRow, mostRows, tileRows);
  const columns = evenBlock(endColumn - firstColumn, mostColumns, tileColumns);
  for (let column = firstColumn; column < endColumn; column += columns) {
    const width = Math.min(columns, endColumn - column);
    for (let term = 0; term < terms; term++) {
      const at = offsetsOf(sums, term);
      for (let place = 0; place < k.size; place += places) {
        const count = Math.min(places, k.size - place);
        const adds = accumulates || term > 0 || place > 0 ? 1 : 0;
        const rightFrom = right + (at.right + column * n.right + place * k.right) * entryBytes;
        areas.right.pack(rightFrom, width, count, n.right, k.right);
        for (let row = firstRow; row < endRow; row += rows) {
          const height = Math.min(rows, endRow - row);
          const leftFrom = left + (at.left + row * m.left + place * k.left) * entryBytes;
          areas.left.pack(leftFrom, height, count, m.left, k.left);
          kernels.multiplyPanels(
            areas.left.address,
            areas.right.address,
            count,
            height,
            width,
            out + (row * m.out + column * n.out) * entryBytes,
            m.out,
            n.out,
            alpha,
            adds,
            areas.scratch,
          );
        }
      }
    }
  }
}

/** Places of k whose products are summed before they are added to the result, of `size` in all; the last may be fewer. */
export function placesAtOnce(size: number): number {
  return evenBlock(size, mostPlaces, 1);
}

/** Length of blocks that are as good as equal, at most `most` and a multiple of `step`: no small one is left over. */
function evenBlock(length: number, most: number, step: number): number {
  const blocks = Math.ceil(length / most);
  return Math.ceil(length / blocks / step) * step;
}

function countOf(loops: readonly Dimension[]): number {
  return loops.reduce((count, { size }) => count * size, 1);
}

/** Where an item of the loops begins in each tensor, in entries; the last loop is the innermost. */
function offsetsOf(loops: readonly Dimension[], item: number): { left: number; right: number; out: number } {
  const at = { left: 0, right: 0, out: 0 };
  let rest = item;
  for (let i = loops.length - 1; i >= 0; i--) {
    const { size, left, right, out } = loops[i]!;
    const index = rest % size;
    rest = (rest - index) / size;
    at.left += index * left;
    at.right += index * right;
    at.out += index * out;
  }
  return at;
}
