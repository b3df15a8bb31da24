import { type Tensor, tensorOf } from "../../src/checkpoint/tensor.ts";

/** A tensor of which only the description counts. */
export function describedOnly(name: string, shape: readonly number[], changes: Partial<Tensor> = {}): Tensor {
  const read = () => Promise.reject(new Error("recognising a layer reads nothing"));
  const sizeBytes = 4 * shape.reduce((product, extent) => product * extent, 1);
  return { name, shape, dtype: "F32", sizeBytes, file: "", storage: null, read, ...changes };
}

/** A tensor whose entries are their own places, 0, 1, 2, ... */
export function counting(name: string, shape: readonly number[]): Tensor {
  const length = shape.reduce((product, extent) => product * extent, 1);
  const entries = Float32Array.from({ length }, (_, i) => i);
  return tensorOf(name, shape, entries);
}
