import type { Dtype, PlainDtype } from "../tensor.ts";

/** How entries of one of torch's dtypes are stored. */
export interface TorchDtype {
  /** The name that the tensor gets. */
  readonly dtype: Dtype;
  /** Bytes of one entry. */
  readonly width: number;
  /** The numbers that are stored; null where they are none that is decoded, and `why` says so. */
  readonly plain: PlainDtype | null;
  readonly why?: string;
}

function plain(dtype: PlainDtype, width: number): TorchDtype {
  return { dtype, width, plain: dtype };
}

function undecoded(dtype: string, width: number, why: string): TorchDtype {
  return { dtype, width, plain: null, why };
}

const complex = "Entries are complex numbers, and spectra are of real matrices.";
const packed = "Several entries share a byte, and how is not documented.";
const untold = "Bits of which torch does not tell what they stand for.";
const rare = "An 8-bit format that is not decoded here.";

/**
 * Torch's dtypes by their names.
 *
 * @source PyTorch documentation, torch.dtype ("Tensor Attributes").
 */
export const torchDtypes: ReadonlyMap<string, TorchDtype> = new Map([
  ["float64", plain("F64", 8)],
  ["float32", plain("F32", 4)],
  ["float16", plain("F16", 2)],
  ["bfloat16", plain("BF16", 2)],
  ["float8_e4m3fn", plain("F8_E4M3", 1)],
  ["float8_e5m2", plain("F8_E5M2", 1)],
  ["float8_e4m3fnuz", undecoded("F8_E4M3FNUZ", 1, rare)],
  ["float8_e5m2fnuz", undecoded("F8_E5M2FNUZ", 1, rare)],
  ["float8_e8m0fnu", undecoded("F8_E8M0", 1, rare)],
  ["int64", plain("I64", 8)],
  ["int32", plain("I32", 4)],
  ["int16", plain("I16", 2)],
  ["int8", plain("I8", 1)],
  ["uint64", plain("U64", 8)],
  ["uint32", plain("U32", 4)],
  ["uint16", plain("U16", 2)],
  ["uint8", plain("U8", 1)],
  ["bool", plain("BOOL", 1)],
  ["complex32", undecoded("C32", 4, complex)],
  ["complex64", undecoded("C64", 8, complex)],
  ["complex128", undecoded("C128", 16, complex)],
  ["quint8", { dtype: "QU8", width: 1, plain: "U8" }],
  ["qint8", { dtype: "QI8", width: 1, plain: "I8" }],
  ["qint32", { dtype: "QI32", width: 4, plain: "I32" }],
  ["quint4x2", undecoded("QU4X2", 1, packed)],
  ["quint2x4", undecoded("QU2X4", 1, packed)],
  [
    "float4_e2m1fn_x2",
    undecoded("F4X2", 1, "Two entries share a byte, and their scales are stored elsewhere."),
  ],
  ["bits8", undecoded("BITS8", 1, untold)],
  ["bits16", undecoded("BITS16", 2, untold)],
]);

/**
 * The dtype of each class of storages; that of an untyped one is told by its tensors.
 *
 * @source PyTorch source, torch/storage.py, _dtype_to_storage_type_map.
 */
export const storageDtypes: ReadonlyMap<string, string | null> = new Map([
  ["DoubleStorage", "float64"],
  ["FloatStorage", "float32"],
  ["HalfStorage", "float16"],
  ["BFloat16Storage", "bfloat16"],
  ["LongStorage", "int64"],
  ["IntStorage", "int32"],
  ["ShortStorage", "int16"],
  ["CharStorage", "int8"],
  ["ByteStorage", "uint8"],
  ["BoolStorage", "bool"],
  ["ComplexFloatStorage", "complex64"],
  ["ComplexDoubleStorage", "complex128"],
  ["QUInt8Storage", "quint8"],
  ["QInt8Storage", "qint8"],
  ["QInt32Storage", "qint32"],
  ["QUInt4x2Storage", "quint4x2"],
  ["QUInt2x4Storage", "quint2x4"],
  ["UntypedStorage", null],
]);
