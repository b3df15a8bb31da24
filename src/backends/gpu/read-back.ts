import { mapForReading, usage } from "./buffer-usage.ts";
import type { OpenDevice } from "./device.ts";

/** Entries that are to be read: a buffer, and how many. */
export interface ReadRequest {
  readonly buffer: GPUBuffer;
  readonly count: number;
}

/** Brings entries back from the device. */
export interface ReadBack {
  /**
   * Adds copies to commands that are about to be submitted.
   *
   * @returns what gives the entries, to be called once they are submitted.
   */
  copy(encoder: GPUCommandEncoder, requests: readonly ReadRequest[]): () => Promise<Float32Array[]>;
  dispose(): void;
}

export function readBack({ device, settled }: OpenDevice): ReadBack {
  /** Buffers that nobody reads now. */
  const free: GPUBuffer[] = [];
  const take = (bytes: number): GPUBuffer => {
    const place = free.findIndex(({ size }) => size >= bytes && size <= 4 * bytes);
    if (place >= 0) return free.splice(place, 1)[0]!;
    for (const each of free.splice(1)) each.destroy();
    return device.createBuffer({ size: bytes, usage: usage.mapRead | usage.copyTarget });
  };
  return {
    copy(encoder, requests) {
      const bytes = requests.reduce((total, { count }) => total + count * 4, 0);
      const staging = take(bytes);
      let at = 0;
      for (const { buffer, count } of requests) {
        encoder.copyBufferToBuffer(buffer, 0, staging, at, count * 4);
        at += count * 4;
      }
      return async () => {
        try {
          await settled(staging.mapAsync(mapForReading, 0, bytes));
          const all = new Float32Array(staging.getMappedRange(0, bytes).slice(0));
          staging.unmap();
          free.push(staging);
          let from = 0;
          return requests.map(({ count }) => {
            from += count;
            return all.slice(from - count, from);
          });
        } catch (error) {
          staging.destroy();
          throw error;
        }
      };
    },
    dispose() {
      for (const each of free.splice(0)) each.destroy();
    },
  };
}
