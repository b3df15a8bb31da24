import { ConvergenceError, UsageError } from "../errors.ts";
import type { Matrix } from "../linalg/matrix.ts";

/** Vectors of the long side that are summed by themselves: rounding errors that are all alike grow with their number. */
const blockLength = 256;
/** Side of a square that is transposed at once, within the first-level cache. */
const tile = 32;

/** A BLAS with a LAPACK, loaded into this process. */
export interface NativeLapack {
  /** What it is and where it was found: "OpenBLAS 0.3.21 ... from libopenblas.so.0". */
  readonly description: string;
  readonly dsyrk: NativeFunction;
  readonly dsyevd: NativeFunction;
}

type NativeFunction = (...args: unknown[]) => unknown;
type Koffi = typeof import("koffi").default;
type Library = ReturnType<Koffi["load"]>;

/** Where a machine keeps its libraries; the files of one line belong together. */
const candidates: readonly (readonly string[])[] = [
  ["libopenblas.so.0"],
  ["libopenblas.so"],
  ["liblapack.so.3", "libblas.so.3"],
];
const macCandidates = [["/System/Library/Frameworks/Accelerate.framework/Accelerate"]];

const loaded = new Map<string | undefined, Promise<NativeLapack>>();

/**
 * Finds the system's BLAS and LAPACK and loads them through koffi, once.
 *
 * On Linux OpenBLAS, then whatever `liblapack.so.3` and `libblas.so.3` are; on macOS Accelerate. The library runs as
 * many threads as it likes, usually one a core: `OPENBLAS_NUM_THREADS`, `OMP_NUM_THREADS` or
 * `VECLIB_MAXIMUM_THREADS`, set before Node starts, say otherwise. Its integers may have 32 or 64 bits.
 *
 * @param path - one library that holds both, instead of those.
 * @throws {UsageError} If koffi or such a library is missing, with the command that installs it.
 */
export function loadNativeLapack(path?: string): Promise<NativeLapack> {
  let known = loaded.get(path);
  if (!known) {
    known = find(path);
    loaded.set(path, known);
    known.catch(() => loaded.delete(path)); // it may be installed meanwhile
  }
  return known;
}

async function find(path: string | undefined): Promise<NativeLapack> {
  const koffi = await importKoffi();
  const isMac = process.platform === "darwin";
  const tried: string[] = [];
  for (const files of path === undefined ? (isMac ? macCandidates : candidates) : [[path]]) {
    try {
      return open(koffi, files);
    } catch (error) {
      tried.push(`  ${files.join(" + ")}: ${error instanceof Error ? error.message : error}`);
    }
  }
  const advice =
    path === undefined
      ? isMac
        ? "install one: brew install openblas, and give the path of its libopenblas.dylib"
        : "install OpenBLAS: sudo apt-get install libopenblas0 (other systems: the package openblas)"
      : "give the path of a shared library with both, or none to search the system's";
  throw new UsageError(
    `the native engine needs a BLAS and LAPACK library, found none; ${advice}\n${tried.join("\n")}`,
  );
}

async function importKoffi(): Promise<Koffi> {
  try {
    return (await import("koffi")).default;
  } catch (cause) {
    const isMissing = (cause as { code?: unknown }).code === "ERR_MODULE_NOT_FOUND";
    const state = isMissing ? "is not installed" : `does not load (${(cause as Error).message})`;
    throw new UsageError(`the native engine needs koffi, which ${state}: npm install koffi`, { cause });
  }
}

function open(koffi: Koffi, files: readonly string[]): NativeLapack {
  const libraries = files.map((file) => koffi.load(file));
  // Fortran passes everything by reference, and lengths of texts unseen at the end.
  const lengths = ["size_t", "size_t"];
  const dsyrk = symbol(libraries, "dsyrk", ["str", "str", ...Array(8).fill("void *"), ...lengths]);
  const dsyevd = symbol(libraries, "dsyevd", ["str", "str", ...Array(9).fill("void *"), ...lengths]);
  return { description: `${describe(libraries)} from ${files.join(" + ")}`, dsyrk, dsyevd };
}

