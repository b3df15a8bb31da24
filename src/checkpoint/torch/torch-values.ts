import type { Scatter } from "../scattered-tensor.ts";
import type { TorchDtype } from "./torch-dtypes.ts";

/** A storage as a pickle refers to it. */
export class StorageReference {
  readonly key: string;
  /** Null for an untyped one, whose entries are bytes. */
  readonly dtype: TorchDtype | null;
  /** Entries, or bytes of an untyped one. */
  readonly length: number;
  /** First entry and number of them, where it is a part of the storage of that key. */
  readonly part: readonly [number, number] | null;

  constructor(
    key: string,
    dtype: TorchDtype | null,
    length: number,
    part: readonly [number, number] | null = null,
  ) {
    this.key = key;
    this.dtype = dtype;
    this.length = length;
    this.part = part;
  }
}

/**
 * Numbers q of a quantised tensor and what they stand for: w = scale (q - zeroPoint), with one scale and zero
 * point, or one for each index of an axis.
 */
export type Quantizer =
  | { readonly scale: number; readonly zeroPoint: number }
  | { readonly scales: TorchTensor; readonly zeroPoints: TorchTensor; readonly axis: number };

/** A sparse tensor as a pickle describes it: entries that are stored, and where they belong. */
export interface SparseParts {
  readonly values: TorchTensor;
  readonly indices: readonly TorchTensor[];
  readonly scatter: Scatter;
}

/** A tensor as a pickle describes it: a view of a storage. */
export class TorchTensor {
  readonly storage: StorageReference | null;
  readonly dtype: TorchDtype;
  /** First entry in the storage. */
  readonly offset: number;
  readonly shape: readonly number[];
  /** Entries from one index of an axis to the next. */
  readonly strides: readonly number[];
  readonly quantizer: Quantizer | null;
  /** The entries that are stored of a sparse one; null for others. */
  readonly sparse: SparseParts | null;
  /** Why its entries can't be given; null where they can. */
  readonly why: string | null;

  constructor(view: {
    readonly storage: StorageReference | null;
    readonly dtype: TorchDtype;
    readonly offset: number;
    readonly shape: readonly number[];
    readonly strides: readonly number[];
    readonly quantizer?: Quantizer | null;
    readonly sparse?: SparseParts | null;
    readonly why?: string | null;
  }) {
    this.storage = view.storage;
    this.dtype = view.dtype;
    this.offset = view.offset;
    this.shape = view.shape;
    this.strides = view.strides;
    this.quantizer = view.quantizer ?? null;
    this.sparse = view.sparse ?? null;
    this.why = view.why ?? view.dtype.why ?? null;
  }
}
