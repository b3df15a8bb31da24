import { CheckpointFormatError } from "../errors.ts";
import { type ByteSource, truncated } from "./byte-source.ts";
import { asciiHead } from "./format.ts";
import { TAR_MEMBERS } from "./limits.ts";

const BLOCK = 512;

/** Name of the first member of a tar archive; "" of anything else. */
export function firstTarMember(head: Uint8Array): string {
  return asciiHead(head.subarray(257, 262)) === "ustar" || head[0] !== 0 ? nameIn(head) : "";
}

function nameIn(header: Uint8Array): string {
  return asciiHead(header, 100).split("\0")[0]!;
}

/**
 * The files in a tar archive of a few, each as a source of its own bytes. Members follow one another in blocks of
 * 512 bytes, a header and the contents of each.
 *
 * @throws {CheckpointFormatError} If the archive is damaged or cut short.
 * @source IEEE Std 1003.1 (POSIX), pax, "ustar Interchange Format".
 */
export async function tarMembers(source: ByteSource): Promise<Map<string, ByteSource>> {
  if (source.size % BLOCK !== 0) {
    throw truncated(source.label, Math.ceil(source.size / BLOCK) * BLOCK, source.size);
  }
  const members = new Map<string, ByteSource>();
  for (let position = 0; position < source.size; ) {
    const header = await source.read(position, BLOCK);
    const name = nameIn(header);
    if (name === "") break;
    if (members.size === TAR_MEMBERS) throw wrong(source, `at most ${TAR_MEMBERS} members`, "more");
    const digits = asciiHead(header.subarray(124, 136))
      .replace(/[\0 ]+$/, "")
      .trim();
    if (!/^[0-7]{1,12}$/.test(digits))
      throw wrong(source, "the size of a member in octal digits", JSON.stringify(digits));
    const size = Number.parseInt(digits, 8);
    const start = position + BLOCK;
    if (start + size > source.size) throw truncated(`${source.label}: ${name}`, start + size, source.size);
    members.set(name, part(source, name, start, size));
    position = start + Math.ceil(size / BLOCK) * BLOCK;
  }
  return members;
}

/** A stretch of a source as a source. */
function part(source: ByteSource, name: string, start: number, size: number): ByteSource {
  const label = `${source.label}: ${name}`;
  return {
    name,
    label,
    size,
    async read(offset, length, into) {
      if (offset + length > size) throw truncated(label, offset + length, size);
      return source.read(start + offset, length, into);
    },
    async close() {},
  };
}

function wrong(source: ByteSource, expected: string, got: string): CheckpointFormatError {
  return new CheckpointFormatError(
    `${source.label}: expected ${expected}, got ${got}. The archive is damaged: download or save it again.`,
  );
}
