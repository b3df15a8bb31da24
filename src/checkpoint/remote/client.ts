import { UnreadableInputError, UsageError } from "../../errors.ts";
import { REMOTE_REDIRECTS } from "../limits.ts";
import { hubEndpoint, isAllowed, shownPath } from "./address.ts";
import { Fault, faultOf } from "./fault.ts";
import type { RemoteOptions } from "./options.ts";

/** What a server answered, its body not read yet: read or cancel it. */
export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  /** Where it came from in the end. */
  readonly url: URL;
  /** Commit of a hub's model, said on the way. */
  readonly commit: string | null;
  /** Pieces of the body. @throws {Fault} When the connection breaks off, or no byte comes for too long. */
  chunks(): AsyncGenerator<Uint8Array>;
  cancel(): Promise<void>;
}

/** What asks servers: its manners and its token. */
export class RemoteClient {
  readonly options: RemoteOptions;
  /** Milliseconds before the first repetition. */
  readonly delay: number;
  readonly #token: string | null;
  readonly #timeout: number;

  constructor(options: RemoteOptions) {
    const { token = "", timeout = 30_000, retryDelay = 250 } = options;
    this.options = options;
    this.delay = retryDelay;
    this.#timeout = timeout;
    this.#token = token.trim() || null;
    if (this.#token !== null && !/^[\x21-\x7e]+$/.test(this.#token)) {
      throw new UsageError(
        "the hub's token (HF_TOKEN, remote.token): expected one word of plain characters, got others. Copy it again.",
      );
    }
  }

  /** Whether the token goes to an address: to the hub's own host alone. */
  hasTokenFor(url: URL): boolean {
    return this.#token !== null && url.origin === new URL(hubEndpoint(this.options)).origin;
  }

  /**
   * Asks once, and follows redirections: never from https to http, and to other hosts without the token.
   *
   * @param isKnown - whether the server has answered before.
   * @throws {Fault} If there is no answer; {UnreadableInputError} If it leads where it may not.
   */
  async get(url: URL, range: string | null, label: string, isKnown: boolean): Promise<Answer> {
    let at = url;
    let commit: string | null = null;
    for (let hop = 0; hop <= REMOTE_REDIRECTS; hop++) {
      const { response, touch, stop } = await this.#fetch(at, range, isKnown);
      commit ??= response.headers.get("x-repo-commit");
      const location = [301, 302, 303, 307, 308].includes(response.status)
        ? response.headers.get("location")
        : null;
      if (location === null) return answerOf(response, at, commit, isKnown, touch, stop);
      await response.body?.cancel().catch(() => {});
      stop();
      at = this.#redirected(at, location, label);
    }
    throw new UnreadableInputError(
      `${label}: expected at most ${REMOTE_REDIRECTS} redirections, got more. Check the address.`,
    );
  }

  #redirected(from: URL, location: string, label: string): URL {
    const next = URL.canParse(location, from.href) ? new URL(location, from) : null;
    if (next && isAllowed(next, this.options) && !(from.protocol === "https:" && next.protocol === "http:")) {
      // A name and a password that a server gives are nobody's.
      next.username = "";
      next.password = "";
      return next;
    }
    const where = next ? `to ${shownPath(next.href)}` : "to a malformed address";
    throw new UnreadableInputError(
      `${label}: expected a redirection to https, got one ${where}. Name the address it should lead to.`,
    );
  }

  async #fetch(url: URL, range: string | null, isKnown: boolean) {
    const aborter = new AbortController();
    let timer: ReturnType<typeof setTimeout> | undefined;
    const stop = () => clearTimeout(timer);
    const touch = () => {
      stop();
      timer = setTimeout(() => {
        const seconds = this.#timeout / 1000;
        aborter.abort(new Fault(`no byte came for ${seconds} s`, { isPassing: true }));
      }, this.#timeout);
    };
    // With a range, fetch itself asks for bytes that are not compressed.
    const headers: Record<string, string> = {};
    if (range !== null) headers.range = range;
    if (this.hasTokenFor(url)) headers.authorization = `Bearer ${this.#token}`;
    const ask = (redirect: RequestRedirect) =>
      (this.options.fetch ?? globalThis.fetch)(url.href, {
        headers,
        redirect,
        credentials: "omit",
        signal: aborter.signal,
      });
    touch();
    try {
      const response = await ask("manual");
      // A browser does not say where a redirection leads: it follows by the same rules itself.
      return { response: response.type === "opaqueredirect" ? await ask("follow") : response, touch, stop };
    } catch (error) {
      stop();
      throw error instanceof Fault ? error : faultOf(error, isKnown);
    }
  }
}

function answerOf(
  { status, headers, body }: Response,
  url: URL,
  commit: string | null,
  isKnown: boolean,
  touch: () => void,
  stop: () => void,
): Answer {
  return {
    status,
    headers,
    url,
    commit,
    async *chunks() {
      const reader = body?.getReader();
      try {
        while (reader) {
          touch();
          const { done, value } = await reader.read();
          if (done) break;
          yield value;
        }
      } catch (error) {
        throw error instanceof Fault ? error : faultOf(error, isKnown);
      } finally {
        stop();
        await reader?.cancel().catch(() => {});
      }
    },
    async cancel() {
      stop();
      await body?.cancel().catch(() => {});
    },
  };
}
