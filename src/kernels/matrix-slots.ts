/** A place for the entries of one matrix. */
export interface MatrixSlot {
  readonly data: Float32Array | Float64Array;
  /** Gives the place back: nothing may use its entries any more. */
  release(): void;
}

/**
 * Places for the entries of matrices, used again and again.
 *
 * Arrays that are made anew for each matrix are freed late, by the garbage collectors of each thread, and leave gaps
 * that memory does not get back: 72 matrices of a ViT-B took 250 MB that way, and ten times as many 350 MB.
 *
 * @param kind - "shared" where worker threads read them without a copy.
 */
export function matrixSlots(kind: "own" | "shared"): (dtype: "F32" | "F64", length: number) => MatrixSlot {
  const free: (ArrayBuffer | SharedArrayBuffer)[] = [];
  return (dtype, length) => {
    const bytes = length * (dtype === "F64" ? 8 : 4);
    const fitting = free.findIndex((buffer) => buffer.byteLength >= bytes);
    const taken = fitting >= 0 ? free.splice(fitting, 1)[0] : undefined;
    if (!taken) free.pop(); // one that is too small makes room for one that fits
    const buffer = taken ?? (kind === "shared" ? new SharedArrayBuffer(bytes) : new ArrayBuffer(bytes));
    return {
      data: dtype === "F64" ? new Float64Array(buffer, 0, length) : new Float32Array(buffer, 0, length),
      release: () => void free.push(buffer),
    };
  };
}
