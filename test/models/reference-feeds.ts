import type { Feed } from "../../src/backends/backend.ts";
import type { TraceOptions } from "../../src/models/model.ts";

type Reference = ReadonlyMap<string, ArrayLike<number>>;

/** What a batch of a task is made of from what the fixture holds. */
export interface Feeding {
  readonly options: Partial<TraceOptions>;
  feed(reference: Reference): Feed;
}

const images: Feeding = {
  options: { batchSize: 3 },
  feed: (reference) => ({
    images: reference.get("inputs/pixel_values")!,
    labels: reference.get("inputs/labels")!,
  }),
};

/** Rows of `length`, moved by one to the left (labels of the next token) or to the right (decoder's inputs). */
function moved(rows: ArrayLike<number>, length: number, by: number, edge: number): Float64Array {
  return Float64Array.from(rows, (_, i) => {
    const at = (i % length) + by;
    return at < 0 || at >= length ? edge : rows[i + by]!;
  });
}

const tokens: Feeding = {
  options: { batchSize: 3, length: 11 },
  feed: (reference) => ({
    tokens: reference.get("inputs/input_ids")!,
    labels: moved(reference.get("inputs/labels")!, 11, 1, -100),
  }),
};

const pairs: Feeding = {
  options: { batchSize: 3, inputLength: 13, length: 8 },
  feed(reference) {
    const labels = reference.get("inputs/labels")!;
    return {
      inputs: reference.get("inputs/input_ids")!,
      inputMask: reference.get("inputs/attention_mask")!,
      decoderInputs: moved(labels, 8, -1, 0).map((each) => Math.max(each, 0)),
      labels,
    };
  },
};

/** Every model of the fixtures. */
export const cases: readonly (readonly [name: string, feeding: Feeding])[] = [
  ["vit-relu", images],
  ["vit-gelu", images],
  ["t5-relu-tied", pairs],
  ["t5-gated-gelu-untied", pairs],
  ["gpt2", tokens],
];
