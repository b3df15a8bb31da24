import { OutOfMemoryError } from "../backend.ts";
import { arrayUsage } from "./buffer-usage.ts";
import type { OpenDevice } from "./device.ts";

/** A buffer that plans share: its entries last for a run. */
interface Pooled {
  readonly buffer: GPUBuffer;
  /** Plans that use it. */
  users: number;
}

/** A plan's hold on buffers of the pool. */
export interface BufferLease {
  /** A buffer of at least so many bytes that isn't taken by this lease now. */
  take(bytes: number): GPUBuffer;
  /** Says that a buffer may be taken again, for what is computed later. */
  give(buffer: GPUBuffer): void;
  /** Gives all back to the pool. */
  end(): void;
}

/** Memory on a device. */
export interface BufferPool {
  /** A buffer of zeros of its own. @throws {OutOfMemoryError} If the device has none so large. */
  create(bytes: number): GPUBuffer;
  /** Plans run one after the other, so all may work in the same buffers. */
  lease(): BufferLease;
  /** @throws {OutOfMemoryError} If the device couldn't make a buffer that it was asked for. */
  settled(): Promise<void>;
  /** Bytes that are taken now. */
  readonly bytes: number;
  destroy(buffer: GPUBuffer): void;
  dispose(): void;
}

/** Buffers' sizes: few different ones, so that one serves many arrays; an eighth is lost at most. */
export function bufferSize(bytes: number): number {
  const step = Math.max(256, 2 ** (Math.floor(Math.log2(Math.max(1, bytes))) - 2));
  return Math.ceil(bytes / step) * step;
}

export function bufferPool({ device }: OpenDevice): BufferPool {
  const all = new Set<GPUBuffer>();
  const pooled: Pooled[] = [];
  const errors: Promise<GPUError | null>[] = [];
  const most = Math.min(device.limits.maxStorageBufferBindingSize, device.limits.maxBufferSize);
  const create = (bytes: number): GPUBuffer => {
    const size = Math.max(16, Math.ceil(bytes / 4) * 4);
    if (size > most) {
      const limit = (most / 2 ** 20).toFixed(0);
      throw new OutOfMemoryError(
        `an array of ${(size / 2 ** 20).toFixed(0)} MiB is needed, and this GPU binds ${limit} MiB at most: make the batch or the model smaller`,
      );
    }
    device.pushErrorScope("out-of-memory");
    const buffer = device.createBuffer({ size, usage: arrayUsage });
    errors.push(device.popErrorScope());
    all.add(buffer);
    return buffer;
  };
  const destroy = (buffer: GPUBuffer): void => {
    if (all.delete(buffer)) buffer.destroy();
  };
  return {
    create,
    destroy,
    lease() {
      const held = new Set<Pooled>();
      const free = new Set<Pooled>(pooled);
      return {
        take(bytes) {
          const size = Math.min(bufferSize(bytes), most);
          let best: Pooled | undefined;
          for (const each of free) {
            const fits = each.buffer.size >= bytes && each.buffer.size <= 2 * size;
            if (fits && (!best || each.buffer.size < best.buffer.size)) best = each;
          }
          if (!best) {
            best = { buffer: create(Math.max(size, bytes)), users: 0 };
            pooled.push(best);
          }
          free.delete(best);
          if (!held.has(best)) {
            held.add(best);
            best.users++;
          }
          return best.buffer;
        },
        give(buffer) {
          for (const each of held) if (each.buffer === buffer) free.add(each);
        },
        end() {
          for (const each of held) {
            if (--each.users > 0) continue;
            pooled.splice(pooled.indexOf(each), 1);
            destroy(each.buffer);
          }
          held.clear();
        },
      };
    },
    async settled() {
      for (const error of await Promise.all(errors.splice(0))) {
        if (error) throw new OutOfMemoryError(`the GPU has not the memory for it: ${error.message}`);
      }
    },
    get bytes() {
      let total = 0;
      for (const { size } of all) total += size;
      return total;
    },
    dispose() {
      for (const buffer of all) buffer.destroy();
      all.clear();
    },
  };
}
