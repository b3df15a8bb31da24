import { CheckpointFormatError } from "../../errors.ts";
import { PICKLE_DEPTH, PICKLE_VISITS, TENSOR_COUNT } from "../limits.ts";
import { PickleDict, PickleObject } from "../pickle/pickle-values.ts";
import { checkedName } from "../tensor-shape.ts";
import { TorchTensor } from "./torch-values.ts";

/** A tensor, and the keys that lead to it. */
export interface NamedTensor {
  readonly name: string;
  readonly tensor: TorchTensor;
}

/** Attributes by which a module keeps its tensors and modules: no part of their names, as in a state dict. */
const transparent = new Set(["_parameters", "_buffers", "_modules"]);

/** What a tensor that was saved alone is called. */
const ALONE = "tensor";

/**
 * Tensors in whatever was pickled: dicts by key, lists and tuples by place, objects by attribute, joined with
 * dots. A module gives the names of its state dict.
 *
 * @param label - the file, for messages.
 * @returns them in the order in which they were saved; a name that comes twice has `#2` after it.
 * @throws {CheckpointFormatError} If names are longer, or values more or deeper, than any model's.
 */
export function namedTensors(value: unknown, label: string): NamedTensor[] {
  return new Search(label).run(value);
}

class Search {
  readonly #label: string;
  readonly #found: NamedTensor[] = [];
  readonly #taken = new Map<string, number>();
  /** Containers on the way to where the search is: one that holds itself is not entered again. */
  readonly #above = new Set<object>();
  #visits = 0;

  constructor(label: string) {
    this.#label = label;
  }

  run(value: unknown): NamedTensor[] {
    this.#visit(value, "");
    return this.#found;
  }

  #visit(value: unknown, name: string): void {
    if (++this.#visits > PICKLE_VISITS) throw this.#tooMuch(`at most ${PICKLE_VISITS} values`);
    if (value instanceof TorchTensor) {
      this.#add(value, name || ALONE);
      return;
    }
    if (typeof value !== "object" || value === null || this.#above.has(value)) return;
    if (this.#above.size === PICKLE_DEPTH) throw this.#tooMuch(`values at most ${PICKLE_DEPTH} deep`);
    this.#above.add(value);
    if (Array.isArray(value)) this.#visitItems(value, name);
    else if (value instanceof PickleDict) this.#visitEntries(value, name, false);
    else if (value instanceof PickleObject) this.#visitObject(value, name);
    this.#above.delete(value);
  }

  #visitItems(items: readonly unknown[], name: string): void {
    for (let i = 0; i < items.length; i++) {
      const item = items[i];
      // Lists of a million numbers are common, and their names are not wanted.
      if (typeof item === "object" && item !== null) this.#visit(item, joined(name, i));
    }
    this.#visits += items.length;
  }

  #visitEntries({ keys, values }: PickleDict, name: string, isModule: boolean): void {
    for (let i = 0; i < keys.length; i++) {
      const key = keys[i];
      const value = values[i];
      if (typeof value !== "object" || value === null) continue;
      if (isModule && transparent.has(key as string)) this.#visit(value, name);
      else this.#visit(value, checkedName(joined(name, spelled(key)), this.#label));
    }
    this.#visits += keys.length;
  }

  #visitObject({ state, items, entries }: PickleObject, name: string): void {
    // The attributes, or those and the ones in slots.
    for (const attributes of Array.isArray(state) ? state : [state]) {
      if (attributes instanceof PickleDict) this.#visitEntries(inStateDict(attributes), name, true);
    }
    if (items) this.#visitItems(items, name);
    if (entries) this.#visitEntries(entries, name, false);
  }

  #add(tensor: TorchTensor, name: string): void {
    if (this.#found.length === TENSOR_COUNT) throw this.#tooMuch(`at most ${TENSOR_COUNT} tensors`);
    let distinct = name;
    for (let copy = this.#taken.get(name) ?? 1; this.#taken.has(distinct); ) {
      copy++;
      this.#taken.set(name, copy);
      distinct = `${name}#${copy}`;
    }
    this.#taken.set(distinct, this.#taken.get(distinct) ?? 1);
    this.#found.push({ name: distinct, tensor });
  }

  #tooMuch(expected: string): CheckpointFormatError {
    return new CheckpointFormatError(
      `${this.#label}: expected ${expected} in its pickle, got more. The file is damaged or hostile.`,
    );
  }
}

/** Of a module what a state dict has of it: what else it keeps is made of these, or is not saved. */
function inStateDict(attributes: PickleDict): PickleDict {
  const passing = new PickleDict();
  const kept = [...transparent].map((key) => [key, attributes.get(key)] as const);
  if (kept.every(([, value]) => value instanceof PickleDict || value instanceof PickleObject)) {
    const passedOver = attributes.get("_non_persistent_buffers_set");
    for (const [key, value] of kept)
      passing.set(key, key === "_buffers" ? without(value, passedOver) : value);
    return passing;
  }
  // In TorchScript attributes are all alike, and one is a list of others (`_flat_weights` of an LSTM).
  const own = attributes.values.filter((value) => value instanceof TorchTensor);
  for (let i = 0; i < attributes.keys.length; i++) {
    const value = attributes.values[i];
    const repeats = Array.isArray(value) && value.length > 0 && value.every((item) => isAmong(item, own));
    if (!repeats) passing.set(attributes.keys[i], value);
  }
  return passing;
}

function without(buffers: unknown, names: unknown): unknown {
  if (!(buffers instanceof PickleDict) || !Array.isArray(names)) return buffers;
  const kept = new PickleDict();
  for (let i = 0; i < buffers.keys.length; i++) {
    if (!names.includes(buffers.keys[i])) kept.set(buffers.keys[i], buffers.values[i]);
  }
  return kept;
}

/** Whether it is the same view of the same storage as one of the others. */
function isAmong(value: unknown, others: readonly TorchTensor[]): boolean {
  if (!(value instanceof TorchTensor) || !value.storage) return false;
  const same = [value.offset, value.shape, value.strides].join();
  return others.some(
    ({ storage, offset, shape, strides }) =>
      storage?.key === value.storage?.key && [offset, shape, strides].join() === same,
  );
}

function joined(name: string, part: string | number): string {
  return name === "" ? `${part}` : `${name}.${part}`;
}

/** A key as a part of a name: texts and numbers as they are, what else a key can be by its kind. */
function spelled(key: unknown): string {
  if (typeof key === "string" || typeof key === "number" || typeof key === "bigint") return String(key);
  if (typeof key === "boolean") return key ? "True" : "False";
  if (Array.isArray(key)) return `(${key.map((part) => (typeof part === "object" ? "?" : part)).join(",")})`;
  return key === null ? "None" : "?";
}
