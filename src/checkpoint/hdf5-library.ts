import type * as H5wasm from "h5wasm";
import { CheckpointFormatError, UnreadableInputError } from "../errors.ts";
import { isNode } from "../kernels/thread.ts";
import type { ByteSource } from "./byte-source.ts";
import { DISK_ERROR, type Hdf5Reads } from "./hdf5-reads.ts";

/** The HDF5 library as h5wasm gives it. */
export type Hdf5Library = Awaited<typeof H5wasm.ready>;

/** What h5wasm's own types leave out of its file system. */
interface Internals {
  readonly streams: { stream_ops: object }[];
  createFile(folder: string, name: string, properties: object, canRead: boolean, canWrite: boolean): FileNode;
  unlink(path: string): void;
  readonly ErrnoError: new (errno: number) => Error;
}

interface FileNode {
  usedBytes: number;
  stream_ops: { readonly llseek: unknown };
}

const STDERR = 2;

/** Instances that are made, at most: each keeps some 20 MB, since what was imported is never forgotten. */
const MOST_INSTANCES = 8;
/** Instances that are made for no more than the suspicion that a damaged file left damage in the last one. */
const SUSPECTED_INSTANCES = 4;

let loading: Promise<Hdf5Library> | null = null;
let instances = 0;
/** Instances whose own memory a damaged file broke: nothing that they hold is to be trusted. */
const broken = new WeakSet<Hdf5Library>();
/** Instances that met a damaged file. */
const suspected = new WeakSet<Hdf5Library>();
/** What the library said of its errors since this was last emptied. */
let talk = "";
let opened = 0;

/**
 * Loads h5wasm: HDF5 compiled to WebAssembly, whose only file system is the one in its memory, so that no
 * file can name another of this machine (as external storage and external links of HDF5 do).
 *
 * @throws {UnreadableInputError} If the package is not there.
 */
export async function hdf5Library(source: ByteSource): Promise<Hdf5Library> {
  try {
    const current = loading;
    const last = await current;
    if (current !== loading) return await hdf5Library(source);
    if (!last) loading = newInstance();
    else if (isBroken(last)) loading = instances < MOST_INSTANCES ? newInstance() : loading;
    // Where no other can be made, in a browser, the last one goes on.
    else if (suspected.has(last) && instances < SUSPECTED_INSTANCES)
      loading = newInstance().catch(() => last);
    return (await loading)!;
  } catch (cause) {
    loading = null;
    const advice = isNode
      ? "Run npm install h5wasm."
      : "On a page without it, read the file by the command, or convert it to safetensors.";
    throw new UnreadableInputError(
      `${source.label} is HDF5, which is read by the package h5wasm: it cannot be loaded. ${advice}`,
      { cause },
    );
  }
}

/** Whether a damaged file broke an instance: nothing of it is to be called then. */
export function isBroken(library: Hdf5Library): boolean {
  return broken.has(library);
}

async function newInstance(): Promise<Hdf5Library> {
  const { ready } = await importAnew(instances);
  const library = await ready;
  instances++;
  const { streams } = internals(library);
  streams[STDERR]!.stream_ops = { ...streams[STDERR]!.stream_ops, write: listen };
  return library;
}

/** The package makes one instance when it is imported, so that another one needs another address of it. */
function importAnew(time: number): Promise<typeof H5wasm> {
  if (time === 0) return import("h5wasm");
  return import(/* @vite-ignore */ `${import.meta.resolve("h5wasm")}?again=${time}`);
}

/** Takes what the library writes to its standard error. */
function listen(_stream: unknown, buffer: Uint8Array, offset: number, length: number): number {
  talk += new TextDecoder().decode(buffer.slice(offset, offset + length));
  return length;
}

/**
 * Shows a file to the library.
 *
 * @returns its path there, and what takes it away again.
 */
export function showFile(library: Hdf5Library, reads: Hdf5Reads): { path: string; hide: () => void } {
  const files = internals(library);
  const name = `checkpoint-${opened++}`;
  const node = files.createFile("/", name, {}, true, false);
  node.usedBytes = reads.size;
  const read = (_stream: unknown, buffer: Uint8Array, offset: number, length: number, position: number) => {
    const count = reads.copy(buffer, offset, length, position);
    if (count === null) throw new files.ErrnoError(DISK_ERROR);
    return count;
  };
  node.stream_ops = { llseek: node.stream_ops.llseek, read } as FileNode["stream_ops"];
  return { path: `/${name}`, hide: () => files.unlink(`/${name}`) };
}

/**
 * Runs one operation of the library until all bytes that it needs are there: what it asks for and does not
 * have looks like an error of the disk to it, is fetched, and the operation runs again.
 *
 * @param what - what is read, for the message: "the group /layers".
 * @throws {CheckpointFormatError} If the library reports any error besides.
 */
export async function whenRead<T>(
  library: Hdf5Library,
  reads: Hdf5Reads,
  what: string,
  operation: () => T,
): Promise<T> {
  for (;;) {
    if (isBroken(library)) {
      throw new UnreadableInputError(
        `${reads.label}: a damaged file broke the HDF5 library. Open this one again, or run again without that one.`,
      );
    }
    talk = "";
    let result: { readonly value: T } | null = null;
    let fault: unknown = null;
    try {
      result = { value: operation() };
    } catch (error) {
      fault = error;
    }
    const said = talk;
    talk = "";
    if (await reads.fetchMissing()) continue;
    if (result && said === "") return result.value;
    suspected.add(library);
    if (fault instanceof WebAssembly.RuntimeError) broken.add(library);
    const reason = lastReason(said) ?? (fault instanceof Error ? fault.message : String(fault));
    throw new CheckpointFormatError(
      `${reads.label}: expected HDF5 with ${what}, got "${reason.slice(0, 200)}". ` +
        "The file is damaged: download or save it again.",
      fault === null ? undefined : { cause: fault },
    );
  }
}

/** The innermost reason of an error stack of HDF5. */
function lastReason(said: string): string | null {
  return [...said.matchAll(/ in \w+\(\): (.*)/g)].at(-1)?.[1] ?? null;
}

function internals(library: Hdf5Library): Internals {
  return library.FS as unknown as Internals;
}
