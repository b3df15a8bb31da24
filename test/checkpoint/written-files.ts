import yazl from "yazl";
import { encodeSafetensors } from "../../src/checkpoint/index.ts";
import type { PlainTensor } from "../conformance/format.ts";

/** Files of the formats, made by hand: the tests' own writers. */

export function littleEndian(value: number): Uint8Array {
  const bytes = new Uint8Array(8);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(value), true);
  return bytes;
}

export function join(...parts: readonly (Uint8Array | string)[]): Uint8Array {
  return new Uint8Array(
    Buffer.concat(parts.map((part) => (typeof part === "string" ? Buffer.from(part, "latin1") : part))),
  );
}

/** A safetensors file with this header, whatever it says. */
export function safetensorsOf(header: unknown, dataBytes: number | Uint8Array): Uint8Array {
  const json = new TextEncoder().encode(typeof header === "string" ? header : JSON.stringify(header));
  const data = typeof dataBytes === "number" ? new Uint8Array(dataBytes) : dataBytes;
  return join(littleEndian(json.length), json, data);
}

/** An .npy file with this dictionary, whatever it says. */
export function npyOf(dictionary: string, data: Uint8Array, version = 1): Uint8Array {
  const lengthBytes = version === 1 ? 2 : 4;
  const padding = " ".repeat(63 - ((8 + lengthBytes + dictionary.length) % 64));
  const header = new TextEncoder().encode(`${dictionary}${padding}\n`);
  return join(
    "\x93NUMPY",
    Uint8Array.of(version, 0),
    littleEndian(header.length).slice(0, lengthBytes),
    header,
    data,
  );
}

export function npyFile({ shape, data }: Pick<PlainTensor, "shape" | "data">): Uint8Array {
  const tuple = shape.length === 1 ? `(${shape[0]},)` : `(${shape.join(", ")})`;
  return npyOf(
    `{'descr': '<f4', 'fortran_order': False, 'shape': ${tuple}, }`,
    new Uint8Array(data.slice().buffer),
  );
}

/** A zip archive with these members. */
export async function zipOf(
  members: ReadonlyMap<string, Uint8Array>,
  compress: boolean,
): Promise<Uint8Array> {
  const zip = new yazl.ZipFile();
  for (const [name, bytes] of members) {
    zip.addBuffer(Buffer.from(bytes), name, {
      compress,
      mtime: new Date(2020, 0, 1),
      forceDosTimestamp: true,
    });
  }
  zip.end();
  const chunks: Buffer[] = [];
  for await (const chunk of zip.outputStream) chunks.push(Buffer.from(chunk as Uint8Array));
  return new Uint8Array(Buffer.concat(chunks));
}

export function npzFile(tensors: readonly PlainTensor[], compress: boolean): Promise<Uint8Array> {
  return zipOf(new Map(tensors.map((tensor) => [`${tensor.name}.npy`, npyFile(tensor)])), compress);
}

export function shardedFiles(tensors: readonly PlainTensor[]): Map<string, Uint8Array> {
  const middle = Math.ceil(tensors.length / 2);
  const first = "model-00001-of-00002.safetensors";
  const second = "model-00002-of-00002.safetensors";
  const weightMap = Object.fromEntries(tensors.map(({ name }, i) => [name, i < middle ? first : second]));
  return new Map([
    [
      "model.safetensors.index.json",
      new TextEncoder().encode(JSON.stringify({ metadata: {}, weight_map: weightMap })),
    ],
    [first, encodeSafetensors(tensors.slice(0, middle))],
    [second, encodeSafetensors(tensors.slice(middle))],
  ]);
}
