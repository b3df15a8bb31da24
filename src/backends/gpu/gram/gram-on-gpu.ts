import {
  exactLength,
  mostSlices,
  planSlices,
  type Stretch,
  sliceProductWeight,
  writeSlices,
} from "../../../linalg/integer-slices.ts";
import type { Matrix } from "../../../linalg/matrix.ts";
import { arrayUsage } from "../buffer-usage.ts";
import type { OpenDevice } from "../device.ts";
import { readBack } from "../read-back.ts";
import { type ExactProductShaders, exactProductShaders, type SideLayout } from "./exact-products.ts";

/** Side of a tile of the Gram matrix, and places of the long side that are on the device at once: 16 MiB an array. */
const usualTile = 2048;
/** Sums of products, each up to 2^24, that 32 bits hold. */
const mostAdded = 127;
/** Widths are whole numbers of these, the side of a workgroup's tile. */
const widthStep = 64;

/** A Gram matrix, and how far off the matrix is that it is of. */
export interface SlicedGram {
  /** Of W / unit less E: `[M, M]` row-major, only the lower triangle filled. */
  readonly lower: Float64Array;
  /** Frobenius norm of E. */
  readonly leftOut: number;
}

/**
 * Computes Gram matrices of the smaller side on a GPU, as exactly as float64 does.
 *
 *     G = (W / unit - E)' (W / unit - E)
 *
 * W is cut into slices of 9 digits, whose products float32 adds without rounding; they are put together in float64. No
 * sum on the device rounds: every adapter gives the same bits, for W and its transpose.
 *
 * @param tile - side of a tile, a multiple of 256.
 * @source Ozaki, Ogita, Oishi & Rump 2012, Numerical Algorithms 59:95-118.
 */
export function gramOnGpu(
  open: OpenDevice,
  tile: number = usualTile,
): (matrix: Matrix, unit: number) => Promise<SlicedGram> {
  const shaders = exactProductShaders(open);
  return async (matrix, unit) => {
    const order = Math.min(matrix.rows, matrix.columns);
    const { count, leftOut } = planSlices(matrix.data, unit);
    const lower = new Float64Array(order * order);
    const work = openTile(open, shaders, matrix, unit, count, Math.min(tile, padded(order, widthStep)), tile);
    try {
      for (let row = 0; row < order; row += tile) {
        for (let column = 0; column <= row; column += tile) await work.run(row, column, lower);
      }
    } finally {
      work.close();
    }
    return { lower, leftOut };
  };
}

/** Bytes of the CPU's memory that {@link gramOnGpu} takes at most, G and a level of it on the way back among them. */
export function gramOnGpuBytes(order: number, tile: number = usualTile): number {
  return 8 * order ** 2 + 4 * Math.min(tile, padded(order, widthStep)) * tile * (mostSlices + 2);
}

const padded = (size: number, step: number): number => Math.ceil(size / step) * step;

