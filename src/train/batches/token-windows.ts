import { batchOrder } from "../../datasets/epoch-order.ts";
import { UsageError } from "../../errors.ts";
import { randomStream } from "../../linalg/random.ts";

/** Windows of a text that batches are made of. */
export interface TokenWindows {
  /** Whole batches in an epoch. */
  readonly batchesPerEpoch: number;
  /** Where the windows of a step's batch begin. */
  starts(step: number): number[];
}

/**
 * Windows that lie side by side in a text, in an order drawn anew for each epoch, which also draws where the first
 * begins: (seed, step) alone determine a batch.
 *
 * @param tokens - of the text.
 * @param length - of a window.
 * @throws {UsageError} If the text is too short for one batch.
 */
export function tokenWindows(tokens: number, length: number, batchSize: number, seed: number): TokenWindows {
  const windows = Math.floor(tokens / length);
  // All but one, when there are more: the epoch's shift takes up to a window.
  const usable = windows > batchSize ? windows - 1 : windows;
  if (usable < batchSize) {
    throw new UsageError(
      `the text is too short: a batch of ${batchSize} windows of ${length} tokens needs ${batchSize * length}, it has ${tokens}. Take a longer text, or a smaller batchSize.`,
    );
  }
  const order = batchOrder(usable, batchSize, seed);
  return {
    batchesPerEpoch: order.batchesPerEpoch,
    starts(step) {
      const epoch = Math.floor(step / order.batchesPerEpoch);
      const room = tokens - usable * length;
      const shift = Math.floor(randomStream(seed, ["shift", epoch]).uniform() * (Math.min(room, length) + 1));
      return Array.from(order.batch(step), (window) => shift + window * length);
    },
  };
}
