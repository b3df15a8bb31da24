import type { Backend } from "../../src/backends/backend.ts";
import { randomStream } from "../../src/linalg/random.ts";
import type { MeasuredPart } from "../../src/measure/measured-part.ts";
import { createActivation } from "../../src/sparsity/activations/catalogue.ts";
import { sparsityOptions } from "../../src/sparsity/options.ts";
import type { TinyModel } from "../models/tiny-models.ts";

const batchSize = 3;

/** A tiny model with the weights it begins with, a head that isn't zero, and batches of drawn data. */
export function tinyPart(backend: Backend, { model, sizes, feed }: TinyModel): MeasuredPart {
  const options = { batchSize, training: false, labelSmoothing: 0 };
  const traced = model.trace(model.sizes.parse(sizes), sparsityOptions.parse({}), options);
  const state = new Map(
    Array.from(traced.parameters, ([name, { spec }]) => {
      const { normal } = randomStream(4, ["tiny", name]);
      const entries = spec.initial(randomStream(4, ["initial", name]), spec.shape);
      const tensor = backend.alloc(spec.shape);
      backend.write(
        tensor,
        entries.map((entry) => entry + 0.3 * normal()),
      );
      return [name, tensor] as const;
    }),
  );
  return {
    part: "train",
    backend,
    state,
    traced,
    activityOf: () => createActivation("relu"),
    batchSize,
    count: 8,
    seed: 2,
    batch: async (place) => ({ feed: feed(traced, place), examples: batchSize }),
  };
}
