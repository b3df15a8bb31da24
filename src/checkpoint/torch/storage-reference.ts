import { type Fault, PickleGlobal } from "../pickle/pickle-values.ts";
import { storageDtypes, torchDtypes } from "./torch-dtypes.ts";
import { StorageReference } from "./torch-values.ts";

/**
 * The storage that a persistent id stands for:
 *
 *     ("storage", class, key, device, length[, (key of the part, first entry, entries) or None])
 *
 * Legacy files have the last one, and `("module", object, file, source)` for modules saved with their source.
 *
 * @throws {CheckpointFormatError} If it is anything else.
 * @source PyTorch source, torch/serialization.py, persistent_id.
 */
export function storageReference(id: unknown, fault: Fault): unknown {
  if (!Array.isArray(id)) throw fault("a persistent id of a storage", id);
  const [kind, type, key, , length, part] = id;
  if (kind === "module") return type;
  if (kind !== "storage" || typeof key !== "string") throw fault("a persistent id of a storage", kind);
  if (!isCount(length)) throw fault("a storage's length", length);
  return new StorageReference(key, dtypeOf(type, fault), length, partOf(part, fault));
}

/** The dtype of a class of storages; null for an untyped one. */
export function dtypeOf(type: unknown, fault: Fault) {
  const name = type instanceof PickleGlobal ? storageDtypes.get(type.name) : undefined;
  if (name === undefined) throw fault("a class of storages", type);
  return name === null ? null : torchDtypes.get(name)!;
}

function partOf(part: unknown, fault: Fault): [number, number] | null {
  if (part === undefined || part === null) return null;
  const [, first, length] = Array.isArray(part) ? part : [];
  if (!isCount(first) || !isCount(length)) throw fault("a part of a storage", part);
  return [first, length];
}

function isCount(value: unknown): value is number {
  return typeof value === "number" && Number.isSafeInteger(value) && value >= 0;
}