/** A routine under its Fortran name, with an underscore or without. */
function symbol(libraries: readonly Library[], name: string, parameters: string[]): NativeFunction {
  for (const library of libraries) {
    for (const spelling of [`${name}_`, name]) {
      try {
        return library.func(spelling, "void", parameters);
      } catch {}
    }
  }
  throw new Error(`it has no ${name}`);
}

/** What the library says of itself; OpenBLAS does. */
function describe(libraries: readonly Library[]): string {
  try {
    return String(libraries[0]!.func("openblas_get_config", "str", [])());
  } catch {
    return "BLAS and LAPACK";
  }
}

/** An integer argument: its first half is the same number where the library's have 32 bits. */
function integer(value: number): BigInt64Array {
  return BigInt64Array.of(BigInt(value));
}

/**
 * Eigenvalues of the Gram matrix of the smaller side of W, ascending, in units of `unit` squared.
 *
 * Gram matrix in float64 by `dsyrk`, a block of the long side at a time, eigenvalues by `dsyevd` without vectors; the
 * same bits for W and its transpose. Memory: float64 of `n^2` and of one block, n the smaller side.
 *
 * @param matrix - W, any shape with at least one entry, all finite.
 * @param unit - a power of two near the largest entry.
 * @throws {ConvergenceError} If the library reports that its iteration failed.
 * @source Anderson et al. 1999, LAPACK Users' Guide, section 2.4.4 (xSYEVD).
 */
export function nativeGramEigenvalues(
  { description, dsyrk, dsyevd }: NativeLapack,
  matrix: Matrix,
  unit: number,
): Float64Array {
  const order = Math.min(matrix.rows, matrix.columns);
  const length = Math.max(matrix.rows, matrix.columns);
  const n = integer(order);
  const one = Float64Array.of(1);
  const block = new Float64Array(Math.min(length, blockLength) * order);
  const gram = new Float64Array(order * order);
  for (let start = 0; start < length; start += blockLength) {
    const count = Math.min(blockLength, length - start);
    pack(matrix, start, count, 1 / unit, block);
    // To Fortran, which stores by columns, the block is [count, n]; the reference BLAS then sums it before it adds it.
    dsyrk("L", "T", n, integer(count), one, block, integer(count), one, gram, n, 1, 1);
  }
  const eigenvalues = new Float64Array(order);
  const info = integer(0);
  const work = new Float64Array(1);
  const integers = integer(0);
  const ask = integer(-1);
  dsyevd("N", "L", n, gram, n, eigenvalues, work, ask, integers, ask, info, 1, 1);
  const size = Math.max(work[0]!, 2 * order + 1);
  const integerCount = Math.max(1, Number(BigInt.asIntN(32, integers[0]!)));
  dsyevd(
    "N",
    "L",
    n,
    gram,
    n,
    eigenvalues,
    new Float64Array(size),
    integer(size),
    new BigInt64Array(integerCount),
    integer(integerCount),
    info,
    1,
    1,
  );
  const failure = Number(BigInt.asIntN(32, info[0]!));
  if (failure !== 0) {
    throw new ConvergenceError(`dsyevd of order ${order} ended with info ${failure} in ${description}`);
  }
  return eigenvalues;
}

/** Entries `start` to `start + count` of the long side for each of the n of the smaller: `[n, count]`, times `inverse`. */
function pack(
  { rows, columns, data }: Matrix,
  start: number,
  count: number,
  inverse: number,
  to: Float64Array,
): void {
  if (rows < columns) {
    for (let i = 0; i < rows; i++) {
      const from = i * columns + start;
      for (let k = 0; k < count; k++) to[i * count + k] = data[from + k]! * inverse;
    }
    return;
  }
  for (let first = 0; first < columns; first += tile) {
    const last = Math.min(columns, first + tile);
    for (let k = 0; k < count; k++) {
      const from = (start + k) * columns;
      for (let i = first; i < last; i++) to[i * count + k] = data[from + i]! * inverse;
    }
  }
}
