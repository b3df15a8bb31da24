import type { Matrix } from "../linalg/matrix.ts";
import { tridiagonalEigenvalues } from "../linalg/tridiagonal-eigenvalues.ts";
import { type Kernels, type KernelVariant, kernelsWithMemory } from "./kernels.ts";

/** Rows and columns of a block; entries of a panel's row; bytes of a block. */
const block = 64;
const panel = 4;
const blockBytes = block * block * 8;
/** Places of the long side packed at once: with two block rows of it, 128 KB, in the second-level cache. */
const packed = 128;

/** Half-bandwidth of the intermediate form: wider bands make the first stage faster and the second slower. */
function bandWidth(order: number): number {
  return order < 1500 ? 16 : 32;
}

/** Where things lie in the kernels' memory, in bytes. */
interface Plan {
  readonly order: number;
  /** The order, rounded up to whole blocks. */
  readonly padded: number;
  readonly blocks: number;
  readonly width: number;
  readonly matrix: number;
  readonly packs: number;
  readonly staging: number;
  readonly v: number;
  readonly y: number;
  readonly left: number;
  readonly right: number;
  readonly panelColumns: number;
  readonly small: number;
  readonly band: number;
  readonly bandPitch: number;
  readonly bytes: number;
}

function planMemory(order: number, entryBytes: number): Plan {
  const blocks = Math.ceil(order / block);
  const padded = blocks * block;
  const width = bandWidth(order);
  const bandPitch = 2 * width + 2;
  const matrix = 1024;
  const work = matrix + ((blocks * (blocks + 1)) / 2) * blockBytes;
  // The Gram matrix and the reduction share the space behind the matrix, one after the other.
  const packs = work;
  const staging = packs + padded * packed * 8;
  const gramEnd = staging + padded * packed * entryBytes + 64;
  const tall = padded * width * 8;
  const v = work;
  const y = v + tall;
  const left = y + tall;
  const right = left + 2 * tall;
  const panelColumns = right + 2 * tall;
  const small = panelColumns + tall;
  const band = small + 4 * width * width * 8 + 1024;
  const reductionEnd = band + order * bandPitch * 8 + 64 * 8;
  return {
    order,
    padded,
    blocks,
    width,
    matrix,
    packs,
    staging,
    v,
    y,
    left,
    right,
    panelColumns,
    small,
    band,
    bandPitch,
    bytes: Math.max(gramEnd, reductionEnd),
  };
}

/** Bytes of memory that the eigenvalues of a Gram matrix of this order take. */
export function gramMemoryBytes(order: number): number {
  return planMemory(order, 8).bytes;
}

function blockAt(plan: Plan, row: number, column: number): number {
  return plan.matrix + ((row * (row + 1)) / 2 + column) * blockBytes;
}

/** G of the smaller side, from the entries of W divided by `unit`, a block of the long side at a time. */
function accumulateGram(kernels: Kernels, plan: Plan, matrix: Matrix, unit: number): void {
  const { rows, columns, data } = matrix;
  const isTall = rows >= columns;
  const isSingle = data instanceof Float32Array;
  const length = isTall ? rows : columns;
  const stride = packed * panel * 8;
  const inverse = 1 / unit;
  const staging = isSingle
    ? new Float32Array(kernels.memory.buffer, plan.staging)
    : new Float64Array(kernels.memory.buffer, plan.staging);
  for (let start = 0; start < length; start += packed) {
    const count = Math.min(packed, length - start);
    if (isTall) {
      staging.set(data.subarray(start * columns, (start + count) * columns));
      const pack = isSingle ? kernels.packRowsF32 : kernels.packRowsF64;
      pack(plan.staging, count, columns, plan.packs, stride, inverse);
    } else {
      for (let i = 0; i < rows; i++) {
        staging.set(data.subarray(i * columns + start, i * columns + start + count), i * count);
      }
      const pack = isSingle ? kernels.packColumnsF32 : kernels.packColumnsF64;
      pack(plan.staging, count, count, rows, plan.packs, stride, inverse);
    }
    const blockPack = stride * (block / panel);
    for (let i = 0; i < plan.blocks; i++) {
      for (let j = 0; j <= i; j++) {
        kernels.multiplyBlock(
          blockAt(plan, i, j),
          plan.packs + i * blockPack,
          plan.packs + j * blockPack,
          stride,
          count,
          0,
          0,
          i === j ? 1 : 0,
        );
      }
    }
  }
}

