import { OutOfMemoryError } from "../backend.ts";
import { FreeList } from "./free-list.ts";

/** Bytes of a page of WebAssembly memory, and the most pages that 32-bit addresses reach. */
const pageBytes = 65536;
const mostPages = 65536;

/** One WebAssembly memory in which a backend keeps everything. */
export interface WasmMemory {
  readonly memory: WebAssembly.Memory;
  /**
   * Takes an area of zeros.
   *
   * @returns its address, a multiple of 64.
   * @throws {OutOfMemoryError} If the memory can't grow so far.
   */
  take(bytes: number): number;
  give(address: number): void;
  /** Entries at an address; to be used at once, since a memory that grows moves. */
  float32(address: number, count: number): Float32Array;
  int32(address: number, count: number): Int32Array;
}

/** @param shared - whether threads share it. */
export function wasmMemory(shared: boolean): WasmMemory {
  const memory = new WebAssembly.Memory({ initial: 16, maximum: mostPages, shared });
  // The first page is the kernels' own.
  const free = new FreeList(pageBytes);
  let clean = pageBytes;
  return {
    memory,
    take(bytes) {
      const address = free.take(bytes);
      try {
        growTo(memory, free.end);
      } catch (error) {
        free.give(address);
        throw error;
      }
      // Memory comes as zeros; what was used before does not.
      const used = Math.min(address + bytes, clean) - address;
      if (used > 0) new Uint8Array(memory.buffer, address, used).fill(0);
      clean = Math.max(clean, address + bytes);
      return address;
    },
    give: (address) => free.give(address),
    float32: (address, count) => new Float32Array(memory.buffer, address, count),
    int32: (address, count) => new Int32Array(memory.buffer, address, count),
  };
}

/** The last page stays free: no address after an array wraps around. */
function growTo(memory: WebAssembly.Memory, bytes: number): void {
  const have = memory.buffer.byteLength / pageBytes;
  const needed = Math.ceil(bytes / pageBytes);
  if (needed <= have) return;
  const gigabytes = (bytes / 2 ** 30).toFixed(1);
  if (needed >= mostPages) {
    throw new OutOfMemoryError(
      `${gigabytes} GiB are needed, and a WebAssembly memory has 4 GiB at most: make the batch or the model smaller`,
    );
  }
  try {
    // An eighth more than needed: growing takes long.
    memory.grow(Math.max(needed, Math.min(mostPages - 1, Math.ceil(have * 1.125))) - have);
  } catch {
    throw new OutOfMemoryError(`${gigabytes} GiB of memory are needed, and this machine doesn't give them`);
  }
}
