import { UnreadableInputError } from "../errors.ts";
import type { ByteSource } from "./byte-source.ts";
import type { Tensor } from "./tensor.ts";

/** What is known of a tensor that is listed and not read. */
export interface UndecodableTensor extends Pick<Tensor, "name" | "dtype" | "shape" | "sizeBytes" | "file"> {
  /** Why, and what to do. */
  readonly detail: string;
}

/** A tensor whose entries can't be given: the others of its file still can. */
export function undecodableTensor(source: ByteSource, tensor: UndecodableTensor): Tensor {
  const { name, dtype, shape, sizeBytes, file, detail } = tensor;
  return {
    ...{ name, dtype, shape, sizeBytes, file, undecodable: detail, storage: null },
    async read() {
      throw new UnreadableInputError(`${source.label}: tensor ${JSON.stringify(name)}: ${detail}`);
    },
  };
}
