import type { TokenSet } from "../../datasets/dataset.ts";
import { corruptSpans, spanCorruptionLengths, t5Noise } from "../../datasets/span-corruption.ts";
import { UsageError } from "../../errors.ts";
import { randomStream } from "../../linalg/random.ts";
import { type BatchOptions, NO_LABEL, shapeOf, type Task } from "./batches.ts";
import { tokenWindows } from "./token-windows.ts";

/**
 * Text with masked spans that are to be told: inputs and inputMask [B, S], decoderInputs and labels [B, T].
 *
 * The test part's spans are drawn from a stream of their own that no seed changes, so that runs are compared on the
 * same task.
 */
export const sequenceToSequence: Task<"tokens"> = {
  name: "sequence-to-sequence",
  kind: "tokens",
  perToken: true,
  sizesOf: ({ vocabulary }) => ({ equal: {}, atLeast: { vocabulary } }),
  pixelsOf: () => null,
  training(part, options) {
    const raw = rawLength(options);
    const { batchSize, seed } = options;
    const windows = tokenWindows(part.tokens.length, raw, batchSize, seed);
    return {
      count: windows.batchesPerEpoch,
      batch: async (step) =>
        batchAt(part, windows.starts(step), raw, options, (row) => randomStream(seed, ["spans", step, row])),
    };
  },
  testing(part, options) {
    const raw = rawLength(options);
    const { batchSize } = options;
    const windows = Math.floor(part.tokens.length / raw);
    if (windows === 0) {
      throw new UsageError(`the test part has ${part.tokens.length} tokens: expected ${raw} at least.`);
    }
    return {
      count: Math.ceil(windows / batchSize),
      async batch(place) {
        const first = place * batchSize;
        const count = Math.min(batchSize, windows - first);
        const starts = Array.from({ length: count }, (_, row) => (first + row) * raw);
        return batchAt(part, starts, raw, options, (row) => randomStream("test", ["spans", first + row]));
      },
    };
  },
};

/** Tokens of text that make a model's inputs. @throws {UsageError} If their targets are longer than its own. */
function rawLength(options: BatchOptions): number {
  const inputLength = shapeOf(options, "inputs")[1]!;
  const targetLength = shapeOf(options, "labels")[1]!;
  const { raw, targets } = spanCorruptionLengths(inputLength);
  if (targets > targetLength) {
    throw new UsageError(
      `inputs of ${inputLength} tokens have targets of ${targets}, and the model's have ${targetLength}: make them as long.`,
    );
  }
  return raw;
}

function batchAt(
  part: TokenSet,
  starts: readonly number[],
  raw: number,
  options: BatchOptions,
  draws: (row: number) => ReturnType<typeof randomStream>,
) {
  const [batchSize, inputLength] = shapeOf(options, "inputs") as readonly [number, number];
  const targetLength = shapeOf(options, "labels")[1]!;
  const pad = part.special.pad ?? 0;
  const inputs = new Float32Array(batchSize * inputLength).fill(pad);
  const inputMask = new Float32Array(batchSize * inputLength);
  const decoderInputs = new Float32Array(batchSize * targetLength).fill(pad);
  const labels = new Float32Array(batchSize * targetLength).fill(NO_LABEL);
  // A row without any input would have nothing to attend to.
  for (let row = starts.length; row < batchSize; row++) inputMask[row * inputLength] = 1;
  for (const [row, start] of starts.entries()) {
    const corrupted = corruptSpans(part.tokens.subarray(start, start + raw), part, t5Noise, draws(row));
    inputs.set(corrupted.inputs, row * inputLength);
    inputMask.fill(1, row * inputLength, row * inputLength + corrupted.inputs.length);
    labels.set(corrupted.targets, row * targetLength);
    // The decoder is given the targets one place later, after the pad token.
    decoderInputs.set(corrupted.targets.subarray(0, targetLength - 1), row * targetLength + 1);
  }
  return { feed: { inputs, inputMask, decoderInputs, labels }, examples: starts.length };
}
