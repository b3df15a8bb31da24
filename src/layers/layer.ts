import type { Dtype, Tensor } from "../checkpoint/tensor.ts";
import type { Matrix } from "../linalg/matrix.ts";
import type { FactoredMatrix } from "./factored-matrix.ts";
import type { TensorPart } from "./tensor-part.ts";

/** What sort of weights a layer holds. */
export type LayerKind =
  | "dense"
  | "conv"
  | "embedding"
  | "attention"
  | "recurrent"
  | "expert"
  | "norm"
  | "bias"
  | "other";

/** What a layer does in its block; null when its name does not tell. `mlp-in` is the key matrix of
 * the sparsity literature, `mlp-out` its value matrix. */
export type LayerRole =
  | "mlp-in"
  | "mlp-gate"
  | "mlp-out"
  | "query"
  | "key"
  | "value"
  | "query-key-value"
  | "attention-out"
  | "token-embedding"
  | "position-embedding"
  | "patch-embedding"
  | "head"
  | "input-hidden"
  | "hidden-hidden"
  | "router";

/** Why a tensor was not analysed. */
export type SkipReason =
  | "too-small"
  | "not-a-matrix"
  | "integer"
  | "non-finite"
  | "zero"
  | "excluded"
  | "tied"
  | "duplicate"
  | "optimizer-state"
  | "unsupported-dtype"
  | "other-shard";

/** How the matrix maps: "out-in" has one row an output (PyTorch), "in-out" one column an output. */
export type Orientation = "out-in" | "in-out";

/** The axes of a convolution's kernel. */
export interface ConvolutionKernel {
  /** Channels along the axis that PyTorch puts first, and along the next one; of a transposed one they are swapped. */
  readonly outputs: number;
  readonly inputs: number;
  /** Extents in space, one to three. */
  readonly size: readonly number[];
  /** Whether entries are in the order [space, inputs, outputs] (Keras), not [outputs, inputs, space]. */
  readonly outputsLast: boolean;
}

/** One matrix: every tensor is in at least one layer, analysed or skipped. */
export interface Layer {
  /** The tensor's name in the file; of several that make one matrix, the first one's. */
  readonly tensor: string;
  /** All tensors that make the matrix, where they are several (low-rank factors, weight norm); else null. */
  readonly tensors: readonly string[] | null;
  /** Unique in the checkpoint: the tensor's name, with `[part]` when it holds several matrices. */
  readonly layer: string;
  readonly kind: LayerKind;
  readonly role: LayerRole | null;
  /** Name of the block, e.g. `encoder.layer.3`; null when unknown. */
  readonly block: string | null;
  /** Place of the block from input to output, 0-based; null when unknown. */
  readonly depth: number | null;
  /** Shape of the tensor as stored; of the slice, for a part; of the product, for low-rank factors. */
  readonly shape: readonly number[];
  /** Number of entries that are stored for it. */
  readonly entries: number;
  /** Shape of the matrix that is analysed, [rows, columns]; null for a skipped layer. */
  readonly matrixShape: readonly [number, number] | null;
  readonly dtype: Dtype;
  readonly orientation: Orientation;
  /** Where its entries stand in its tensor; null for a skipped layer, and for what several tensors make. */
  readonly part: TensorPart | null;
  /** The factors of a matrix that is stored as a product; null for any other. */
  readonly factored: FactoredMatrix | null;
  /** The kernel's axes, where the layer is a whole convolution; else null. */
  readonly convolution: ConvolutionKernel | null;
  /** Null when it is to be analysed. */
  readonly skip: { readonly reason: SkipReason; readonly detail: string } | null;
  /**
   * Fills an array with whole rows of the matrix, from `firstRow` on; null where the file can't be read in parts.
   */
  readonly readRows: ((into: Float32Array | Float64Array, firstRow: number) => Promise<void>) | null;
  /** Root mean square error of the stored entries, where the dtype does not tell it; see {@link Tensor.roundingError}. */
  readonly roundingError?: () => Promise<number>;
  /**
   * The matrix, `[rows, columns]`, row-major.
   *
   * @param into - filled and used as the matrix's entries when given: rows * columns of them, a Float64Array for
   *   F64 and a Float32Array otherwise.
   * @param show - is shown the bytes of the entries as they are stored, in order, where {@link showsBytes} says so and
   *   there is an array to fill.
   * @throws {CheckpointFormatError} If the file ends early; {RangeError} for a skipped layer.
   */
  read(into?: Float32Array | Float64Array, show?: (bytes: Uint8Array) => void): Promise<Matrix>;
  /** True where the stored bytes of the matrix are its entries in their order, of its dtype, and nothing else. */
  readonly showsBytes?: boolean;
  /** Shows them, and decodes nothing; null where there are none to show. */
  readonly showStored?: ((show: (bytes: Uint8Array) => void) => Promise<void>) | null;
}
