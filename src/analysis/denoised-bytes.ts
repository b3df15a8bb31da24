import { encodeEntries, type WritableDtype } from "../checkpoint/encode.ts";
import { storedBytes } from "../checkpoint/stored-bytes.ts";
import { entryCount, type Tensor } from "../checkpoint/tensor.ts";
import type { ShrinkageAdvice } from "../fits/shrinkage.ts";
import type { Layer } from "../layers/layer.ts";
import { isOneRun, placeOf } from "../layers/tensor-part.ts";
import { extremeSingularVectors } from "../spectrum/singular-vectors.ts";

/** Entries of a denoised matrix that are made at once, about. */
const stretch = 1 << 20;

interface Denoising {
  readonly seed?: number | string;
  readonly signal?: AbortSignal;
}

/**
 * The bytes of a tensor, its matrices denoised where there is advice, and stored ones elsewhere.
 *
 * @param matrices - all of the tensor's, in order.
 * @param advice - by the names of layers.
 */
export async function* denoisedBytes(
  tensor: Tensor,
  matrices: readonly Layer[],
  advice: ReadonlyMap<string, ShrinkageAdvice>,
  { seed = 0, signal }: Denoising,
): AsyncGenerator<Uint8Array> {
  if (matrices.some(({ part }) => !isOneRun(part!))) {
    yield* interleavedBytes(tensor, matrices, advice, { seed, ...(signal && { signal }) });
    return;
  }
  let start = 0;
  for (const layer of matrices) {
    signal?.throwIfAborted();
    const given = advice.get(layer.layer);
    if (given) yield* lowRankBytes(layer, given, seed);
    else yield* storedBytes(tensor, start, start + layer.entries);
    start += layer.entries;
  }
}

/** The same where matrices take turns in the tensor, by rows or by columns: its bytes are held at once. */
async function* interleavedBytes(
  tensor: Tensor,
  matrices: readonly Layer[],
  advice: ReadonlyMap<string, ShrinkageAdvice>,
  { seed = 0, signal }: Denoising,
): AsyncGenerator<Uint8Array> {
  const whole = new Uint8Array(tensor.sizeBytes);
  let filled = 0;
  for await (const piece of storedBytes(tensor)) {
    whole.set(piece, filled);
    filled += piece.length;
  }
  const width = tensor.sizeBytes / entryCount(tensor.shape);
  for (const layer of matrices) {
    signal?.throwIfAborted();
    const given = advice.get(layer.layer);
    if (!given) continue;
    const { offset, stride, rows, columns } = layer.part!;
    const length = columns.length * width;
    let run = 0;
    for await (const piece of lowRankBytes(layer, given, seed)) {
      for (let from = 0; from < piece.length; from += length, run++) {
        const place = offset + placeOf(rows, Math.floor(run / columns.count)) * stride;
        const column = columns.start + (run % columns.count) * columns.period;
        whole.set(piece.subarray(from, from + length), (place + column) * width);
      }
    }
  }
  yield whole;
}

/** The entries of sum_i shrunk_i u_i v_i', block of rows by block of rows. */
async function* lowRankBytes(
  layer: Layer,
  { rank, shrunk }: ShrinkageAdvice,
  seed: number | string,
): AsyncGenerator<Uint8Array> {
  const [rows, columns] = layer.matrixShape!;
  const triplets = extremeSingularVectors(await layer.read(), rank, { end: "top", seed });
  const step = Math.max(1, Math.floor(stretch / columns));
  for (let first = 0; first < rows; first += step) {
    const count = Math.min(step, rows - first);
    const block = new Float64Array(count * columns);
    for (const [i, { left, right }] of triplets.entries()) {
      for (let row = 0, to = 0; row < count; row++) {
        const factor = shrunk[i]!.shrunk * left[first + row]!;
        for (let column = 0; column < columns; column++, to++)
          block[to] = block[to]! + factor * right[column]!;
      }
    }
    yield encodeEntries(block, layer.dtype as WritableDtype);
  }
}
