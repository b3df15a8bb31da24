import type { Backend } from "../../../src/backends/backend.ts";
import { referenceBackend } from "../../../src/backends/reference.ts";
import type { PixelScale } from "../../../src/datasets/standardisation.ts";
import type { MeasuredPart } from "../../../src/measure/measured-part.ts";
import { createActivation } from "../../../src/sparsity/activations/catalogue.ts";
import { type SparsityInput, sparsityOptions } from "../../../src/sparsity/options.ts";
import { drawEntries } from "../../models/run-values.ts";
import type { TinyModel } from "../../models/tiny-models.ts";

/** What differs from a part that is measured in another test. */
export interface TinyPartOptions {
  readonly backend?: Backend;
  readonly batchSize?: number;
  readonly count?: number;
  /** Examples of the last batch that count. */
  readonly lastExamples?: number;
  readonly sparsity?: SparsityInput;
  readonly labelSmoothing?: number;
  readonly pixels?: PixelScale | null;
  /** What parameters' first entries are multiplied by. */
  readonly scale?: number;
}

/** A tiny model with drawn weights, on batches of drawn data. */
export function tinyPart({ model, sizes, feed }: TinyModel, options: TinyPartOptions = {}): MeasuredPart {
  const { backend = referenceBackend(), batchSize = 4, count = 2, lastExamples = batchSize } = options;
  const { labelSmoothing = 0, pixels = null, scale = 1 } = options;
  const sparsity = sparsityOptions.parse(options.sparsity ?? {});
  const trace = (disturbed: boolean) =>
    model.trace(sizes, sparsity, { batchSize, training: false, labelSmoothing, disturbed });
  const traced = trace(false);
  const state = new Map(
    Array.from(drawEntries(traced, 1), ([name, entries]) => {
      const tensor = backend.alloc(traced.parameters.get(name)!.value.shape);
      backend.write(
        tensor,
        entries.map((each) => scale * each),
      );
      return [name, tensor] as const;
    }),
  );
  return {
    part: "test",
    backend,
    state,
    traced,
    disturbed: () => trace(true),
    activityOf: () => createActivation(sparsity.activation),
    batchSize,
    pixels,
    count,
    async batch(place) {
      const { labels, ...data } = feed(traced, place);
      const examples = place === count - 1 ? lastExamples : batchSize;
      const rows = labels!.length / batchSize;
      return {
        feed: { ...data, labels: labels!.map((each, row) => (row < examples * rows ? each : -100)) },
        examples,
      };
    },
    seed: 1,
  };
}
