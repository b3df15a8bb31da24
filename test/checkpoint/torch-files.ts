import type { PlainTensor } from "../conformance/format.ts";
import { join, littleEndian, zipOf } from "./written-files.ts";

/** Files of PyTorch, made by hand: the tests' own pickler and its archives. */

/** A value to be pickled that JavaScript has no literal for. */
export class Spelled {
  readonly bytes: Uint8Array;

  constructor(...parts: readonly (Uint8Array | string)[]) {
    this.bytes = join(...parts);
  }
}

export type Picklable =
  | null
  | boolean
  | number
  | string
  | Spelled
  | readonly Picklable[]
  | Map<Picklable, Picklable>;

/** Opcodes of protocol 2 that make a value; arrays are tuples. */
export function spelled(value: Picklable): Uint8Array {
  if (value instanceof Spelled) return value.bytes;
  if (value === null) return join("N");
  if (typeof value === "boolean") return Uint8Array.of(value ? 0x88 : 0x89);
  if (typeof value === "number")
    return Number.isInteger(value) ? join("\x8a\x08", littleEndian(value)) : double(value);
  if (typeof value === "string") {
    const text = new TextEncoder().encode(value);
    return join("X", littleEndian(text.length).slice(0, 4), text);
  }
  if (value instanceof Map) {
    return join("}(", ...[...value].flatMap(([key, item]) => [spelled(key), spelled(item)]), "u");
  }
  return join("(", ...value.map(spelled), "t");
}

function double(value: number): Uint8Array {
  const bytes = new Uint8Array(8);
  new DataView(bytes.buffer).setFloat64(0, value);
  return join("G", bytes);
}

export const global = (module: string, name: string) => new Spelled(`c${module}\n${name}\n`);
export const call = (callee: Picklable, args: readonly Picklable[]) =>
  new Spelled(spelled(callee), spelled(args), "R");
/** A new object of a class, with attributes. */
export const object = (type: Picklable, attributes: Picklable) =>
  new Spelled(spelled(type), ")\x81", spelled(attributes), "b");
export const persistent = (id: Picklable) => new Spelled(spelled(id), "Q");
export const list = (items: readonly Picklable[]) => new Spelled("](", ...items.map(spelled), "e");

export function pickle(value: Picklable): Uint8Array {
  return join("\x80\x02", spelled(value), ".");
}

const rebuild = global("torch._utils", "_rebuild_tensor_v2");
const hooks = call(global("collections", "OrderedDict"), []);

/** A storage by its key. */
export function storage(key: string, length: number, type = "FloatStorage", ...rest: Picklable[]): Spelled {
  return persistent(["storage", global("torch", type), key, "cpu", length, ...rest]);
}

/** A view of a storage, as torch pickles one; row-major and from its start unless said. */
export function view(
  of: Picklable,
  shape: readonly Picklable[],
  strides: readonly Picklable[] = rowMajor(shape as number[]),
  offset: Picklable = 0,
): Spelled {
  return call(rebuild, [of, offset, shape, strides, false, hooks]);
}

function rowMajor(shape: readonly number[]): number[] {
  return shape.map((_, axis) => shape.slice(axis + 1).reduce((a, b) => a * b, 1));
}

const bytesOf = ({ data }: PlainTensor) => new Uint8Array(data.slice().buffer);

/** A dict of the tensors, each of a storage whose key is its place. */
export function stateDict(
  tensors: readonly PlainTensor[],
  type = "FloatStorage",
  ...rest: Picklable[]
): Picklable {
  return new Map(
    tensors.map(({ name, shape, data }, i) => [
      name,
      view(storage(`${i}`, data.length, type, ...rest), shape),
    ]),
  );
}

/** An archive with this pickle and these storages. */
export function torchZipOf(
  value: Picklable,
  storages: readonly Uint8Array[],
  { compress = false, root = "archive/", others = {} as Record<string, string> } = {},
): Promise<Uint8Array> {
  const members = new Map([[`${root}data.pkl`, pickle(value)]]);
  for (const [i, bytes] of storages.entries()) members.set(`${root}data/${i}`, bytes);
  for (const [name, text] of Object.entries({ version: "3\n", ...others })) {
    members.set(root + name, join(text));
  }
  return zipOf(members, compress);
}

export function torchZipFile(tensors: readonly PlainTensor[], compress = false): Promise<Uint8Array> {
  return torchZipOf(stateDict(tensors), tensors.map(bytesOf), { compress });
}

