import { DATA_PIECES, NAME_BYTES, RANK } from "../limits.ts";
import type { WireField, WireFile } from "../protobuf-wire.ts";
import { checkedName, checkedShape } from "../tensor-shape.ts";
import type { Piece } from "../varint-tensor.ts";
import {
  DOUBLE_DATA,
  FLOAT_DATA,
  INT32_DATA,
  INT64_DATA,
  type OnnxType,
  onnxTypes,
  UINT64_DATA,
} from "./types.ts";

/** A TensorProto as it lies in the file: what it is, and where its entries are. */
export interface TensorProto {
  readonly name: string;
  readonly type: OnnxType;
  readonly shape: readonly number[];
  /** `raw_data`: entries as they are in memory, little-endian. */
  readonly raw: Piece | null;
  /** The field of its type: pieces of packed numbers. */
  readonly packed: readonly Piece[];
  /** Keys and values of `external_data`; null where the entries are in this file. */
  readonly external: ReadonlyMap<string, string> | null;
}

const EXTERNAL = 1;
/** Keys of external data, and the longest of their values: a path. */
const EXTERNAL_KEYS = 16;

const dataFields: ReadonlySet<number> = new Set([
  FLOAT_DATA,
  INT32_DATA,
  INT64_DATA,
  DOUBLE_DATA,
  UINT64_DATA,
]);

/**
 * Reads all of a TensorProto but its entries.
 *
 * @param name - used where the message has none.
 * @source onnx/onnx.proto, TensorProto.
 */
export async function readTensorProto(
  wire: WireFile,
  message: Piece,
  name: string | null,
): Promise<TensorProto> {
  const { label } = wire.source;
  const extents: number[] = [];
  const pieces = new Map<number, Piece[]>();
  const external = new Map<string, string>();
  let [own, type, location] = ["", 0, 0];
  let raw: Piece | null = null;
  const visit = async (field: WireField): Promise<void> => {
    const { number, isBytes, value } = field;
    if (number === 1) extents.push(...(await wire.varints(field, RANK)));
    else if (number === 2) type = value;
    else if (number === 8 && isBytes) own = checkedName(await wire.text(field, NAME_BYTES), label);
    else if (number === 9 && isBytes) raw = field;
    else if (number === 14) location = value;
    else if (number === 13 && isBytes && external.size < EXTERNAL_KEYS) {
      const [key, text] = await readPair(wire, field);
      external.set(key, text);
    } else if (dataFields.has(number)) addPiece(wire, pieces, field);
    if (extents.length > RANK) throw wire.wrong(field.start, `at most ${RANK} axes`, "more");
  };
  for await (const field of wire.fields(message.start, message.end)) await visit(field);
  const title = name ?? own;
  const where = `${label}: tensor ${JSON.stringify(title)}`;
  const known = onnxTypes.get(type);
  if (!known) throw wire.wrong(message.start, `a tensor of a data type from 1 to 26`, `type ${type}`);
  const isExternal = location === EXTERNAL;
  return {
    name: title,
    type: known,
    shape: checkedShape(extents, where),
    raw,
    packed: (known.field !== undefined && pieces.get(known.field)) || [],
    external: isExternal ? external : null,
  };
}

/** Pieces that follow each other, as numbers that are not packed do, are told apart by their tags. */
function addPiece(wire: WireFile, pieces: Map<number, Piece[]>, { number, start, end }: WireField): void {
  const own = pieces.get(number) ?? [];
  if (own.length === DATA_PIECES) {
    throw wire.wrong(start, `the numbers of a tensor in at most ${DATA_PIECES} pieces`, "more");
  }
  own.push({ start, end });
  pieces.set(number, own);
}

/** A StringStringEntryProto: key and value; "" for a text that is longer than any name. */
export async function readPair(wire: WireFile, message: Piece): Promise<[string, string]> {
  const pair = ["", ""];
  for await (const field of wire.fields(message.start, message.end)) {
    if (
      field.isBytes &&
      (field.number === 1 || field.number === 2) &&
      field.end - field.start <= NAME_BYTES
    ) {
      pair[field.number - 1] = await wire.text(field, NAME_BYTES);
    }
  }
  return pair as [string, string];
}
