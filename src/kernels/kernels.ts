import { binary as plain } from "./generated/plain.ts";
import { binary as relaxed } from "./generated/relaxed.ts";
import { kernelModules } from "./kernel-modules.ts";

/** Addresses are bytes in the kernels' memory, counts are entries; see `assembly/` for each. */
export interface Kernels {
  readonly memory: WebAssembly.Memory;
  multiplyBlock(
    block: number,
    rows: number,
    columns: number,
    stride: number,
    count: number,
    firstRow: number,
    firstColumn: number,
    endColumn: number,
    isDiagonal: number,
  ): void;
  multiplyPairedBlock(
    block: number,
    rows: number,
    columns: number,
    stride: number,
    count: number,
    firstRow: number,
    firstColumn: number,
    isDiagonal: number,
    rowStarts: number,
    columnStarts: number,
    step: number,
  ): void;
  largestOverMean(sizes: number, count: number): number;
  pairPanels(
    from: number,
    to: number,
    stride: number,
    panels: number,
    count: number,
    starts: number,
    sizes: number,
  ): void;
  packRowsF32(from: number, count: number, width: number, to: number, stride: number, inverse: number): void;
  packRowsF64(from: number, count: number, width: number, to: number, stride: number, inverse: number): void;
  packColumnsF32(
    from: number,
    count: number,
    pitch: number,
    height: number,
    to: number,
    stride: number,
    inverse: number,
  ): void;
  packColumnsF64(
    from: number,
    count: number,
    pitch: number,
    height: number,
    to: number,
    stride: number,
    inverse: number,
  ): void;
  packShortTo(
    panels: number,
    panelStride: number,
    factors: number,
    factorStride: number,
    counts: number,
    rests: number,
    capacity: number,
    squares: number,
  ): void;
  packShortRows(
    from: number,
    count: number,
    whole: number,
    width: number,
    first: number,
    end: number,
    scale: number,
  ): void;
  packShortColumns(
    from: number,
    count: number,
    whole: number,
    height: number,
    first: number,
    end: number,
    scale: number,
  ): void;
  addShortProduct(
    block: number,
    row: number,
    column: number,
    count: number,
    step: number,
    scratch: number,
  ): void;

  takePanel(
    matrix: number,
    first: number,
    width: number,
    start: number,
    end: number,
    to: number,
    pitch: number,
  ): void;
  factorPanel(panel: number, pitch: number, width: number, start: number, end: number, taus: number): void;
  spreadReflectors(
    panel: number,
    pitch: number,
    width: number,
    start: number,
    end: number,
    taus: number,
    v: number,
    padded: number,
  ): void;
  halfTriangleProduct(t: number, s: number, m: number, width: number): void;
  makeTriangle(taus: number, s: number, t: number, width: number): void;
  multiplyTransposed(
    a: number,
    b: number,
    padded: number,
    width: number,
    start: number,
    end: number,
    s: number,
    tile: number,
    first: number,
    last: number,
    isSymmetric: number,
  ): void;
  multiplySmall(
    a: number,
    m: number,
    y: number,
    padded: number,
    width: number,
    first: number,
    last: number,
    isUpper: number,
    adds: number,
  ): void;
  multiplySymmetric(
    matrix: number,
    firstTile: number,
    tiles: number,
    start: number,
    v: number,
    y: number,
    padded: number,
    width: number,
    blocks: number,
  ): void;
  packUpdate(
    x: number,
    v: number,
    padded: number,
    width: number,
    tile: number,
    left: number,
    right: number,
  ): void;
  keepBand(
    matrix: number,
    first: number,
    width: number,
    order: number,
    panel: number,
    pitch: number,
    band: number,
  ): void;
  fourTridiagonals(d: number, e: number, order: number): number;
  keepLane(from: number, order: number, lane: number): void;
  takeLane(lane: number, order: number, to: number): void;
  noiseTridiagonal(
    state: number,
    first: number,
    larger: number,
    smaller: number,
    diagonal: number,
    squares: number,
  ): void;
  tridiagonal(d: number, e: number, order: number, floor: number): number;
  beginSweep(band: number, width: number, s: number, sweep: number): void;
  chase(band: number, order: number, width: number, steps: number, sweep: number): number;
}

