import type { PlainDtype } from "../tensor.ts";

/** How one of ONNX's element types is stored. */
export interface OnnxType {
  /** Its dtype here, or what it is called where its entries aren't decoded. */
  readonly name: string;
  readonly plain?: PlainDtype;
  /** Bits of an entry in `raw_data`; null where there is no such. */
  readonly bits: number | null;
  /** The field of TensorProto that has its entries where `raw_data` has not. */
  readonly field?: number;
  /** How that field's numbers are written: as varints, or as they are in memory. */
  readonly isVarint?: boolean;
  /** What each code of 4 bits stands for, where entries have as many. */
  readonly nibbles?: readonly number[];
}

export const FLOAT_DATA = 4;
export const INT32_DATA = 5;
export const INT64_DATA = 7;
export const DOUBLE_DATA = 10;
export const UINT64_DATA = 11;

const fixed = (plain: PlainDtype, bits: number, field: number): OnnxType => ({
  ...{ name: plain, plain, bits, field, isVarint: false },
});

const varint = (plain: PlainDtype, bits: number, field = INT32_DATA): OnnxType => ({
  ...{ name: plain, plain, bits, field, isVarint: true },
});

const nibble = (name: string, nibbles: readonly number[]): OnnxType => ({
  ...{ name, bits: 4, field: INT32_DATA, nibbles },
});

const codes = Array.from({ length: 16 }, (_, code) => code);
/** A sign, two bits of exponent, one of fraction. */
const e2m1 = [0, 0.5, 1, 1.5, 2, 3, 4, 6];

const listed = (name: string, bits: number | null): OnnxType => ({ name, bits });

/**
 * Element types by their numbers in the file.
 *
 * @source onnx/onnx.proto, TensorProto.DataType and the comments of its data fields; of F4, OCP Microscaling Formats
 *   (MX) 1.0, 2023, table 5.
 */
export const onnxTypes: ReadonlyMap<number, OnnxType> = new Map([
  [1, fixed("F32", 32, FLOAT_DATA)],
  [2, varint("U8", 8)],
  [3, varint("I8", 8)],
  [4, varint("U16", 16)],
  [5, varint("I16", 16)],
  [6, varint("I32", 32)],
  [7, varint("I64", 64, INT64_DATA)],
  [8, listed("STRING", null)],
  [9, varint("BOOL", 8)],
  [10, varint("F16", 16)],
  [11, fixed("F64", 64, DOUBLE_DATA)],
  [12, varint("U32", 32, UINT64_DATA)],
  [13, varint("U64", 64, UINT64_DATA)],
  [14, listed("C64", 64)],
  [15, listed("C128", 128)],
  [16, varint("BF16", 16)],
  [17, varint("F8_E4M3", 8)],
  [18, listed("F8_E4M3FNUZ", 8)],
  [19, varint("F8_E5M2", 8)],
  [20, listed("F8_E5M2FNUZ", 8)],
  [21, nibble("U4", codes)],
  [
    22,
    nibble(
      "I4",
      codes.map((code) => (code < 8 ? code : code - 16)),
    ),
  ],
  [23, nibble("F4", [...e2m1, ...e2m1.map((value) => -value)])],
  [24, listed("F8_E8M0", 8)],
  [25, listed("U2", 2)],
  [26, listed("I2", 2)],
]);
