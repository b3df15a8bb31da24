import { join } from "node:path";
import { type Checkpoint, openCheckpoint, openCheckpoints } from "../../src/checkpoint/index.ts";
import { entryCount, type Tensor } from "../../src/checkpoint/tensor.ts";
import { MarchenkoError } from "../../src/errors.ts";
import { answerJobs } from "./mutant-loop.ts";

/** The process that opens damaged checkpoints and reads all of their tensors: `read-mutants.ts JOURNAL`. */

/** Entries of one checkpoint that are read: a header can promise zeros of any number without a byte for them. */
const ENTRIES = 1 << 23;
/** Entries read at once. */
const STRETCH = 1 << 20;

async function readAll(checkpoints: readonly Checkpoint[]): Promise<void> {
  let left = ENTRIES;
  for (const tensor of checkpoints.flatMap((each) => each.tensors())) {
    if (tensor.undecodable === undefined) left -= await readSome(tensor, left);
  }
}

async function readSome(tensor: Tensor, atMost: number): Promise<number> {
  const count = Math.min(entryCount(tensor.shape), atMost);
  const stretch = tensor.readWhole ? Math.max(count, 1) : STRETCH;
  for (let start = 0; start < count; start += stretch) {
    const entries = await tensor.read(start, Math.min(count, start + stretch));
    await tensor.readInto?.(entries, start);
  }
  await tensor.roundingError?.();
  return count;
}

answerJobs(process.argv[2]!, async (folder, entry, round) => {
  let opened: readonly Checkpoint[] = [];
  try {
    // The folder is opened for every eighth, as of users who name that.
    opened =
      round % 8 === 7
        ? (await openCheckpoints(folder)).checkpoints
        : [await openCheckpoint(join(folder, entry))];
    await readAll(opened);
    return opened[0]?.format ?? null;
  } catch (error) {
    if (error instanceof MarchenkoError) return null;
    throw error;
  } finally {
    for (const each of opened) await each.close();
  }
});