/** "relaxed" fuses multiplications and additions, which changes last bits; "plain" runs wherever SIMD does. */
export type KernelVariant = "plain" | "relaxed";

const modules = kernelModules({
  plain,
  relaxed,
});

/** Whether this machine runs a variant. */
export function runsVariant(variant: KernelVariant): boolean {
  if (typeof WebAssembly === "undefined") return false;
  return modules.runs(variant);
}

/** The fastest variant that this machine runs; null when it has no WebAssembly SIMD. */
export function bestVariant(): KernelVariant | null {
  for (const variant of ["relaxed", "plain"] as const) if (runsVariant(variant)) return variant;
  return null;
}

/** The binary of a variant, in base64: with the package's version it settles the bits of what it computes. */
export function kernelBuild(variant: KernelVariant): string {
  return variant === "plain" ? plain : relaxed;
}

/** A variant's modules, as threads can send them to each other. */
export type CompiledKernels = ReadonlyMap<string, WebAssembly.Module>;

/** The modules of a variant, for other threads to {@link adoptKernels}: what one has optimised, all run. */
export function compileKernels(variant: KernelVariant): CompiledKernels {
  const names = [variant, `${variant}-shared`] as const;
  return new Map(names.map((name) => [name, modules.moduleOf(name)]));
}

/** Takes modules that another thread compiled. */
export function adoptKernels(compiled: CompiledKernels): void {
  modules.adopt(compiled);
}

/** Bytes of a page of WebAssembly memory. */
const pageBytes = 65536;
/** Largest memory that 32-bit addresses reach, in pages; a shared memory must declare it. */
const mostPages = 65536;
/** An instance is kept for the next matrix up to this size: beyond it, memory is worth more than time. */
const keptBytes = 64 * 1024 * 1024;
const kept = new Map<KernelVariant, Kernels>();

/**
 * The kernels, with a memory that holds at least `bytes`; what is in it is left over from earlier use.
 *
 * @param variant - one that this machine runs.
 * @param bytes - up to 4 GiB.
 * @throws {RangeError} If there is no such memory to be had.
 */
export function kernelsWithMemory(variant: KernelVariant, bytes: number): Kernels {
  const known = kept.get(variant);
  if (known && known.memory.buffer.byteLength >= bytes) return known;
  const kernels = modules.instantiate<Kernels>(
    variant,
    new WebAssembly.Memory({ initial: Math.ceil(bytes / pageBytes) }),
  );
  if (bytes <= keptBytes) kept.set(variant, kernels);
  return kernels;
}

/** A memory that the threads of a team share, taken for one matrix. */
export interface SharedMemory {
  readonly memory: WebAssembly.Memory;
  /** Tells a thread that it has had this memory before: what it is sent is another object each time. */
  readonly id: number;
}

const freeShared: SharedMemory[] = [];
let nextSharedId = 0;

/**
 * Takes a memory for {@link kernelsOnMemory}, with at least `bytes`; give it back with {@link releaseSharedMemory}.
 *
 * Used again and again: a shared memory is freed only when each of its threads has collected its garbage.
 */
export function takeSharedMemory(bytes: number): SharedMemory {
  const fitting = freeShared.findIndex(({ memory }) => memory.buffer.byteLength >= bytes);
  const taken = fitting >= 0 ? freeShared.splice(fitting, 1)[0] : undefined;
  if (taken) return taken;
  const initial = Math.ceil(bytes / pageBytes);
  return {
    memory: new WebAssembly.Memory({ initial, maximum: mostPages, shared: true }),
    id: nextSharedId++,
  };
}

/** Gives back a memory that no thread uses any more; large ones are let go. */
export function releaseSharedMemory(shared: SharedMemory): void {
  if (shared.memory.buffer.byteLength <= keptBytes) freeShared.push(shared);
}

let onShared: { readonly id: number; readonly variant: KernelVariant; readonly kernels: Kernels } | null =
  null;

/** The kernels of one thread of a team, on the memory that the team shares. */
export function kernelsOnMemory(variant: KernelVariant, { memory, id }: SharedMemory): Kernels {
  if (onShared?.id === id && onShared.variant === variant) return onShared.kernels;
  const kernels = modules.instantiate<Kernels>(`${variant}-shared`, memory);
  onShared = { id, variant, kernels };
  return kernels;
}
