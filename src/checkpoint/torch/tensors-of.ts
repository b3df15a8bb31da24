import { CheckpointFormatError, UnreadableInputError } from "../../errors.ts";
import {
  type AffineQuantization,
  type AffineSteps,
  affineTensor,
  onePlace,
  placesAlong,
} from "../affine-tensor.ts";
import { type ByteSource, truncated } from "../byte-source.ts";
import { bytesPerEntry } from "../decode.ts";
import { EXPANDED_BYTES } from "../limits.ts";
import { readableBytes } from "../memory-limit.ts";
import { scatteredTensor, tooSparse } from "../scattered-tensor.ts";
import { entryCount, type Tensor } from "../tensor.ts";
import { namedTensors } from "./named-tensors.ts";
import { lastEntry, stridedTensor } from "./strided-tensor.ts";
import type { Quantizer, SparseParts, StorageReference, TorchTensor } from "./torch-values.ts";

/** Where the bytes of a storage are. */
export interface LocatedStorage {
  readonly source: ByteSource;
  /** Its first byte, and how many there are. */
  readonly offset: number;
  readonly size: number;
}

/** How a kind of file keeps its storages. */
export interface Storages {
  /** The file, for messages, and as tensors tell it. */
  readonly label: string;
  readonly file: string;
  readonly bigEndian: boolean;
  /** @returns the storage of a key; null when the file has none of it. */
  locate(reference: StorageReference): LocatedStorage | null;
}

/**
 * All tensors of what was unpickled, named by the keys that lead to them, joined with dots.
 *
 * @throws {CheckpointFormatError} If a storage is missing, or is shorter than a tensor of it needs.
 */
export function tensorsOf(value: unknown, storages: Storages): Tensor[] {
  return namedTensors(value, storages.label).map(({ name, tensor }) => opened(name, tensor, storages));
}

function opened(name: string, tensor: TorchTensor, storages: Storages): Tensor {
  const { dtype, shape, quantizer, sparse } = tensor;
  const where = `${storages.label}: tensor ${JSON.stringify(name)}`;
  if (sparse) return filledUp(name, tensor, sparse, where, storages);
  const place = tensor.storage && located(tensor, tensor.storage, where, storages);
  const why = tensor.why ?? (place && expansion(tensor, place));
  if (!place || !dtype.plain || why !== null) {
    return unread(name, tensor, storages.file, why ?? "A tensor without a storage.");
  }
  const { key, part } = tensor.storage!;
  const view = {
    name,
    dtype: dtype.plain,
    shape,
    strides: tensor.strides,
    offset: place.first,
    file: storages.file,
    bigEndian: storages.bigEndian,
    storage: JSON.stringify([key, place.first, part?.[0] ?? 0, tensor.strides, storages.file]),
  };
  const read = stridedTensor(place.source, view);
  return quantizer ? affineTensor(read, quantizationOf(quantizer, name, tensor, storages)) : read;
}

interface Place extends LocatedStorage {
  /** Byte of the tensor's first entry. */
  readonly first: number;
}

/** The bytes of a tensor's storage, after it was seen that all of its entries are in them. */
function located(tensor: TorchTensor, reference: StorageReference, where: string, storages: Storages): Place {
  const { width } = tensor.dtype;
  const found = storages.locate(reference);
  if (!found) {
    throw new CheckpointFormatError(
      `${where}: expected its storage ${JSON.stringify(reference.key.slice(0, 100))} in the file, got none. ` +
        "The file is incomplete: download or save it again.",
    );
  }
  const declared = reference.length * (reference.dtype?.width ?? 1);
  if (declared > found.size) throw truncated(`${where}: its storage`, declared, found.size);
  const part = reference.part
    ? reference.part.map((entries) => entries * (reference.dtype?.width ?? 1))
    : null;
  const size = part ? part[1]! : declared;
  if (part && part[0]! + part[1]! > declared)
    throw truncated(`${where}: its storage`, part[0]! + part[1]!, declared);
  const needed =
    (entryCount(tensor.shape) === 0 ? 0 : tensor.offset + lastEntry(tensor.shape, tensor.strides)) * width;
  if (needed > size) throw truncated(`${where}: its storage`, needed, size);
  return { ...found, first: found.offset + (part?.[0] ?? 0) + tensor.offset * width };
}

/** A sparse tensor with its zeros. */
function filledUp(
  name: string,
  tensor: TorchTensor,
  { values, indices, scatter }: SparseParts,
  where: string,
  storages: Storages,
): Tensor {
  const stored = opened(name, values, storages);
  const why = stored.undecodable ?? tooSparse(tensor.shape, stored);
  if (why !== null) return unread(name, tensor, storages.file, why);
  const places = indices.map((each) => opened(`${name}: places`, each, storages));
  return scatteredTensor({ name, shape: tensor.shape, where, values: stored, indices: places, scatter });
}

/** A few bytes can be expanded to any shape: past a bound, the tensor is listed and not read. */
function expansion({ shape, dtype }: TorchTensor, { size }: Place): string | null {
  const bytes = entryCount(shape) * dtype.width;
  if (bytes <= size + EXPANDED_BYTES) return null;
  return `Expanded to ${readableBytes(bytes)} from a storage of ${readableBytes(size)}: save it without its repeats.`;
}

function quantizationOf(
  quantizer: Quantizer,
  name: string,
  { dtype: { dtype }, shape }: TorchTensor,
  storages: Storages,
): AffineQuantization {
  if (!("axis" in quantizer)) {
    // Torch multiplies in single precision by one scale, in double by those of channels.
    const one = { scales: [Math.fround(quantizer.scale)], zeroPoints: [quantizer.zeroPoint] };
    return { dtype, places: onePlace, steps: () => one };
  }
  const scales = opened(`${name}: scales`, quantizer.scales, storages);
  const zeroPoints = opened(`${name}: zero points`, quantizer.zeroPoints, storages);
  let steps: Promise<AffineSteps> | null = null;
  const readBoth = async () => ({ scales: await scales.read(), zeroPoints: await zeroPoints.read() });
  return {
    dtype,
    places: placesAlong(shape, quantizer.axis),
    steps() {
      steps ??= readBoth();
      return steps;
    },
  };
}

/** A tensor that is listed, and whose entries are not given. */
function unread(name: string, { dtype, shape }: TorchTensor, file: string, why: string): Tensor {
  return {
    name,
    dtype: dtype.dtype,
    shape,
    sizeBytes: entryCount(shape) * (dtype.plain ? bytesPerEntry[dtype.plain] : dtype.width),
    file,
    storage: null,
    undecodable: why,
    async read() {
      throw new UnreadableInputError(`${file}: tensor ${JSON.stringify(name)} can't be read. ${why}`);
    },
  };
}