/** The buffers of one tile at a time. */
function openTile(
  open: OpenDevice,
  shaders: ExactProductShaders,
  { rows, columns, data }: Matrix,
  unit: number,
  count: number,
  widest: number,
  tile: number,
) {
  const { device } = open;
  const isTall = rows >= columns;
  const order = isTall ? columns : rows;
  const length = isTall ? rows : columns;
  const depth = Math.min(tile, padded(length, exactLength));
  const buffers: GPUBuffer[] = [];
  const create = (entries: number): GPUBuffer => {
    const buffer = device.createBuffer({ size: entries * 4, usage: arrayUsage });
    buffers.push(buffer);
    return buffer;
  };
  const createSide = () => Array.from({ length: count }, () => create(depth * widest));
  const leftSide = createSide();
  const rightSide = order > tile ? createSide() : leftSide;
  const host = leftSide.map(() => new Float32Array(depth * widest));
  const product = create(widest * widest);
  const levels = Array.from({ length: 2 * count - 1 }, () => create(widest * widest));
  const staging = readBack(open);
  /** Stretches of the long side before 32 bits may overflow: a level has at most `count` products. */
  const stretches = Math.max(1, Math.floor(mostAdded / (count * (depth / exactLength))));

  const layoutOf = (first: number): SideLayout => {
    const width = padded(Math.min(tile, order - first), widthStep);
    return isTall ? { width, across: 1, along: width } : { width, across: depth, along: 1 };
  };
  const write = (side: readonly GPUBuffer[], first: number, start: number, layout: SideLayout): void => {
    const wide = Math.min(tile, order - first);
    const long = Math.min(depth, length - start);
    const stretch: Stretch = isTall
      ? { data, first: start * columns + first, rows: long, columns: wide, stride: columns }
      : { data, first: first * columns + start, rows: wide, columns: long, stride: columns };
    for (const slice of host) slice.fill(0);
    writeSlices(stretch, unit, host, isTall ? layout.width : depth);
    for (const [i, slice] of host.entries()) {
      device.queue.writeBuffer(side[i]!, 0, slice, 0, depth * layout.width);
    }
  };

  return {
    /** Writes the tile whose first row and column these are. */
    async run(row: number, column: number, lower: Float64Array): Promise<void> {
      const [left, right] = [layoutOf(row), layoutOf(column)];
      const products = await shaders.ready(left, right, product);
      const isDiagonal = row === column;
      const clear = (): void => {
        const encoder = device.createCommandEncoder();
        for (const level of levels) encoder.clearBuffer(level);
        device.queue.submit([encoder.finish()]);
      };
      const flush = async (): Promise<void> => {
        // The smallest first.
        for (let level = levels.length - 1; level >= 0; level--) {
          const encoder = device.createCommandEncoder();
          const entries = staging.copy(encoder, [
            { buffer: levels[level]!, count: left.width * right.width },
          ]);
          device.queue.submit([encoder.finish()]);
          const [bits] = await entries();
          const sums = new Int32Array(bits!.buffer, bits!.byteOffset, bits!.length);
          addLevel(sums, right.width, sliceProductWeight(0, level), { lower, order, row, column, tile });
        }
      };
      clear();
      let added = 0;
      for (let start = 0; start < length; start += depth) {
        write(leftSide, row, start, left);
        if (!isDiagonal) write(rightSide, column, start, right);
        const inUse = padded(Math.min(depth, length - start), exactLength);
        for (let a = 0; a < count; a++) {
          // G is symmetric: on the diagonal S_a' S_b stands for S_b' S_a too.
          for (let b = isDiagonal ? a : 0; b < count; b++) {
            const encoder = device.createCommandEncoder();
            const factors = isDiagonal ? leftSide : rightSide;
            const weight = isDiagonal && a !== b ? 2 : 1;
            products.add(encoder, leftSide[a]!, factors[b]!, levels[a + b]!, inUse, weight);
            device.queue.submit([encoder.finish()]);
          }
        }
        await open.settled(device.queue.onSubmittedWorkDone());
        if (++added % stretches === 0 && start + depth < length) {
          await flush();
          clear();
        }
      }
      await flush();
    },
    close(): void {
      staging.dispose();
      for (const buffer of buffers) buffer.destroy();
    },
  };
}

/** Adds a level of a tile to G; on the diagonal the mean of it and its transpose, whose sum is even or a whole number twice. */
function addLevel(
  sums: Int32Array,
  pitch: number,
  weight: number,
  at: { lower: Float64Array; order: number; row: number; column: number; tile: number },
): void {
  const { lower, order, row, column, tile } = at;
  const isDiagonal = row === column;
  const high = Math.min(tile, order - row);
  const wide = Math.min(tile, order - column);
  for (let i = 0; i < high; i++) {
    const to = (row + i) * order + column;
    const end = isDiagonal ? i + 1 : wide;
    for (let j = 0; j < end; j++) {
      const sum = isDiagonal ? (sums[i * pitch + j]! + sums[j * pitch + i]!) / 2 : sums[i * pitch + j]!;
      lower[to + j]! += sum * weight;
    }
  }
}
