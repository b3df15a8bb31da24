import { isAbsent } from "../checkpoint/system-errors.ts";
import { UsageError } from "../errors.ts";
import { unwritable, writing } from "./unwritable.ts";

/** One line of `metrics.ndjson`: what was measured at a step, on weights that so many updates have made. */
export interface MetricsLine {
  readonly step: number;
  readonly split: "train" | "test";
  /** Mean over labelled rows, in nats; of training lines what is trained, with smoothed labels and mixed images. */
  readonly loss: number;
  readonly accuracy: number;
  /** Mean over MLP blocks of the share of active entries; null without such blocks. */
  readonly activatedRatio: number | null;
  readonly activatedRatioPerLayer: Readonly<Record<string, number>>;
  readonly derivativeSparsity: number | null;
  readonly derivativeSparsityPerLayer: Readonly<Record<string, number>>;
  /** exp(loss), where rows are tokens. */
  readonly perplexity?: number;
  readonly learningRate?: number;
  readonly gradientNorm?: number;
}

/** A file of lines that only grows while a run goes on. */
export interface MetricsLog {
  /** Bytes written so far. */
  readonly bytes: number;
  append(line: object): Promise<void>;
  /** Waits until what was written is on the disk. */
  sync(): Promise<void>;
  close(): Promise<void>;
}

/**
 * Opens the metrics of a run.
 *
 * @param keep - bytes of an earlier part of the run; the rest of the file is cut off.
 * @throws {UsageError} If the file is shorter, or can't be written.
 */
export async function openMetricsLog(path: string, keep: number): Promise<MetricsLog> {
  const { open } = await import("node:fs/promises");
  const handle = await writing(path, () => open(path, keep === 0 ? "w" : "r+")).catch((error: Error) => {
    if (keep === 0 || !isAbsent(error.cause)) throw error;
    throw new UsageError(
      `${path} is gone, and it had ${keep} bytes when the run was saved. Put it back, or start the run anew.`,
      { cause: error },
    );
  });
  let bytes = keep;
  if (keep > 0) {
    const { size } = await handle.stat();
    if (size < keep) {
      await handle.close();
      throw new UsageError(
        `${path} has ${size} bytes, and ${keep} when the run was saved: it was changed since. Start the run anew.`,
      );
    }
    await handle.truncate(keep);
  }
  return {
    get bytes() {
      return bytes;
    },
    async append(line) {
      const text = Buffer.from(`${JSON.stringify(line)}\n`);
      try {
        let done = 0;
        while (done < text.length) {
          done += (await handle.write(text, done, text.length - done, bytes + done)).bytesWritten;
        }
      } catch (cause) {
        // A full disk has taken a part of the line: half a line is no JSON.
        await handle.truncate(bytes).catch(() => {});
        throw unwritable(path, cause);
      }
      bytes += text.length;
    },
    sync: () => writing(path, () => handle.sync()),
    close: () => handle.close(),
  };
}
