import { UnreadableInputError } from "../../errors.ts";
import { REMOTE_WHOLE_BYTES } from "../limits.ts";
import type { Answer, RemoteClient } from "./client.ts";
import { Fault } from "./fault.ts";

/**
 * The whole file, where a server gives no ranges of it.
 *
 * @throws {UnreadableInputError} If it is larger than what may be held of all files together; {Fault} If it ends early.
 */
export async function readWhole(answer: Answer, client: RemoteClient, label: string): Promise<Uint8Array> {
  const { headers } = answer;
  const declared = headers.get("content-encoding") ? null : headers.get("content-length");
  const size = declared !== null && /^\d{1,15}$/.test(declared) ? Number(declared) : null;
  if (size !== null && size > client.wholeBytesLeft) {
    await answer.cancel();
    throw tooLarge(label, `${size} bytes`);
  }
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of answer.chunks()) {
    length += chunk.length;
    if (length > client.wholeBytesLeft) throw tooLarge(label, "more");
    chunks.push(chunk);
  }
  if (size !== null && length < size) throw new Fault("the connection broke off", { isPassing: true });
  if (size !== null && length > size) {
    throw new UnreadableInputError(
      `${label}: expected ${size} bytes, as the server says, got ${length}. Download the file and name it.`,
    );
  }
  client.wholeBytesLeft -= length;
  const bytes = new Uint8Array(length);
  let at = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, at);
    at += chunk.length;
  }
  return bytes;
}

function tooLarge(label: string, got: string): UnreadableInputError {
  return new UnreadableInputError(
    `${label}: its server gives no parts of files (no range requests), and whole files of at most ` +
      `${REMOTE_WHOLE_BYTES} bytes together are held in memory, got ${got}. Download it and name the file.`,
  );
}
