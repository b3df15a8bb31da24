import { UsageError } from "../errors.ts";
import { type RandomStream, randomStream } from "../linalg/random.ts";

/**
 * A uniformly drawn order of 0 to count - 1.
 *
 * @param count - how many, below 2^32.
 * @param draws - one uniform a place but the last.
 * @source Fisher & Yates; Durstenfeld 1964, CACM 7(7):420 (algorithm 235).
 */
export function permutation(count: number, draws: RandomStream): Uint32Array {
  const order = Uint32Array.from({ length: count }, (_, i) => i);
  for (let i = count - 1; i > 0; i--) {
    const j = Math.floor(draws.uniform() * (i + 1));
    const held = order[i]!;
    order[i] = order[j]!;
    order[j] = held;
  }
  return order;
}

/** Which examples make the batch of a step. */
export interface BatchOrder {
  /** Whole batches in an epoch, floor(count / batchSize); examples that do not fill one wait for another epoch. */
  readonly batchesPerEpoch: number;
  /**
   * The examples of a step's batch, as a view that the next call of another epoch does not change.
   *
   * @param step - 0-based; its epoch is floor(step / batchesPerEpoch).
   */
  batch(step: number): Uint32Array;
}

/**
 * Batches that go through all examples in an order drawn anew for each epoch. The batch of a step depends on
 * (seed, step) and on nothing that came before, so that a run that is resumed draws the batches it would have had.
 *
 * @param count - examples.
 * @param batchSize - examples of one batch, at most `count`.
 * @param seed - of the run; epoch e is in the order of the stream (seed, "order", e).
 * @throws {UsageError} If there are fewer examples than one batch needs.
 */
export function batchOrder(count: number, batchSize: number, seed: number | string): BatchOrder {
  const batchesPerEpoch = Math.floor(count / batchSize);
  if (!Number.isInteger(batchSize) || batchSize < 1 || batchesPerEpoch < 1) {
    throw new UsageError(
      `batchSize: expected a whole number from 1 to the ${count} examples there are, got ${batchSize}.`,
    );
  }
  let held: { epoch: number; order: Uint32Array } = { epoch: -1, order: new Uint32Array(0) };
  return {
    batchesPerEpoch,
    batch(step) {
      const epoch = Math.floor(step / batchesPerEpoch);
      if (epoch !== held.epoch) {
        held = { epoch, order: permutation(count, randomStream(seed, ["order", epoch])) };
      }
      const start = (step - epoch * batchesPerEpoch) * batchSize;
      return held.order.subarray(start, start + batchSize);
    },
  };
}
