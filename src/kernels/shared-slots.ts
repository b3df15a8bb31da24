import type { Matrix } from "../linalg/matrix.ts";

/**
 * Shared buffers in which matrices are handed to worker threads: used again and again, so that nothing is left for
 * the garbage collectors of either side, which let tens of megabytes pile up in each thread.
 */
export interface SharedSlots {
  /** Copies a matrix into a free slot. */
  put(matrix: Matrix): { readonly matrix: Matrix; readonly release: () => void };
}

/** Slots as large as the matrices that come; there are as many as are in use at once. */
export function sharedSlots(): SharedSlots {
  const free: SharedArrayBuffer[] = [];
  return {
    put({ rows, columns, data }) {
      const fitting = free.findIndex((slot) => slot.byteLength >= data.byteLength);
      const taken = fitting >= 0 ? free.splice(fitting, 1)[0] : undefined;
      if (!taken) free.pop(); // one that is too small makes room for one that fits
      const slot = taken ?? new SharedArrayBuffer(data.byteLength);
      const entries =
        data instanceof Float32Array
          ? new Float32Array(slot, 0, data.length)
          : new Float64Array(slot, 0, data.length);
      entries.set(data);
      return { matrix: { rows, columns, data: entries }, release: () => void free.push(slot) };
    },
  };
}
