import { UnreadableInputError } from "../../errors.ts";
import { REMOTE_ATTEMPTS, REMOTE_PAUSE_MS, REMOTE_PROGRESS_BYTES } from "../limits.ts";

const tryAgain = "Try again later, or download the file and name it.";

/** An attempt to read from a server that failed: it becomes an error of the package when no other one helps. */
export class Fault extends Error {
  /** Whether the same request may succeed a moment later. */
  readonly isPassing: boolean;
  /** Milliseconds that the server asks to wait; null where it does not say. */
  readonly pause: number | null;
  readonly advice: string;

  constructor(
    what: string,
    {
      isPassing = false,
      pause = null,
      advice = tryAgain,
      cause,
    }: { isPassing?: boolean; pause?: number | null; advice?: string; cause?: unknown } = {},
  ) {
    super(what, { cause });
    this.isPassing = isPassing;
    this.pause = pause;
    this.advice = advice;
  }
}

/** Codes of connections that never were. */
const unreached: Readonly<Record<string, string>> = {
  ENOTFOUND: "the name of its host is not known, or this machine is offline",
  EAI_AGAIN: "the name of its host can't be looked up: this machine seems to be offline",
  ECONNREFUSED: "its host refuses the connection",
  ENETUNREACH: "its network can't be reached: this machine seems to be offline",
  EHOSTUNREACH: "its host can't be reached",
  EACCES: "this machine does not let the connection be made",
};

/** Codes of connections that ended. */
const brokenOff =
  /^(ECONNRESET|EPIPE|ECONNABORTED|ETIMEDOUT|UND_ERR_(SOCKET|CONNECT_TIMEOUT|HEADERS_TIMEOUT|BODY_TIMEOUT|RES_CONTENT_LENGTH_MISMATCH)|HPE_.*)$/;

/**
 * What a `fetch`, or the reading of its body, threw, in words.
 *
 * @param isKnown - whether the server has answered before: what can't be reached then is so for a moment only.
 */
export function faultOf(cause: unknown, isKnown: boolean): Fault {
  const code = codeOf(cause);
  const online = "Check the address and the network, or download the file elsewhere and name it.";
  const absent = unreached[code];
  if (absent)
    return new Fault(`it can't be reached: ${absent} (${code})`, {
      isPassing: isKnown,
      advice: online,
      cause,
    });
  if (/CERT|SELF_SIGNED|UNABLE_TO_VERIFY|ERR_TLS/.test(code)) {
    const advice = "Name its authority to Node (NODE_EXTRA_CA_CERTS), or download the file and name it.";
    return new Fault(`its certificate is not trusted (${code})`, { advice, cause });
  }
  const message = innermost(cause);
  if (brokenOff.test(code) || message === "terminated") {
    return new Fault(`the connection broke off${code ? ` (${code})` : ""}`, { isPassing: true, cause });
  }
  const allows = "In a page, its server must also allow the page to read it (CORS).";
  return new Fault(`it can't be read: ${message}`, {
    isPassing: isKnown,
    advice: `${online} ${allows}`,
    cause,
  });
}

/** The system's code, wherever in the causes it is; "" where there is none. */
function codeOf(error: unknown): string {
  for (let each = error, depth = 0; each instanceof Error && depth < 5; each = each.cause, depth++) {
    if ("code" in each && typeof each.code === "string") return each.code;
  }
  return "";
}

/** What the first cause says: `fetch` itself only says that it failed. */
function innermost(error: unknown): string {
  let last = error;
  for (let depth = 0; depth < 5 && last instanceof Error && last.cause instanceof Error; depth++)
    last = last.cause;
  return last instanceof Error ? last.message : String(last);
}

/** How often and for whom something is attempted. */
export interface Persistence {
  /** What is read, as messages call it. */
  readonly label: string;
  /** Milliseconds before the first repetition. */
  readonly delay: number;
  /** Where the reading is, a byte of the file; null before there is such a place. */
  readonly position: () => number | null;
}

/**
 * Does a task until it succeeds, a bounded number of times, with pauses that double. A task that gets on by a good
 * piece before it fails may fail as often again.
 *
 * @throws {UnreadableInputError} When it is given up; and what the task throws that is no {@link Fault}, at once.
 */
export async function persist<T>(
  task: () => Promise<T>,
  { label, delay, position }: Persistence,
): Promise<T> {
  let failures = 0;
  let mark = position() ?? 0;
  for (;;) {
    try {
      return await task();
    } catch (error) {
      if (!(error instanceof Fault)) throw error;
      const at = position();
      if ((at ?? 0) - mark >= REMOTE_PROGRESS_BYTES) {
        failures = 0;
        mark = at!;
      }
      failures++;
      const pause = error.pause ?? Math.min(delay * 2 ** (failures - 1), REMOTE_PAUSE_MS);
      if (!error.isPassing || failures >= REMOTE_ATTEMPTS || pause > REMOTE_PAUSE_MS) {
        const where = at === null ? "" : `, at byte ${at}`;
        const often = failures > 1 ? `, ${failures} times` : "";
        throw new UnreadableInputError(`${label}: ${error.message}${where}${often}. ${error.advice}`, {
          cause: error.cause ?? error,
        });
      }
      await new Promise((resolve) => setTimeout(resolve, pause));
    }
  }
}
