import { UnreadableInputError } from "../../errors.ts";
import { type ByteSource, checkRange } from "../byte-source.ts";
import { REMOTE_FIRST_BYTES } from "../limits.ts";
import type { Answer, RemoteClient } from "./client.ts";
import { type ContentRange, changed, checkedPart, type Identity, identityOf } from "./content-range.ts";
import { Fault, persist } from "./fault.ts";
import { readAhead } from "./read-ahead.ts";
import { statusFault } from "./status-fault.ts";
import { giveBack, readWhole } from "./whole-body.ts";

/** A file on a server. */
export interface RemoteFile {
  readonly url: URL;
  readonly name: string;
  /** What messages call it; it must not give away what its address hides. */
  readonly label: string;
  /** Page of its model on the hub; null elsewhere. */
  readonly modelPage: string | null;
  /** Bytes that a list of files says it has; null where there is none. */
  readonly listedSize?: number | null;
}

/**
 * A file on a server, read by ranges; where the server gives none, and the file is small enough, held whole.
 *
 * @returns null where there is no such file.
 * @throws {UnreadableInputError} If it can't be read: the message says why and what to do.
 * @source RFC 9110, section 14: range requests.
 */
export async function httpSource(client: RemoteClient, file: RemoteFile): Promise<ByteSource | null> {
  const { url, label } = file;
  const persistence = { label, delay: client.delay, position: () => null };
  const opened = await persist(async () => {
    const answer = await client.get(url, `bytes=0-${REMOTE_FIRST_BYTES - 1}`, label, false);
    const { status, headers } = answer;
    if (status === 206) return { answer, part: checkedPart(answer, 0, REMOTE_FIRST_BYTES, null, label) };
    if (status === 200) {
      await requireFile(answer, file);
      return { answer, whole: await readWhole(answer, label) };
    }
    await answer.cancel();
    if (status === 404 || status === 410) return null;
    if (status === 416 && /^bytes \*\/0$/.test(headers.get("content-range") ?? "")) {
      return { answer, whole: new Uint8Array(0) };
    }
    throw statusFault(status, headers, { modelPage: file.modelPage, hasToken: client.hasTokenFor(url) });
  }, persistence);
  if (!opened) return null;

  const { answer, part, whole } = opened;
  const size = part?.size ?? whole!.length;
  if (file.listedSize != null && size !== file.listedSize) {
    await answer.cancel();
    throw new UnreadableInputError(
      `${label}: expected ${file.listedSize} bytes, as the list of files says, got ${size}. Try again later.`,
    );
  }
  if (whole) return wholeSource(file, whole);
  await requireFile(answer, file);
  const source = new RangedSource(client, file, answer, size);
  await source.begin(answer, part!);
  return source;
}

/** Bytes that are all here already. */
function wholeSource({ name, label }: RemoteFile, bytes: Uint8Array): ByteSource {
  let held: Uint8Array | null = bytes;
  return {
    name,
    label,
    size: bytes.length,
    async read(offset, length) {
      checkRange(label, bytes.length, offset, length, held === null);
      return held!.slice(offset, offset + length);
    },
    async close() {
      if (held) giveBack(held.length);
      held = null;
    },
  };
}

class RangedSource implements ByteSource {
  readonly name: string;
  readonly label: string;
  readonly size: number;
  readonly #client: RemoteClient;
  readonly #file: RemoteFile;
  readonly #identity: Identity;
  /** Where the server led to: asked first, until it refuses, as addresses that expire do. */
  #direct: URL | null;
  #isClosed = false;

  constructor(client: RemoteClient, file: RemoteFile, first: Answer, size: number) {
    this.name = file.name;
    this.label = file.label;
    this.size = size;
    this.#client = client;
    this.#file = file;
    this.#identity = identityOf(first.headers, size);
    this.#direct = first.url.href === file.url.href ? null : first.url;
  }

  /** Reads what came with the size. */
  async begin(answer: Answer, part: ContentRange): Promise<void> {
    const bytes = new Uint8Array(part.end);
    await this.#fill(0, bytes, { answer, part });
    readAhead.keep(this, 0, bytes);
  }

