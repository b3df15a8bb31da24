import { censusOf } from "../linalg/entry-census.ts";
import { roundingErrorRms } from "../linalg/float-formats.ts";
import type { Tensor } from "./tensor.ts";

/** A tensor of float32 whose entries were rounded to float16 when it was saved. */
export function halvedTensor(halves: Tensor): Tensor {
  const { name, shape, sizeBytes, file, storage } = halves;
  return {
    ...{ name, dtype: "F32", shape, sizeBytes, file, storage },
    read: (start, end) => halves.read(start, end),
    roundingError: async (start, end) => roundingErrorRms(censusOf(await halves.read(start, end)), "F16"),
  };
}
