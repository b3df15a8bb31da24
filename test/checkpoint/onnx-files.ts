import type { PlainTensor } from "../conformance/format.ts";
import { join } from "./written-files.ts";

/** ONNX made by hand: the tests' own writer of protocol buffers. */

/** A number of variable length, >= 0. */
export function varint(value: number): Uint8Array {
  const bytes: number[] = [];
  let rest = value;
  for (; rest >= 128; rest = Math.floor(rest / 128)) bytes.push((rest % 128) + 128);
  return Uint8Array.of(...bytes, rest);
}

/** A field that is a number. */
export const num = (field: number, value: number): Uint8Array => join(varint(8 * field), varint(value));

/** A field with a length: bytes, a text or a message. */
export function sub(field: number, ...parts: readonly (Uint8Array | string)[]): Uint8Array {
  const contents = join(...parts);
  return join(varint(8 * field + 2), varint(contents.length), contents);
}

/** An initialiser of float32 in raw_data. */
export const tensorProto = (
  name: string,
  shape: readonly number[],
  ...rest: readonly Uint8Array[]
): Uint8Array => join(...shape.map((extent) => num(1, extent)), num(2, 1), sub(8, name), ...rest);

export const raw = (bytes: number | Uint8Array): Uint8Array =>
  sub(9, typeof bytes === "number" ? new Uint8Array(bytes) : bytes);

/** A model of this graph. */
export const onnxOf = (...graph: readonly Uint8Array[]): Uint8Array =>
  join(num(1, 8), sub(2, "test"), sub(7, ...graph));

export const initializer = (...parts: Parameters<typeof tensorProto>): Uint8Array =>
  sub(5, tensorProto(...parts));

export const external = (entries: Readonly<Record<string, string>>): Uint8Array =>
  join(...Object.entries(entries).map(([key, value]) => sub(13, sub(1, key), sub(2, value))), num(14, 1));

const bytesOf = (data: Float32Array) => new Uint8Array(data.slice().buffer);

export function onnxFile(tensors: readonly PlainTensor[]): Uint8Array {
  return onnxOf(...tensors.map(({ name, shape, data }) => initializer(name, shape, raw(bytesOf(data)))));
}

/** The same with its data in a file of its own. */
export function onnxWithData(tensors: readonly PlainTensor[]): Map<string, Uint8Array> {
  let offset = 0;
  const graph = tensors.map(({ name, shape, data }) => {
    const place = { location: "m.onnx.data", offset: String(offset), length: String(data.byteLength) };
    offset += data.byteLength;
    return initializer(name, shape, external(place));
  });
  return new Map([
    ["m.onnx", onnxOf(...graph)],
    ["m.onnx.data", join(...tensors.map(({ data }) => bytesOf(data)))],
  ]);
}