/** As jit.save writes it: storages first, a module with its tensors as attributes, and code. */
export function torchScriptFile(tensors: readonly PlainTensor[]): Promise<Uint8Array> {
  const modules = new Map<string, Map<Picklable, Picklable>>();
  tensors.forEach(({ name, shape, data }, i) => {
    const [module, attribute] = name.split(".") as [string, string];
    const attributes = modules.get(module) ?? new Map();
    modules.set(module, attributes.set(attribute, view(storage(`${i}`, data.length), shape)));
  });
  const type = global("__torch__", "Net");
  const children = [...modules].map(([name, attributes]) => [name, object(type, attributes)] as const);
  const net = object(type, new Map<Picklable, Picklable>([["training", false], ...children]));
  const members = new Map<string, Uint8Array>(tensors.map((tensor, i) => [`net/data/${i}`, bytesOf(tensor)]));
  members.set("net/data.pkl", pickle(net)).set("net/code/__torch__.py", join("def f(): pass"));
  members.set("net/constants.pkl", pickle([]));
  return zipOf(members, false);
}

const magic = new Spelled("\x8a\x0a\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19");

/** A legacy file with this object; storages by key, each the number of its entries and its bytes. */
export function torchLegacyOf(
  value: Picklable,
  storages: ReadonlyMap<string, [number, Uint8Array]>,
): Uint8Array {
  const system = new Map<Picklable, Picklable>([["little_endian", true]]);
  const pickles = [magic, 1001, system, value, list([...storages.keys()])].map(pickle);
  const raw = [...storages.values()].flatMap(([count, bytes]) => [littleEndian(count), bytes]);
  return join(...pickles, ...raw);
}

export function torchLegacyFile(tensors: readonly PlainTensor[]): Uint8Array {
  const storages = tensors.map((tensor, i) => [`${i}`, [tensor.data.length, bytesOf(tensor)]] as const);
  return torchLegacyOf(
    stateDict(tensors, "FloatStorage", null),
    new Map(storages as [string, [number, Uint8Array]][]),
  );
}

/** A tar archive of these members. */
export function tarOf(members: ReadonlyMap<string, Uint8Array>): Uint8Array {
  const blocks = [...members].flatMap(([name, bytes]) => {
    const header = new Uint8Array(512);
    header.set(join(name));
    header.set(join(bytes.length.toString(8).padStart(11, "0")), 124);
    header.set(join("ustar"), 257);
    return [header, bytes, new Uint8Array((512 - (bytes.length % 512)) % 512)];
  });
  return join(...blocks);
}

export function torchTarFile(tensors: readonly PlainTensor[]): Uint8Array {
  const count = pickle(tensors.length);
  const storages = tensors.flatMap((tensor, i) => [
    pickle([100 + i, "cpu", global("torch", "FloatStorage")]),
    littleEndian(tensor.data.length),
    bytesOf(tensor),
  ]);
  const views = tensors.flatMap(({ shape }, i) => [
    pickle([i, 100 + i, global("torch", "FloatTensor")]),
    ...[shape.length, ...shape, ...rowMajor(shape), 0].map(littleEndian),
  ]);
  const named = new Map(tensors.map(({ name }, i) => [name, persistent(`${i}`)]));
  return tarOf(
    new Map([
      ["sys_info", pickle(new Map([["little_endian", true]]))],
      ["pickle", pickle(named)],
      ["tensors", join(count, ...views)],
      ["storages", join(count, ...storages, pickle(list([])))],
    ]),
  );
}

/** An index and two shards, one an archive and one a legacy file. */
export async function torchShards(tensors: readonly PlainTensor[]): Promise<Map<string, Uint8Array>> {
  const middle = Math.ceil(tensors.length / 2);
  const [first, second] = ["pytorch_model-00001-of-00002.bin", "pytorch_model-00002-of-00002.bin"];
  const weightMap = Object.fromEntries(tensors.map(({ name }, i) => [name, i < middle ? first : second]));
  return new Map([
    [
      "pytorch_model.bin.index.json",
      new TextEncoder().encode(JSON.stringify({ metadata: {}, weight_map: weightMap })),
    ],
    [first!, await torchZipFile(tensors.slice(0, middle))],
    [second!, torchLegacyFile(tensors.slice(middle))],
  ]);
}
