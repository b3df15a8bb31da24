import { unreadable } from "../checkpoint/system-errors.ts";
import { DatasetFormatError } from "../errors.ts";
import { gunzipFault, isGzip } from "./data-files.ts";

/** Bytes of one line: the longest pages of C4 have some hundred thousand. */
const LINE_BYTES = 1 << 26;

const NEWLINE = 0x0a;

/**
 * The `text` of every line of a file of JSON objects, plain or gzipped. The file is read as the texts are asked for:
 * no more than a line of it is in memory, and nothing behind the last one asked for is unpacked.
 *
 * @param path - of the file; empty lines are passed over.
 * @throws {UnreadableInputError} If it cannot be read.
 * @throws {DatasetFormatError} If a line is no object with a `text`, or the file is no whole gzip file.
 */
export async function* jsonLineTexts(path: string): AsyncGenerator<string> {
  const decoder = new TextDecoder("utf-8", { fatal: true });
  let line = 0;
  for await (const bytes of linesOf(path)) {
    line++;
    const fault = (got: string, cause?: unknown) =>
      new DatasetFormatError(`${path}, line ${line}: expected a JSON object with a "text", got ${got}.`, {
        cause,
      });
    let value: unknown;
    try {
      const text = decoder.decode(bytes);
      if (text.trim() === "") continue;
      value = JSON.parse(text);
    } catch (cause) {
      throw fault(`something else (${(cause as Error).message})`, cause);
    }
    const text = typeof value === "object" && value !== null && "text" in value ? value.text : undefined;
    if (typeof text !== "string") throw fault(value === null ? "null" : `${typeof value} without one`);
    yield text;
  }
}

/** The lines of a file as bytes, without their ends. */
async function* linesOf(path: string): AsyncGenerator<Uint8Array> {
  const { createReadStream } = await import("node:fs");
  const { createGunzip } = await import("node:zlib");
  const { pipeline } = await import("node:stream");
  const packed = await startsAsGzip(path);
  const file = createReadStream(path);
  const stream = packed ? pipeline(file, createGunzip(), () => {}) : file;
  let pending: Uint8Array[] = [];
  let held = 0;
  let line = 1;
  try {
    for await (const chunk of stream as AsyncIterable<Uint8Array>) {
      let start = 0;
      for (let end = chunk.indexOf(NEWLINE); end >= 0; end = chunk.indexOf(NEWLINE, start)) {
        yield Buffer.concat([...pending, chunk.subarray(start, end)]);
        pending = [];
        held = 0;
        line++;
        start = end + 1;
      }
      if (start === chunk.length) continue;
      pending.push(chunk.subarray(start));
      held += chunk.length - start;
      if (held > LINE_BYTES) {
        throw new DatasetFormatError(
          `${path}, line ${line}: expected lines of at most ${LINE_BYTES} bytes, got a longer one.`,
        );
      }
    }
  } catch (cause) {
    if (cause instanceof DatasetFormatError) throw cause;
    const fault = gunzipFault(`${path}, behind line ${line - 1},`, cause, Number.POSITIVE_INFINITY);
    throw fault === cause ? unreadable(path, cause) : fault;
  } finally {
    file.destroy();
    stream.destroy();
  }
  if (held > 0) yield Buffer.concat(pending);
}

async function startsAsGzip(path: string): Promise<boolean> {
  const { open } = await import("node:fs/promises");
  try {
    const handle = await open(path, "r");
    try {
      const head = new Uint8Array(2);
      const { bytesRead } = await handle.read(head, 0, 2, 0);
      return isGzip(path, head.subarray(0, bytesRead));
    } finally {
      await handle.close();
    }
  } catch (cause) {
    throw cause instanceof DatasetFormatError ? cause : unreadable(path, cause);
  }
}
