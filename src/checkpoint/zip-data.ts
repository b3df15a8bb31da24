import { CheckpointFormatError, MarchenkoError } from "../errors.ts";
import { isNode } from "../kernels/thread.ts";
import { type ByteSource, truncated } from "./byte-source.ts";
import { crc32 as ownCrc32 } from "./crc32.ts";
import { inflate } from "./inflate.ts";
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
  const end = offset + length;
  const bytes = new Uint8Array(length);
  if (length === 0) return bytes;

  const first = await data.start();
  let position = 0;
  const take = (piece: Uint8Array): boolean => {
    if (position < end && position + piece.length > offset) {
      const from = Math.max(offset - position, 0);
      const to = Math.min(end - position, piece.length);
      bytes.set(piece.subarray(from, to), position + from - offset);
    }
    position += piece.length;
    if (position > data.size) throw tooLong(data);
    // Of a member that is read to its end the whole stream is inflated, to see that it ends there too.
    return position >= end && end < data.size;
  };
  try {
    await inflate(compressedPieces(archive, first, data.compressedSize), take);
  } catch (cause) {
    if (cause instanceof MarchenkoError) throw cause;
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new CheckpointFormatError(
      `${data.label}: expected deflated data, got "${reason}" after ${position} bytes. ` +
        "The archive is damaged: download or save it again.",
      { cause },
    );
  }
  if (position < end) throw truncated(data.label, end, position);
  return bytes;
}

/** The data of a member piece by piece: little at first, since a header is in the first few hundred bytes. */
async function* compressedPieces(
  archive: ByteSource,
  first: number,
  size: number,
): AsyncGenerator<Uint8Array> {
  let chunk = FIRST_CHUNK_BYTES;
  for (let start = 0; start < size; ) {
    const piece = await archive.read(first + start, Math.min(chunk, size - start));
    start += piece.length;
    chunk = Math.min(2 * chunk, INFLATE_CHUNK_BYTES);
    yield piece;
  }
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
      const crc32 = await fastestCrc32();
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

/** Node's own, which is many times as fast; ours in browsers. */
async function fastestCrc32(): Promise<typeof ownCrc32> {
  return isNode ? (await import("node:zlib")).crc32 : ownCrc32;
}
