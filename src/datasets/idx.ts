import { DatasetFormatError } from "../errors.ts";
import { FILE_BYTES, readWhole, wrongSize } from "./data-files.ts";

/** The type code of unsigned bytes. */
const UNSIGNED_BYTE = 0x08;

/** An array of bytes in an IDX file. */
export interface IdxArray {
  readonly shape: readonly number[];
  /** Row-major: the last axis varies fastest. */
  readonly data: Uint8Array;
}

/**
 * Reads an IDX file of unsigned bytes, plain or gzipped: two zero bytes, the type code, the rank, an extent of
 * 32 bits (big-endian) for each axis, then the bytes; nothing may be missing or left over.
 *
 * @param path - of the file.
 * @param rank - axes that it must have: 1 for labels, 3 for images.
 * @throws {UnreadableInputError} If it cannot be read.
 * @throws {DatasetFormatError} If its header or its size is another; known before the data is read.
 * @source Y. LeCun, C. Cortes, C. Burges, "The MNIST database", section "File formats for the MNIST database".
 */
export async function readIdx(path: string, rank: number): Promise<IdxArray> {
  const dataStart = 4 + 4 * rank;
  let shape: number[] = [];
  const bytes = await readWhole(path, (head, size) => {
    shape = shapeOf(head, rank, path);
    const expected = shape.reduce((product, extent) => product * extent, 1) + dataStart;
    if (expected > FILE_BYTES) {
      throw new DatasetFormatError(
        `${path}: expected an array of at most ${FILE_BYTES} bytes, got the extents ${shape.join(" x ")}.`,
      );
    }
    if (size < expected) throw wrongSize(path, expected, size);
    return expected;
  });
  const expected = shape.reduce((product, extent) => product * extent, 1) + dataStart;
  if (bytes.length !== expected) throw wrongSize(path, expected, bytes.length);
  return { shape, data: bytes.subarray(dataStart) };
}

function shapeOf(head: Uint8Array, rank: number, path: string): number[] {
  const magic = Array.from(head.subarray(0, 4), (byte) => byte.toString(16).padStart(2, "0")).join(" ");
  const expected = `00 00 ${UNSIGNED_BYTE.toString(16).padStart(2, "0")} ${rank.toString(16).padStart(2, "0")}`;
  if (magic !== expected) {
    throw new DatasetFormatError(
      `${path} is not an IDX file of bytes with ${rank} axes: expected it to start with ${expected}, got ${magic || "nothing"}.`,
    );
  }
  if (head.length < 4 + 4 * rank) throw wrongSize(path, 4 + 4 * rank, head.length);
  const view = new DataView(head.buffer, head.byteOffset, head.byteLength);
  const shape = Array.from({ length: rank }, (_, axis) => view.getUint32(4 + 4 * axis));
  if (shape.includes(0)) {
    throw new DatasetFormatError(`${path} is empty: expected extents above 0, got ${shape.join(" x ")}.`);
  }
  return shape;
}
