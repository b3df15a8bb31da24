import { CheckpointFormatError, UnreadableInputError } from "../errors.ts";
import { type ByteSource, truncated } from "./byte-source.ts";
import { NPY_HEADER_BYTES } from "./limits.ts";
import type { PlainDtype } from "./tensor.ts";
import { checkedShape } from "./tensor-shape.ts";

/** What the header of an .npy file says of its one array. */
export interface NpyHeader {
  readonly dtype: PlainDtype;
  readonly bigEndian: boolean;
  readonly fortranOrder: boolean;
  readonly shape: readonly number[];
  /** First byte of the entries. */
  readonly dataStart: number;
}

/** The first six bytes of every .npy file, one character a byte. */
export const NPY_MAGIC = "\x93NUMPY";

const dtypes: Readonly<Record<string, PlainDtype>> = {
  f2: "F16",
  f4: "F32",
  f8: "F64",
  i1: "I8",
  i2: "I16",
  i4: "I32",
  i8: "I64",
  u1: "U8",
  u2: "U16",
  u4: "U32",
  u8: "U64",
  b1: "BOOL",
};

/** Why an array that NumPy can write is not read, by the kind letter of its descr. */
const refusals: Readonly<Record<string, string>> = {
  O: "pickled objects are never loaded: loading them can run code",
  c: "complex numbers are not supported: save real and imaginary part as arrays of their own",
  f: "floats of this size are not supported: save as float32 or float64",
  V: "raw or structured records are not supported: save plain arrays (bfloat16 as float32)",
  U: "text is not weights",
  S: "text is not weights",
  M: "dates are not weights",
  m: "durations are not weights",
};

/**
 * Reads the header of an .npy file: magic, version, length, and a Python dictionary literal.
 *
 * @throws {CheckpointFormatError} If it is not such a header.
 * @throws {UnreadableInputError} If the array is of a kind that is not read.
 * @source NumPy documentation, numpy.lib.format ("NPY format"); versions 1.0, 2.0 and 3.0.
 */
export async function readNpyHeader(source: ByteSource): Promise<NpyHeader> {
  const { label: name, size } = source;
  if (size < 10) throw truncated(name, 10, size);
  const start = await source.read(0, Math.min(12, size));
  if (!NPY_MAGIC.split("").every((char, i) => char.charCodeAt(0) === start[i])) {
    throw wrong(name, "the magic \\x93NUMPY", `bytes ${start.subarray(0, 6).join(" ")}`);
  }
  const version = start[6]!;
  if (version < 1 || version > 3) throw wrong(name, "version 1, 2 or 3", `${version}`);
  const lengthBytes = version === 1 ? 2 : 4;
  if (size < 8 + lengthBytes) throw truncated(name, 8 + lengthBytes, size);
  const view = new DataView(start.buffer, start.byteOffset);
  const length = version === 1 ? view.getUint16(8, true) : view.getUint32(8, true);
  if (length > NPY_HEADER_BYTES) {
    throw wrong(name, `a header of at most ${NPY_HEADER_BYTES} bytes`, `${length}`);
  }
  const dataStart = 8 + lengthBytes + length;
  if (dataStart > size) throw truncated(name, dataStart, size);
  // From the file's start, so that a source that sums up what it reads in order can go on from here.
  const bytes = (await source.read(0, dataStart)).subarray(8 + lengthBytes);
  const text = new TextDecoder(version === 3 ? "utf-8" : "latin1").decode(bytes);
  return { ...parseDictionary(text, name), dataStart };
}

/**
 * The dictionary has exactly three keys, so a few patterns read it; nothing is evaluated, and a
 * descr that is not a plain string is a structured array.
 */
function parseDictionary(text: string, name: string): Omit<NpyHeader, "dataStart"> {
  const fields = new Map<string, string>();
  let rest = text.trim();
  const take = (pattern: RegExp, what: string): RegExpExecArray => {
    const match = pattern.exec(rest);
    if (!match) throw wrong(name, what, JSON.stringify(rest.slice(0, 60)));
    rest = rest.slice(match[0].length);
    return match;
  };
  take(/^\{\s*/, "a dictionary that starts with {");
  while (!rest.startsWith("}")) {
    const [, , key] = take(
      /^(['"])(descr|fortran_order|shape)\1\s*:\s*/,
      "a key descr, fortran_order or shape",
    );
    if (fields.has(key!)) throw wrong(name, "each key once", `${key} twice`);
    if (key === "descr" && rest.startsWith("[")) {
      throw new UnreadableInputError(`${name}: ${refusals.V}; got descr ${rest.slice(0, 60)}.`);
    }
    const value = take(
      /^(?:'[^'\\]*'|"[^"\\]*"|True|False|\(\s*(?:\d{1,16}L?\s*,\s*)*(?:\d{1,16}L?\s*)?\))/,
      "a string, True, False or a tuple of extents",
    );
    fields.set(key!, value[0]);
    if (!rest.trimStart().startsWith("}")) take(/^\s*,\s*/, "a comma");
    else rest = rest.trimStart();
  }
  if (rest !== "}") throw wrong(name, "nothing after the dictionary", JSON.stringify(rest.slice(1, 60)));
  const order = fields.get("fortran_order");
  if (order !== "True" && order !== "False") throw wrong(name, "fortran_order True or False", `${order}`);
  return {
    ...parseDescr(fields.get("descr"), name),
    fortranOrder: order === "True",
    shape: parseShape(fields.get("shape"), name),
  };
}

function parseDescr(literal: string | undefined, name: string): Pick<NpyHeader, "dtype" | "bigEndian"> {
  const match = /^(['"])([<>|=])?([A-Za-z?])(\d*)(\[\w+\])?\1$/.exec(literal ?? "");
  if (!match) throw wrong(name, "a descr like '<f4'", `${literal}`);
  const [, , order, kind, width] = match;
  const dtype = Object.hasOwn(dtypes, `${kind}${width}`) ? dtypes[`${kind}${width}`] : undefined;
  if (!dtype) {
    const reason = Object.hasOwn(refusals, kind!)
      ? refusals[kind!]
      : "numbers of this kind are not supported";
    throw new UnreadableInputError(
      `${name}: ${reason}; got descr ${literal}. Readable are ${Object.keys(dtypes).join(", ")}.`,
    );
  }
  // '=' and no sign mean the writer's own order, which a file does not say; all common machines
  // are little-endian, and NumPy itself always writes '<' or '>'.
  return { dtype, bigEndian: order === ">" };
}

function parseShape(literal: string | undefined, name: string): number[] {
  const inner = /^\((.*)\)$/s.exec(literal ?? "");
  // "(3)" is the number 3 in Python, not a tuple.
  if (!inner || /^\s*\d+L?\s*$/.test(inner[1]!)) throw wrong(name, "a shape like (3, 4)", `${literal}`);
  const extents = inner[1]!.split(",").map((extent) => extent.trim().replace(/L$/, ""));
  return checkedShape(extents.filter((extent) => extent !== "").map(Number), name);
}

function wrong(name: string, expected: string, got: string): CheckpointFormatError {
  return new CheckpointFormatError(
    `${name}: expected ${expected} in the npy header, got ${got}. ` +
      "The file is damaged or was not written by numpy.save: download or save it again.",
  );
}
