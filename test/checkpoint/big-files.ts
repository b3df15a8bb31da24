import { closeSync, ftruncateSync, openSync, readFileSync, writeSync } from "node:fs";
import { join as joinPath } from "node:path";
import { ggufOf, text as ggufText, u32, u64 } from "./gguf-files.ts";
import { external, initializer, onnxOf } from "./onnx-files.ts";
import { pickle, stateDict, torchLegacyOf } from "./torch-files.ts";
import { join, littleEndian, npyOf, safetensorsOf } from "./written-files.ts";

/** Files of gigabytes that take no room on the disk: their entries are holes, but for the last one, which is 7. */

/** Bytes, or how many zeros. */
type Piece = Uint8Array | number;

export interface BigFile {
  readonly format: string;
  readonly title: string;
  /** Of the tensor "big.weight", float32. */
  readonly shape: readonly [number, number];
  /** What the library that reads it takes by itself, in MB. */
  readonly libraryMegabytes?: number;
  /** The files' pieces; the entry first. The tensor "small.weight" has six entries from -3 on, in quarters. */
  files(shape: readonly [number, number]): Promise<ReadonlyMap<string, readonly Piece[]>>;
}

const small = {
  name: "small.weight",
  shape: [2, 3],
  data: Float32Array.of(-3, -2.75, -2.5, -2.25, -2, -1.75),
};
const smallBytes = new Uint8Array(small.data.buffer);
const seven = new Uint8Array(Float32Array.of(7).buffer);

/** Entries of the big tensor. */
const entries = (shape: readonly number[]): Piece[] => [bytesOf(shape) - 4, seven];
const bytesOf = (shape: readonly number[]) => 4 * shape.reduce((a, b) => a * b, 1);
const sizeOf = (pieces: readonly Piece[]) =>
  pieces.reduce<number>((sum, piece) => sum + (typeof piece === "number" ? piece : piece.length), 0);

/** Writes the files of a big model; returns the path of the one to open. */
export async function writeBigFile(big: BigFile, folder: string): Promise<string> {
  const files = await big.files(big.shape);
  for (const [name, pieces] of files) {
    const file = openSync(joinPath(folder, name), "w");
    let position = 0;
    for (const piece of pieces) {
      if (typeof piece !== "number") writeSync(file, piece, 0, piece.length, position);
      position += typeof piece === "number" ? piece : piece.length;
    }
    ftruncateSync(file, position);
    closeSync(file);
  }
  return joinPath(folder, [...files.keys()][0]!);
}

const one = (name: string, pieces: readonly Piece[]) => new Map([[name, pieces]]);

const npyPieces = (shape: readonly number[]): Piece[] => [
  npyOf(`{'descr': '<f4', 'fortran_order': False, 'shape': (${shape.join(", ")}), }`, new Uint8Array(0)),
  ...entries(shape),
];

/** The dict of both tensors, without their entries. */
const both = (shape: readonly [number, number], ...rest: null[]) =>
  stateDict(
    [{ name: "big.weight", shape, data: { length: bytesOf(shape) / 4 } as Float32Array }, small],
    "FloatStorage",
    ...rest,
  );

/** Of `scripts/fixtures/keras_cases.py`. */
const hdf5Case = "../../data/checkpoint-cases/keras/plain.h5";

const MAX_32 = 0xffff_ffff;
const u16 = (value: number) => littleEndian(value).slice(0, 2);

/** An archive of stored members without check sums, with zip64 where 32 bits do not count far enough. */
function zipPieces(members: ReadonlyMap<string, readonly Piece[]>): Piece[] {
  const pieces: Piece[] = [];
  const directory: Uint8Array[] = [];
  for (const [name, data] of members) {
    const [size, offset] = [sizeOf(data), sizeOf(pieces)];
    const isLong = size >= MAX_32 || offset >= MAX_32;
    const [shownSize, shownOffset] = isLong ? [MAX_32, MAX_32] : [size, offset];
    const common = join(
      u16(isLong ? 45 : 20),
      u16(0),
      u16(0),
      u32(0),
      u32(0),
      u32(shownSize),
      u32(shownSize),
    );
    const here = isLong ? join(u16(1), u16(16), u64(size), u64(size)) : new Uint8Array(0);
    const there = isLong ? join(u16(1), u16(24), u64(size), u64(size), u64(offset)) : here;
    pieces.push(join("PK\x03\x04", common, u16(name.length), u16(here.length), name, here), ...data);
    directory.push(
      join("PK\x01\x02", u16(45), common, u16(name.length), u16(there.length), new Uint8Array(10)),
      join(u32(shownOffset), name, there),
    );
  }
  const [start, length, count] = [sizeOf(pieces), sizeOf(directory), members.size];
  const end64 = join(
    ...[
      "PK\x06\x06",
      u64(44),
      u16(45),
      u16(45),
      u32(0),
      u32(0),
      u64(count),
      u64(count),
      u64(length),
      u64(start),
    ],
    ...["PK\x06\x07", u32(0), u64(start + length), u32(1)],
  );
  const isLong = start >= MAX_32;
  const end = join(
    "PK\x05\x06",
    u32(0),
    u16(count),
    u16(count),
    u32(length),
    u32(Math.min(start, MAX_32)),
    u16(0),
  );
  return [...pieces, ...directory, ...(isLong ? [end64] : []), end];
}

const torchZipPieces = (shape: readonly [number, number]) =>
  zipPieces(
    new Map<string, readonly Piece[]>([
      ["archive/data.pkl", [pickle(both(shape))]],
      ["archive/data/0", entries(shape)],
      ["archive/data/1", [smallBytes]],
      ["archive/version", [join("3\n")]],
    ]),
  );

