import type { TokenSet } from "../../datasets/dataset.ts";
import { UsageError } from "../../errors.ts";
import { type BatchOptions, NO_LABEL, shapeOf, type Task } from "./batches.ts";
import { tokenWindows } from "./token-windows.ts";

/** Text whose next token is to be told: tokens [B, T], labels [B, T], the token after each. */
export const language: Task<"tokens"> = {
  name: "language",
  kind: "tokens",
  perToken: true,
  sizesOf: ({ vocabulary }) => ({ equal: {}, atLeast: { vocabulary } }),
  pixelsOf: () => null,
  training(part, options) {
    const length = lengthOf(options);
    const { batchSize, seed } = options;
    // A window ends one token after its last input.
    const windows = tokenWindows(part.tokens.length - 1, length, batchSize, seed);
    return {
      count: windows.batchesPerEpoch,
      batch: async (step) => batchAt(part, windows.starts(step), length, batchSize),
    };
  },
  testing(part, options) {
    const length = lengthOf(options);
    const { batchSize } = options;
    if (part.tokens.length < 2) throw new UsageError("the test part has no two tokens to evaluate on.");
    const windows = Math.ceil((part.tokens.length - 1) / length);
    return {
      count: Math.ceil(windows / batchSize),
      async batch(place) {
        const first = place * batchSize;
        const count = Math.min(batchSize, windows - first);
        const starts = Array.from({ length: count }, (_, row) => (first + row) * length);
        return batchAt(part, starts, length, batchSize);
      },
    };
  },
};

function lengthOf(options: BatchOptions): number {
  return shapeOf(options, "tokens")[1]!;
}

function batchAt({ tokens: all }: TokenSet, starts: readonly number[], length: number, batchSize: number) {
  const tokens = new Float32Array(batchSize * length);
  const labels = new Float32Array(batchSize * length).fill(NO_LABEL);
  for (const [row, start] of starts.entries()) {
    const count = Math.min(length, all.length - 1 - start);
    tokens.set(all.subarray(start, start + count), row * length);
    labels.set(all.subarray(start + 1, start + 1 + count), row * length);
  }
  return { feed: { tokens, labels }, examples: starts.length };
}
