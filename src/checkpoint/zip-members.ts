import { UnreadableInputError } from "../errors.ts";
import type { ByteSource } from "./byte-source.ts";
import { asciiHead } from "./format.ts";
import { DEFLATE_RATIO } from "./limits.ts";
import { inflatedSource, storedSource } from "./zip-data.ts";
import { damagedZip, type ZipEntry, zipDataStart, zipDirectory } from "./zip-directory.ts";

const STORED = 0;
const DEFLATED = 8;

/** Name of the first member of a zip archive, which follows 30 fixed bytes; "" of anything else. */
export function firstZipMember(head: Uint8Array): string {
  if (asciiHead(head, 4) !== "PK\x03\x04" || head.length < 30) return "";
  return asciiHead(head.subarray(30, 30 + head[26]! + 256 * head[27]!));
}

/** A member of an archive. */
export interface ZipMember extends ByteSource {
  /** Not compressed: a range is read as fast as in a file. Its check sum is that of the whole, though. */
  readonly isStored: boolean;
}

/**
 * The members of a zip archive, each as a source of its own bytes: stored ones by range, deflated
 * ones inflated as far as is asked. Only the directory is read here.
 *
 * @throws {CheckpointFormatError} If the archive is damaged, or its sizes cannot be true.
 * @throws {UnreadableInputError} If a member is encrypted, or compressed otherwise.
 */
export async function zipMembers(source: ByteSource): Promise<ZipMember[]> {
  const entries = new Map<string, ZipEntry>();
  let compressed = 0;
  for (const entry of await zipDirectory(source)) {
    if (entry.name.endsWith("/")) continue;
    if (entries.has(entry.name)) throw damagedZip(source, "each member once", `${entry.name} twice`);
    checkEntry(source, entry);
    compressed += entry.compressedSize;
    entries.set(entry.name, entry);
  }
  // Members that overlap let a small archive inflate to any size.
  if (compressed > source.size) {
    throw damagedZip(source, `members of ${source.size} bytes together`, `${compressed}`);
  }
  return [...entries.values()].map((entry): ZipMember => {
    const isStored = entry.method === STORED;
    let start: Promise<number> | null = null;
    const member = (isStored ? storedSource : inflatedSource)(source, {
      ...entry,
      label: `${source.label}: ${entry.name}`,
      start() {
        start ??= zipDataStart(source, entry);
        return start;
      },
    });
    return { ...member, isStored };
  });
}

function checkEntry(source: ByteSource, { name, isEncrypted, method, compressedSize, size }: ZipEntry): void {
  if (isEncrypted) {
    throw new UnreadableInputError(`${source.label}: ${name} is encrypted, which is not supported.`);
  }
  if (method !== STORED && method !== DEFLATED) {
    throw new UnreadableInputError(
      `${source.label}: ${name} is compressed by method ${method}; ` +
        "stored and deflated members are read. Save it again without.",
    );
  }
  if (method === STORED && size !== compressedSize) {
    throw damagedZip(source, `${name}, which is stored, to have ${size} bytes`, `${compressedSize}`);
  }
  if (size > compressedSize * DEFLATE_RATIO) {
    throw damagedZip(
      source,
      `${name} to inflate at most ${DEFLATE_RATIO}-fold`,
      `${size} from ${compressedSize}`,
    );
  }
}
