import { CheckpointFormatError, MarchenkoError } from "../errors.ts";
import { type ByteSource, truncated } from "./byte-source.ts";
import { INFLATE_CHUNK_BYTES } from "./limits.ts";

/** Compressed bytes of the first piece that is inflated; the next ones double. */
const FIRST_CHUNK_BYTES = 512;

/** Where a member's data lies in its archive, and what the archive says of it. */
export interface ZipData {
  /** Its name in the archive, folders included. */
  readonly name: string;
  /** Archive and name, for messages. */
  readonly label: string;
  /** First byte of the data in the archive, which only the member's own header tells: read when it is wanted. */
  start(): Promise<number>;
  readonly compressedSize: number;
  /** Uncompressed. */
  readonly size: number;
  readonly crc32: number;
}

/** A stored member: a range of the archive. */
export function storedSource(archive: ByteSource, data: ZipData): ByteSource {
  return checkedByCrc(data, async (offset, length, into) => {
    return archive.read((await data.start()) + offset, length, into);
  });
}

/**
 * A deflated member. Deflate has no index: every read inflates from the start and stops at its end,
 * so memory holds what was asked for and no more, however far the stream would go on.
 */
export function inflatedSource(archive: ByteSource, data: ZipData): ByteSource {
  return checkedByCrc(data, (offset, length) => inflateRange(archive, data, offset, length));
}

async function inflateRange(
  archive: ByteSource,
  data: ZipData,
  offset: number,
  length: number,
): Promise<Uint8Array> {
  const { createInflateRaw } = await import("node:zlib");
  const end = offset + length;
  const bytes = new Uint8Array(length);
  if (length === 0) return bytes;

  const first = await data.start();
  const inflater = createInflateRaw();
  let position = 0;
  inflater.on("data", (piece: Uint8Array) => {
    if (position < end && position + piece.length > offset) {
      const from = Math.max(offset - position, 0);
      const to = Math.min(end - position, piece.length);
      bytes.set(piece.subarray(from, to), position + from - offset);
    }
    position += piece.length;
    if (position > data.size) inflater.destroy(tooLong(data));
  });
  const over = new Promise<void>((resolve, reject) => {
    inflater.on("end", resolve);
    inflater.on("error", reject);
  });
  // Awaited below only where it can still come; an error in between must not go unhandled.
  over.catch(() => {});
  // Of a member that is read to its end the whole stream is inflated, to see that it ends there too.
  const enough = () => position >= end && end < data.size;
  try {
    // Little at first: a header is in the first few hundred bytes.
    let chunk = FIRST_CHUNK_BYTES;
    for (let start = 0; start < data.compressedSize && !enough() && !inflater.readableEnded; start += chunk) {
      if (start > 0) chunk = Math.min(2 * chunk, INFLATE_CHUNK_BYTES);
      const piece = await archive.read(first + start, Math.min(chunk, data.compressedSize - start));
      // The callback of a write does not come when the stream ends before the piece does.
      await Promise.race([over, new Promise<void>((resolve) => inflater.write(piece, () => resolve()))]);
    }
    if (!enough()) {
      inflater.end();
      await over;
    }
  } catch (cause) {
    if (cause instanceof MarchenkoError) throw cause;
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new CheckpointFormatError(
      `${data.label}: expected deflated data, got "${reason}" after ${position} bytes. ` +
        "The archive is damaged: download or save it again.",
      { cause },
    );
  } finally {
    inflater.destroy();
  }
  if (position < end) throw truncated(data.label, end, position);
  return bytes;
}

function tooLong(data: ZipData): CheckpointFormatError {
  return new CheckpointFormatError(
    `${data.label}: expected ${data.size} bytes, as the archive says, got more when inflated. ` +
      "The archive is damaged or hostile: download or save it again.",
  );
}

/**
 * Compares the archive's check sum when a member was read from its start to its end, at once or piece
 * after piece. A sum of 0 is none: torch.save leaves them out on request.
 *
 * @source PyTorch documentation, torch.serialization.set_crc32_options.
 */
function checkedByCrc(data: ZipData, read: ByteSource["read"]): ByteSource {
  // The sum of all bytes before an end.
  let head = { end: 0, crc: 0 };
  return {
    name: data.name,
    label: data.label,
    size: data.size,
    isSequential: true, // the check sum, too, is of the whole
    async read(offset, length, into) {
      if (offset + length > data.size) throw truncated(data.label, offset + length, data.size);
      const bytes = await read(offset, length, into);
      if (data.crc32 === 0) return bytes;
      const { crc32 } = await import("node:zlib");
      const before = offset === 0 ? { end: 0, crc: 0 } : head;
      if (before.end !== offset) return bytes;
      const crc = crc32(bytes, before.crc);
      head = { end: offset + length, crc };
      if (offset + length === data.size && crc !== data.crc32) {
        throw new CheckpointFormatError(
          `${data.label}: expected check sum ${data.crc32.toString(16)}, got ${crc.toString(16)}. ` +
            "The archive is damaged: download or save it again.",
        );
      }
      return bytes;
    },
    async close() {},
  };
}
