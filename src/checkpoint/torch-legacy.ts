import { CheckpointFormatError, UnreadableInputError } from "../errors.ts";
import { type ByteSource, truncated } from "./byte-source.ts";
import type { CheckpointFormat, OpenedFiles } from "./format.ts";
import { TENSOR_COUNT } from "./limits.ts";
import { shown } from "./pickle/pickle-values.ts";
import { readPickle } from "./pickle/read-pickle.ts";
import { allowedGlobal } from "./torch/allowed-globals.ts";
import { storageReference } from "./torch/storage-reference.ts";
import { type LocatedStorage, tensorsOf } from "./torch/tensors-of.ts";
import { gatherTorch } from "./torch/torch-files.ts";
import { StorageReference } from "./torch/torch-values.ts";

/** The number that such a file starts with. */
const MAGIC = 0x1950a86a20f9469cfc6cn;
const PROTOCOL = 1001;

/** A pickle of the magic number: opcode LONG1, its length and bytes, stop. */
const magicPickle = [0x8a, 10, 0x6c, 0xfc, 0x9c, 0x46, 0xf9, 0x20, 0x6a, 0xa8, 0x50, 0x19, 0x2e];

/**
 * PyTorch's format before version 1.6, which it writes still on request: five pickles one after the other (magic
 * number, version, system, the object, keys of storages), then the storages, each a count and its entries.
 *
 * @source PyTorch source, torch/serialization.py, _legacy_save and _legacy_load.
 */
export const torchLegacy: CheckpointFormat = {
  id: "pytorch-legacy",
  title: "PyTorch (legacy)",
  extensions: [],
  // After the protocol, and, in protocols 4 and 5, the length of a frame.
  sniff: (head) =>
    head[0] === 0x80 && [2, 11].some((start) => magicPickle.every((byte, i) => head[start + i] === byte)),
  gather: gatherTorch,
  open: openTorchLegacy,
};

/** Opens a legacy file: its pickles are read, and the count of each storage. */
export async function openTorchLegacy(entry: ByteSource): Promise<OpenedFiles> {
  const references = new Map<string, StorageReference>();
  let end = 0;
  const next = async (): Promise<unknown> => {
    const pickle = await readPickle(entry, end, {
      label: entry.label,
      global: (module, name) => allowedGlobal(entry.label, module, name),
      persistent(id, fault) {
        const reference = storageReference(id, fault);
        if (reference instanceof StorageReference) references.set(reference.key, reference);
        return reference;
      },
    });
    end = pickle.end;
    return pickle.value;
  };
  const magic = await next();
  if (magic !== MAGIC) throw wrong(entry, "the magic number of a legacy file of PyTorch", magic);
  const version = await next();
  if (version !== PROTOCOL) {
    throw new UnreadableInputError(
      `${entry.label}: version ${shown(version)} of PyTorch's legacy format is not supported, ${PROTOCOL} is. ` +
        "Save it again with torch.save.",
    );
  }
  await next(); // the system's byte order and widths: what follows is little-endian on any
  const value = await next();
  const places = await locateStorages(entry, await next(), references, () => end);
  const tensors = tensorsOf(value, {
    label: entry.label,
    file: entry.name,
    bigEndian: false,
    locate: ({ key }) => places.get(key) ?? null,
  });
  return { tensors, metadata: {}, files: [entry.name] };
}

/** Storages follow one another in the order of their keys. */
async function locateStorages(
  entry: ByteSource,
  keys: unknown,
  references: ReadonlyMap<string, StorageReference>,
  start: () => number,
): Promise<Map<string, LocatedStorage>> {
  if (!Array.isArray(keys) || keys.length > TENSOR_COUNT) throw wrong(entry, "a list of storages", keys);
  const places = new Map<string, LocatedStorage>();
  let position = start();
  for (const key of keys) {
    const reference = references.get(key);
    if (!reference) throw wrong(entry, "keys of storages that tensors have", key);
    const place = await countedStorage(entry, position, reference.dtype?.width ?? 1);
    places.set(reference.key, place);
    position = place.offset + place.size;
  }
  return places;
}

/**
 * A storage that starts with the number of its entries, in 8 bytes.
 *
 * @throws {CheckpointFormatError} If the file ends before the storage does.
 */
export async function countedStorage(
  source: ByteSource,
  position: number,
  width: number,
): Promise<LocatedStorage> {
  const bytes = await source.read(position, 8);
  const count = new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0, true);
  const offset = position + 8;
  const size = Number(count) * width;
  if (offset + size > source.size) throw truncated(source.label, offset + size, source.size);
  return { source, offset, size };
}

function wrong(entry: ByteSource, expected: string, got: unknown): CheckpointFormatError {
  return new CheckpointFormatError(
    `${entry.label}: expected ${expected}, got ${shown(got)}. The file is damaged: download or save it again.`,
  );
}
