import { UnreadableInputError } from "../../errors.ts";
import { REMOTE_WHOLE_BYTES } from "../limits.ts";
import type { Answer } from "./client.ts";
import { Fault } from "./fault.ts";

/** Of the whole process, as its memory is. */
let bytesLeft = REMOTE_WHOLE_BYTES;

/** Says that a whole file is held no longer. */
export function giveBack(length: number): void {
  bytesLeft += length;
}

/**
 * The whole file, where a server gives no ranges of it.
 *
 * @returns its bytes, which count as held until they are given back.
 * @throws {UnreadableInputError} If it is larger than what may be held of all files together; {Fault} If it ends early.
 */
export async function readWhole(answer: Answer, label: string): Promise<Uint8Array> {
  const { headers } = answer;
  const declared = headers.get("content-encoding") ? null : headers.get("content-length");
  const size = declared !== null && /^\d{1,15}$/.test(declared) ? Number(declared) : null;
  if (size !== null && size > bytesLeft) {
    await answer.cancel();
    throw tooLarge(label, `${size} bytes`);
  }
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of answer.chunks()) {
    length += chunk.length;
    if (length > bytesLeft) throw tooLarge(label, "more");
    if (size !== null && length > size) {
      throw new UnreadableInputError(
        `${label}: expected ${size} bytes, as the server says, got more. Download the file and name it.`,
      );
    }
    chunks.push(chunk);
  }
  if (size !== null && length < size) throw new Fault("the connection broke off", { isPassing: true });
  bytesLeft -= length;
  return new Uint8Array(await new Blob(chunks as BlobPart[]).arrayBuffer());
}

function tooLarge(label: string, got: string): UnreadableInputError {
  return new UnreadableInputError(
    `${label}: its server gives no parts of files (no range requests), and whole files of at most ` +
      `${REMOTE_WHOLE_BYTES} bytes together are held in memory, got ${got}. Download it and name the file.`,
  );
}
