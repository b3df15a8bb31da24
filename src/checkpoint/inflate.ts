import { isNode } from "../kernels/thread.ts";

/**
 * Inflates raw deflate data as far as is wanted.
 *
 * @param pieces - the compressed bytes, asked for one after the other.
 * @param take - gets the inflated bytes in order; true ends it, and what it throws is thrown.
 * @throws {Error} If the data are damaged, or end before they should.
 */
export type Inflate = (
  pieces: AsyncIterator<Uint8Array>,
  take: (piece: Uint8Array) => boolean,
) => Promise<void>;

/** Node's zlib, or what browsers have. */
export const inflate: Inflate = (pieces, take) => (isNode ? inflateByZlib : inflateByStream)(pieces, take);

const inflateByZlib: Inflate = async (pieces, take) => {
  const { createInflateRaw } = await import("node:zlib");
  const inflater = createInflateRaw();
  let enough = false;
  inflater.on("data", (piece: Uint8Array) => {
    if (enough) return;
    try {
      enough = take(piece);
    } catch (error) {
      inflater.destroy(error as Error);
    }
  });
  const over = new Promise<void>((resolve, reject) => {
    inflater.on("end", resolve);
    inflater.on("error", reject);
  });
  // Awaited below only where it can still come; an error in between must not go unhandled.
  over.catch(() => {});
  try {
    while (!enough && !inflater.readableEnded) {
      const { value: piece, done } = await pieces.next();
      if (done) break;
      // The callback of a write does not come when the stream ends before the piece does.
      await Promise.race([over, new Promise<void>((resolve) => inflater.write(piece, () => resolve()))]);
    }
    if (enough) return;
    inflater.end();
    await over;
  } finally {
    inflater.destroy();
  }
};

/** By the stream that browsers have; other than zlib it refuses bytes after the data's end. */
export const inflateByStream: Inflate = async (pieces, take) => {
  const compressed = new ReadableStream<BufferSource>({
    async pull(controller) {
      const { value, done } = await pieces.next();
      if (done) controller.close();
      else controller.enqueue(value as Uint8Array<ArrayBuffer>);
    },
  });
  const reader = compressed.pipeThrough(new DecompressionStream("deflate-raw")).getReader();
  try {
    for (;;) {
      const { value, done } = await reader.read();
      if (done || take(value)) return;
    }
  } finally {
    await reader.cancel().catch(() => {});
  }
};
