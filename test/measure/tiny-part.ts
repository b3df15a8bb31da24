import type { Backend } from "../../src/backends/backend.ts";
import { referenceBackend } from "../../src/backends/reference.ts";
import type { MeasuredPart } from "../../src/measure/measured-part.ts";
import { createActivation } from "../../src/sparsity/activations/catalogue.ts";
import { type SparsityInput, sparsityOptions } from "../../src/sparsity/options.ts";
import { drawEntries } from "../models/run-values.ts";
import type { TinyModel } from "../models/tiny-models.ts";

/** Examples of the batches of a {@link tinyPart}: the last is filled up. */
export const exampleCounts = [3, 2] as const;

/** A part of made-up data for a tiny model whose weights are drawn: two batches of 3, the second with 2 examples. */
export function tinyPart(
  { model, sizes, feed }: TinyModel,
  sparsity: SparsityInput = {},
  backend: Backend = referenceBackend(),
): MeasuredPart {
  const batchSize = 3;
  const options = sparsityOptions.parse(sparsity);
  const traced = model.trace(sizes, options, { batchSize, training: false, labelSmoothing: 0.1 });
  const state = new Map(
    Array.from(drawEntries(traced, 3), ([name, entries]) => {
      const tensor = backend.alloc(traced.parameters.get(name)!.spec.shape);
      backend.write(tensor, entries);
      return [name, tensor];
    }),
  );
  return {
    part: "test",
    backend,
    state,
    traced,
    activityOf: () => createActivation(options.activation),
    batchSize,
    count: exampleCounts.length,
    batch: async (place) => ({ feed: feed(traced, 10 + place), examples: exampleCounts[place]! }),
    seed: 0,
  };
}