  async read(offset: number, length: number, into?: Uint8Array): Promise<Uint8Array> {
    checkRange(this.label, this.size, offset, length, this.#isClosed);
    const bytes = into?.subarray(0, length) ?? new Uint8Array(length);
    for (let done = 0; done < length; ) {
      const at = offset + done;
      const rest = bytes.subarray(done);
      const there = readAhead.find(this, at);
      if (there) {
        const piece = there.subarray(0, rest.length);
        rest.set(piece);
        done += piece.length;
        continue;
      }
      const stretch = Math.min(readAhead.stretch(this, at), this.size - at);
      if (stretch > rest.length) {
        const window = new Uint8Array(stretch);
        await this.#fill(at, window, null);
        readAhead.keep(this, at, window);
        rest.set(window.subarray(0, rest.length));
      } else {
        await this.#fill(at, rest, null);
      }
      done = length;
    }
    return bytes;
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    readAhead.drop(this);
  }

  /** Reads a range; where a connection breaks off, the next one goes on at the byte that was reached. */
  async #fill(
    start: number,
    into: Uint8Array,
    first: { readonly answer: Answer; readonly part: ContentRange } | null,
  ): Promise<void> {
    let done = 0;
    let given = first;
    const task = async () => {
      while (done < into.length) {
        const { answer, part } = given ?? (await this.#ask(start + done, start + into.length));
        given = null;
        for await (const chunk of answer.chunks()) {
          if (start + done + chunk.length > part.end) {
            throw this.#wrong(`${part.end - part.start} bytes from byte ${part.start} on`, "more");
          }
          into.set(chunk, done);
          done += chunk.length;
        }
        if (start + done < part.end) throw new Fault("the connection broke off", { isPassing: true });
      }
    };
    await persist(task, { label: this.label, delay: this.#client.delay, position: () => start + done });
    readAhead.note(this, start, into.length);
  }

  async #ask(start: number, end: number): Promise<{ answer: Answer; part: ContentRange }> {
    const range = `bytes=${start}-${end - 1}`;
    let answer = await this.#client.get(this.#direct ?? this.#file.url, range, this.label, true);
    if (this.#direct && answer.status >= 400 && answer.status !== 429) {
      await answer.cancel();
      this.#direct = null;
      answer = await this.#client.get(this.#file.url, range, this.label, true);
      if (answer.url.href !== this.#file.url.href) this.#direct = answer.url;
    }
    const { status, headers } = answer;
    if (status === 206) return { answer, part: checkedPart(answer, start, end, this.#identity, this.label) };
    await answer.cancel();
    const { url, modelPage } = this.#file;
    if (status === 416) throw changed(this.label);
    if (status >= 400)
      throw statusFault(status, headers, { modelPage, hasToken: this.#client.hasTokenFor(url) });
    throw this.#wrong(`a part of the file (206), as before`, `an answer ${status}`);
  }

  #wrong(expected: string, got: string): UnreadableInputError {
    return new UnreadableInputError(
      `${this.label}: expected ${expected}, got ${got}: the server does not keep to HTTP. Download the file and name it.`,
    );
  }
}

/** A page where a file should be is a login, or the page about the file. */
async function requireFile(answer: Answer, { url, label }: RemoteFile): Promise<void> {
  if (!/^text\/html\b/i.test(answer.headers.get("content-type") ?? "")) return;
  await answer.cancel();
  const [, owner, model, , revision, within = ""] =
    /^\/([^/]+)\/([^/]+)(?:\/(blob|tree)\/([^/]+)((?:\/[^/]+)*))?$/.exec(url.pathname) ?? [];
  const hint = owner
    ? ` A model of the hub goes by hf://${owner}/${model}${revision && revision !== "main" ? `@${revision}` : ""}${within}.`
    : "";
  throw new UnreadableInputError(
    `${label}: expected a file, got a web page: it is the address of a page, or needs a login. ` +
      `Take the address of the file itself, or download it and name it.${hint}`,
  );
}
