import { CheckpointFormatError } from "../errors.ts";
import type { ByteSource } from "./byte-source.ts";
import type { CheckpointFormat, OpenedFiles } from "./format.ts";
import { RANK, TENSOR_COUNT } from "./limits.ts";
import { type Fault, shown } from "./pickle/pickle-values.ts";
import { readPickle } from "./pickle/read-pickle.ts";
import { firstTarMember, tarMembers } from "./tar-members.ts";
import { allowedGlobal } from "./torch/allowed-globals.ts";
import { rebuilders } from "./torch/rebuilt-tensors.ts";
import { dtypeOf } from "./torch/storage-reference.ts";
import { type LocatedStorage, tensorsOf } from "./torch/tensors-of.ts";
import { gatherTorch } from "./torch/torch-files.ts";
import { StorageReference } from "./torch/torch-values.ts";
import { countedStorage } from "./torch-legacy.ts";

const memberNames = ["sys_info", "pickle", "tensors", "storages"] as const;

/**
 * PyTorch's format before version 0.1.10: a tar archive of a pickle, the tensors that it refers to by number, and
 * the storages that those are views of.
 *
 * @source PyTorch source, torch/serialization.py, legacy_load.
 */
export const torchTar: CheckpointFormat = {
  id: "pytorch-tar",
  title: "PyTorch (tar)",
  extensions: [".pth.tar", ".pt.tar"],
  sniff: (head) => head.length >= 512 && memberNames.some((name) => firstTarMember(head) === name),
  gather: gatherTorch,
  open: openTorchTar,
};

async function openTorchTar(entry: ByteSource): Promise<OpenedFiles> {
  const members = await tarMembers(entry);
  const missing = memberNames.filter((name) => !members.has(name));
  if (missing.length > 0)
    throw wrong(entry, `members ${memberNames.join(", ")}`, `none named ${missing.join(", ")}`);
  const places = new Map<string, LocatedStorage>();
  const objects = new Map<string, unknown>();
  await readStorages(new Pickles(members.get("storages")!, entry), places, objects);
  await readTensors(new Pickles(members.get("tensors")!, entry), objects);
  const { value } = await readPickle(members.get("pickle")!, 0, {
    label: entry.label,
    global: (module, name) => allowedGlobal(entry.label, module, name),
    persistent(id, fault) {
      // A list is of a module that was saved with its source: the class, and the rest about its file.
      if (Array.isArray(id)) return id[0];
      const object = objects.get(String(id));
      if (object === undefined) throw fault("the number of a tensor or a storage", id);
      return object;
    },
  });
  const tensors = tensorsOf(value, {
    label: entry.label,
    file: entry.name,
    bigEndian: false,
    locate: ({ key }) => places.get(key) ?? null,
  });
  return { tensors, metadata: {}, files: [entry.name] };
}

/** Pickles of a member one after the other, with numbers between them. */
class Pickles {
  readonly source: ByteSource;
  readonly entry: ByteSource;
  position = 0;

  constructor(source: ByteSource, entry: ByteSource) {
    this.source = source;
    this.entry = entry;
  }

  readonly fault: Fault = (expected, got) => wrong(this.source, expected, shown(got));

  async next(): Promise<unknown> {
    const { value, end } = await readPickle(this.source, this.position, {
      label: this.source.label,
      global: (module, name) => allowedGlobal(this.source.label, module, name),
      persistent: (id) => {
        throw this.fault("a pickle without references", id);
      },
    });
    this.position = end;
    return value;
  }

  /** How many records follow. */
  async count(): Promise<number> {
    const count = await this.next();
    if (typeof count === "number" && count >= 0 && count <= TENSOR_COUNT) return count;
    throw this.fault("a number of records", count);
  }

  /** A record: a list of at least so many values. */
  async record(length: number): Promise<readonly unknown[]> {
    const record = await this.next();
    if (Array.isArray(record) && record.length >= length) return record;
    throw this.fault(`a record of ${length} values`, record);
  }

  async integers(count: number): Promise<number[]> {
    const bytes = await this.source.read(this.position, 8 * count);
    this.position += 8 * count;
    const view = new DataView(bytes.buffer, bytes.byteOffset);
    return Array.from({ length: count }, (_, i) => Number(view.getBigInt64(8 * i, true)));
  }
}

async function readStorages(
  pickles: Pickles,
  places: Map<string, LocatedStorage>,
  objects: Map<string, unknown>,
): Promise<void> {
  for (let rest = await pickles.count(); rest > 0; rest--) {
    const [key, , type] = await pickles.record(3);
    const dtype = dtypeOf(type, pickles.fault);
    const width = dtype?.width ?? 1;
    const place = await countedStorage(pickles.source, pickles.position, width);
    pickles.position = place.offset + place.size;
    places.set(String(key), place);
    objects.set(String(key), new StorageReference(String(key), dtype, place.size / width));
  }
  const views = await pickles.next();
  if (!Array.isArray(views)) throw pickles.fault("a list of storages that are parts of others", views);
  for (const view of views) {
    const [key, root, first, length] = Array.isArray(view) ? view : [];
    const whole = objects.get(String(root));
    if (
      !(whole instanceof StorageReference) ||
      !Number.isSafeInteger(first) ||
      !Number.isSafeInteger(length) ||
      first < 0 ||
      length < 0
    ) {
      throw pickles.fault("a part of a storage", view);
    }
    objects.set(String(key), new StorageReference(whole.key, whole.dtype, whole.length, [first, length]));
  }
}

/** Each a record, then the number of axes in 4 bytes and 4 of nothing, extents, strides and the first entry. */
async function readTensors(pickles: Pickles, objects: Map<string, unknown>): Promise<void> {
  for (let rest = await pickles.count(); rest > 0; rest--) {
    const [key, storage] = await pickles.record(2);
    const axes = (await pickles.integers(1))[0]!;
    if (axes < 0 || axes > RANK) throw pickles.fault(`at most ${RANK} axes`, axes);
    const shape = await pickles.integers(axes);
    const strides = await pickles.integers(axes);
    const [offset] = await pickles.integers(1);
    const args = [objects.get(String(storage)), offset, shape, strides];
    objects.set(String(key), rebuilders["torch._utils._rebuild_tensor"]!(args, pickles.fault));
  }
}

function wrong(source: ByteSource, expected: string, got: string): CheckpointFormatError {
  return new CheckpointFormatError(
    `${source.label}: expected ${expected}, got ${got}. The file is damaged: download or save it again.`,
  );
}
