import { type OpenDevice, openDevice } from "../backends/gpu/device.ts";
import { gramOnGpu, gramOnGpuBytes, type SlicedGram } from "../backends/gpu/gram/gram-on-gpu.ts";
import { gramBytes, symmetricMatrixEigenvalues } from "../kernels/gram-eigenvalues.ts";
import { bestVariant } from "../kernels/kernels.ts";
import type { Matrix } from "../linalg/matrix.ts";
import { symmetricEigenvalues } from "../linalg/symmetric-eigenvalues.ts";
import { fromGramEigenvalues } from "./gram-accuracy.ts";
import type { SpectrumEngine } from "./spectrum-engine.ts";
import { unpairedEngine } from "./wasm-engine.ts";

/** Multiply-adds that one core does in about a hundredth of a second: a device isn't worth the way for fewer. */
const smallestProduct = 2 ** 28;

/** How a {@link gpuEngine} works. */
export interface GpuEngineOptions {
  /** Multiply-adds of the Gram matrix, N M^2, under which the CPU computes it; 2^28 by default. */
  readonly smallest?: number;
  /** Side of a tile of the Gram matrix, a multiple of 256; 2048 by default. */
  readonly tile?: number;
  /** For Dawn, such as `backend=null`. */
  readonly flags?: readonly string[];
}

/** A device, and what computes on it. */
interface Opened {
  readonly device: OpenDevice;
  readonly gram: (matrix: Matrix, unit: number) => Promise<SlicedGram>;
}

/**
 * The engine that lets a GPU multiply, by WebGPU: the Gram matrix of the smaller side, of slices whose products float32
 * adds without rounding, put together in float64; its eigenvalues on the CPU.
 *
 * What the slices leave of W, hardly ever more than 2^-40 of its Frobenius norm, is measured and in the bounds. On
 * request only. Small matrices are left to the fastest engine of the CPU.
 *
 * A matrix that comes while another is under way waits for it. The first needs the package `webgpu` in Node, and an
 * adapter: otherwise it is refused with a {@link UsageError} that says what to install.
 *
 * @source Ozaki, Ogita, Oishi & Rump 2012, Numerical Algorithms 59:95-118 (the product); Golub & Van Loan 2013, Matrix
 *   Computations, corollary 8.6.2 (what is left out moves no singular value by more than its norm).
 */
export function gpuEngine({
  smallest = smallestProduct,
  tile,
  flags = [],
}: GpuEngineOptions = {}): SpectrumEngine {
  // Of a matrix that is just large enough for the device.
  const side = 4 * Math.ceil(Math.cbrt(Math.max(smallest, 1) / 2) / 4);
  let opened: Promise<Opened> | null = null;
  let turn: Promise<unknown> = Promise.resolve();
  const open = (): Promise<Opened> => {
    if (opened) return opened;
    const opening = openDevice(flags).then((device) => ({ device, gram: gramOnGpu(device, tile) }));
    opened = opening;
    // The next matrix tries again: a device may be plugged in.
    opening.catch(() => {
      opened = null;
    });
    return opening;
  };
  const singularValues: SpectrumEngine["singularValues"] = async (matrix, unit) => {
    const order = Math.min(matrix.rows, matrix.columns);
    try {
      const { gram } = await open();
      if (matrix.rows * matrix.columns * order < smallest) {
        return await unpairedEngine().singularValues(matrix, unit);
      }
      const { lower, leftOut } = await gram(matrix, unit);
      const variant = bestVariant();
      const ascending = variant
        ? symmetricMatrixEigenvalues(variant, lower, order)
        : symmetricEigenvalues(lower, order);
      return fromGramEigenvalues(ascending, unit, leftOut);
    } catch (error) {
      // The device may be lost: the next matrix gets another.
      const failed = opened;
      opened = null;
      await failed?.then(({ device }) => device.close()).catch(() => {});
      throw error;
    }
  };
  return {
    id: "gpu",
    // No sum of the device rounds: all of them give the same bits.
    build: () => `slices from ${smallest}, ${unpairedEngine().build?.()}`,
    sample: { rows: 2 * side, columns: side },
    isParallel: true,
    staysInThread: true,
    talks: true,
    prepare: open,
    rowsAtOnce: null,
    workspace: (order) => gramOnGpuBytes(order, tile) + gramBytes(order),
    singularValues(matrix, unit) {
      const result = turn.then(() => singularValues(matrix, unit));
      turn = result.catch(() => {});
      return result;
    },
  };
}