/** An HDF5 file of h5py's, whose second dataset is given more entries, which are put behind all else. */
function hdf5Pieces(shape: readonly number[]): Piece[] {
  const bytes = Buffer.from(readFileSync(new URL(hdf5Case, import.meta.url)));
  const replace = (from: Uint8Array, to: Uint8Array) => {
    const at = bytes.indexOf(from);
    if (at < 0) throw new Error(`${hdf5Case} is not laid out as this writer expects`);
    bytes.set(to, at);
    return at;
  };
  const at = replace(u64(bytesOf([11, 13])), u64(bytesOf(shape)));
  bytes.set(u64(bytes.length), at - 8); // the place of the entries stands before their length
  const [few, many] = [join(u64(11), u64(13)), join(...shape.map(u64))];
  replace(few, many);
  replace(few, many); // the most that the dataset may grow to
  bytes.set(u64(bytes.length + bytesOf(shape)), 40); // the file's end, in a superblock of version 0
  return [bytes, ...entries(shape)];
}

const f32 = (shape: readonly number[], begin: number) => ({
  dtype: "F32",
  shape,
  data_offsets: [begin, begin + bytesOf(shape)],
});

/** A big file of every format that has its tensors in one file or beside it. */
export const bigFiles: readonly BigFile[] = [
  {
    format: "safetensors",
    title: "3 GB",
    shape: [30_000, 25_000],
    async files(shape) {
      const header = { "big.weight": f32(shape, 0), "small.weight": f32([2, 3], bytesOf(shape)) };
      return one("model.safetensors", [safetensorsOf(header, 0), ...entries(shape), smallBytes]);
    },
  },
  {
    format: "pytorch-zip",
    title: "2 GB",
    shape: [20_000, 26_000],
    files: async (shape) => one("model.pt", torchZipPieces(shape)),
  },
  {
    format: "pytorch-zip",
    title: "5 GB, zip64",
    shape: [50_000, 25_000],
    files: async (shape) => one("model.pt", torchZipPieces(shape)),
  },
  {
    format: "pytorch-legacy",
    title: "3 GB",
    shape: [30_000, 25_000],
    async files(shape) {
      // Storages in the file's order of keys: the big one comes last.
      const storages = new Map<string, [number, Uint8Array]>([
        ["1", [6, smallBytes]],
        ["0", [bytesOf(shape) / 4, new Uint8Array(0)]],
      ]);
      return one("model.pth", [torchLegacyOf(both(shape, null), storages), ...entries(shape)]);
    },
  },
  {
    format: "npy",
    title: "3 GB",
    shape: [30_000, 25_000],
    files: async (shape) => one("big.weight.npy", npyPieces(shape)),
  },
  {
    format: "npz",
    title: "5 GB, zip64",
    shape: [50_000, 25_000],
    async files(shape) {
      const smallNpy = npyOf("{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }", smallBytes);
      const members = new Map<string, readonly Piece[]>([["big.weight.npy", npyPieces(shape)]]);
      return one("model.npz", zipPieces(members.set("small.weight.npy", [smallNpy])));
    },
  },
  {
    format: "keras-h5",
    title: "4 GB",
    libraryMegabytes: 50,
    shape: [40_000, 26_000],
    files: async (shape) => one("model.h5", hdf5Pieces(shape)),
  },
  {
    format: "keras-v3",
    title: "4 GB",
    libraryMegabytes: 50,
    shape: [40_000, 26_000],
    async files(shape) {
      const members = new Map<string, readonly Piece[]>([["metadata.json", [join("{}")]]]);
      return one("model.keras", zipPieces(members.set("model.weights.h5", hdf5Pieces(shape))));
    },
  },
  {
    format: "gguf",
    title: "5 GB",
    shape: [50_000, 25_000],
    async files(shape) {
      const infos = [
        { name: "big.weight", extents: [...shape].reverse(), type: 0, offset: 32 },
        { name: "small.weight", extents: [3, 2], type: 0, offset: 0 },
      ];
      const start = ggufOf(infos, new Uint8Array(0), [join(ggufText("a"), u32(8), ggufText("b"))]);
      return one("model.gguf", [start, smallBytes, 8, ...entries(shape)]);
    },
  },
  {
    format: "onnx",
    title: "5 GB beside it",
    shape: [50_000, 25_000],
    async files(shape) {
      const [location, length] = ["model.onnx.data", bytesOf(shape)];
      const model = onnxOf(
        initializer("big.weight", shape, external({ location, offset: "0", length: `${length}` })),
        initializer("small.weight", [2, 3], external({ location, offset: `${length}`, length: "24" })),
      );
      return new Map([
        ["model.onnx", [model]],
        [location, [...entries(shape), smallBytes]],
      ]);
    },
  },
  {
    format: "flax-msgpack",
    title: "3 GB",
    shape: [30_000, 25_000],
    async files(shape) {
      const be32 = (value: number) => u32(value).reverse();
      // An extension of type 1 around [shape, dtype, bytes]; lengths of 32 bits.
      const array = (extents: readonly number[]) => {
        const lists = extents.map((extent) => join("\xce", be32(extent)));
        const inner = join("\x93\x92", ...lists, "\xa7float32\xc6", be32(bytesOf(extents)));
        return join("\xc9", be32(inner.length + bytesOf(extents)), "\x01", inner);
      };
      const start = join("\x82\xacsmall.weight", array([2, 3]), smallBytes, "\xaabig.weight", array(shape));
      return one("model.msgpack", [start, ...entries(shape)]);
    },
  },
];