/** Full to band: the band is left in `plan.band`. */
function reduceToBand(kernels: Kernels, plan: Plan): void {
  const { order, padded, blocks, width, matrix, v, y, left, right, panelColumns, small } = plan;
  const pitch = padded * 8;
  const s = small;
  const t = s + width * width * 8;
  const m = t + width * width * 8;
  const tile = m + width * width * 8;
  const taus = tile + 128;
  new Uint8Array(kernels.memory.buffer, v, plan.bytes - v).fill(0);
  const panelStride = padded * panel * 8;
  const pairStride = 2 * width * panel * 8;
  const smalls = new Float64Array(kernels.memory.buffer, small, 3 * width * width);

  for (let first = 0; first < order; first += width) {
    const start = first + width;
    if (start < order) {
      kernels.takePanel(matrix, first, width, start, order, panelColumns, pitch);
      kernels.factorPanel(panelColumns, pitch, width, start, order, taus);
    }
    kernels.keepBand(matrix, first, width, order, panelColumns, pitch, plan.band, plan.bandPitch);
    if (start >= order - 1) continue;
    kernels.spreadReflectors(panelColumns, pitch, width, start, order, taus, v, padded);
    kernels.multiplyTransposed(v, v, padded, width, start, padded, s, tile);
    kernels.makeTriangle(taus, s, t, width);
    // W = A V, kept where X will be packed from; then Y = W T.
    const w = left;
    const tiles = padded / panel;
    for (let i = start / panel; i < tiles; i++) {
      for (let c = 0; c < width / panel; c++) {
        kernels.multiplySymmetric(matrix, i, start, v + c * panelStride, w + c * panelStride, blocks);
      }
    }
    kernels.multiplySmall(w, t, y, padded, width, start, padded, 0);
    // M = -T' (V'Y) / 2, then X = Y + V M.
    kernels.multiplyTransposed(v, y, padded, width, start, padded, s, tile);
    halfTriangleProduct(smalls, width);
    kernels.multiplySmall(v, m, y, padded, width, start, padded, 1);
    for (let i = start / panel; i < tiles; i++) {
      kernels.packPair(y, v, padded, width, i, left, -1);
      kernels.packPair(v, y, padded, width, i, right, 1);
    }
    const firstBlock = Math.floor(start / block);
    const inBlock = (start % block) / panel;
    const blockPair = pairStride * (block / panel);
    for (let i = firstBlock; i < blocks; i++) {
      for (let j = firstBlock; j <= i; j++) {
        kernels.multiplyBlock(
          blockAt(plan, i, j),
          left + i * blockPair,
          right + j * blockPair,
          pairStride,
          2 * width,
          i === firstBlock ? inBlock : 0,
          j === firstBlock ? inBlock : 0,
          i === j ? 1 : 0,
        );
      }
    }
  }
}

/** M = -T' S / 2 of the three small matrices S, T, M that lie one after the other. */
function halfTriangleProduct(smalls: Float64Array, width: number): void {
  const size = width * width;
  for (let i = 0; i < width; i++) {
    for (let j = 0; j < width; j++) {
      let sum = 0;
      for (let k = 0; k <= i; k++) sum += smalls[size + k * width + i]! * smalls[k * width + j]!;
      smalls[2 * size + i * width + j] = -0.5 * sum;
    }
  }
}

/** Band to tridiagonal, then its eigenvalues, ascending. */
function bandEigenvalues(kernels: Kernels, plan: Plan): Float64Array {
  const { order, width, band, bandPitch, small } = plan;
  for (let s = 0; s < order - 2; s++) kernels.chaseSweep(band, bandPitch, order, width, s, small);
  const entries = new Float64Array(kernels.memory.buffer, band, order * bandPitch);
  const diagonal = Float64Array.from({ length: order }, (_, i) => entries[i * bandPitch]!);
  const squares = Float64Array.from({ length: order }, (_, i) =>
    i < order - 1 ? entries[i * bandPitch + 1]! ** 2 : 0,
  );
  return tridiagonalEigenvalues(diagonal, squares);
}

/**
 * Eigenvalues of the Gram matrix of the smaller side of W, ascending, in units of `unit` squared.
 *
 * Gram matrix in float64, reduced to a band by blocks and the band to a tridiagonal one by chasing bulges; the same
 * bits for W and its transpose.
 *
 * @param matrix - W, any shape with at least one entry, all finite.
 * @param unit - a power of two near the largest entry.
 * @source Bischof, Lang & Sun 2000, ACM TOMS 26:581-601 (successive band reduction).
 */
export function gramEigenvalues(variant: KernelVariant, matrix: Matrix, unit: number): Float64Array {
  const order = Math.min(matrix.rows, matrix.columns);
  const plan = planMemory(order, matrix.data.BYTES_PER_ELEMENT);
  const kernels = kernelsWithMemory(variant, plan.bytes);
  new Uint8Array(kernels.memory.buffer, plan.matrix, plan.bytes - plan.matrix).fill(0);
  accumulateGram(kernels, plan, matrix, unit);
  reduceToBand(kernels, plan);
  return bandEigenvalues(kernels, plan);
}
