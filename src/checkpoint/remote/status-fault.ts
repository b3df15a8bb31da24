import { Fault } from "./fault.ts";

/** What an address needs to say of itself for the advice. */
export interface Asked {
  /** Page of the model on the hub; null where the address is not of a hub. */
  readonly modelPage: string | null;
  /** Whether a token was sent. */
  readonly hasToken: boolean;
}

const theToken = "HF_TOKEN (in the library: remote.token)";

/**
 * What a server's refusal means, in words, and what to do.
 *
 * @param status - of HTTP, 400 or more.
 * @source huggingface_hub, `utils/_http.py`: what the header X-Error-Code says.
 */
export function statusFault(status: number, headers: Headers, asked: Asked): Fault {
  const said = headers.get("x-error-code") ?? "";
  const told = hubFaults[said]?.(asked) ?? statuses[status]?.(asked);
  if (status === 429 || status === 408 || status >= 500) {
    const seconds = Number(headers.get("retry-after") ?? "");
    const pause = seconds > 0 ? 1000 * seconds : null;
    const what =
      status === 429 ? "the server says that it was asked too often" : "the server has a fault of its own";
    const wait = pause === null ? "" : `, and asks to wait ${seconds} s`;
    const advice =
      status === 429 && asked.modelPage && !asked.hasToken
        ? `Wait, or set ${theToken}: accounts may ask more often.`
        : undefined;
    return new Fault(`${what} (${status})${wait}`, { isPassing: true, pause, ...(advice && { advice }) });
  }
  if (told) return new Fault(`${told.what} (${status})`, { advice: told.advice });
  return new Fault(`the server refuses (${status})`, {
    advice: "Check the address, or download the file and name it.",
  });
}

type Told = (asked: Asked) => { readonly what: string; readonly advice: string };

const hubFaults: Readonly<Record<string, Told>> = {
  GatedRepo: ({ modelPage, hasToken }) => ({
    what: "the model is gated: its conditions must be accepted first",
    advice: hasToken
      ? `Accept them at ${modelPage}, with the account of the token.`
      : `Accept them at ${modelPage}, and set ${theToken} to a token of that account.`,
  }),
  RepoNotFound: (asked) => noModel(asked),
  RevisionNotFound: ({ modelPage }) => ({
    what: "the model has no such revision",
    advice: `Look up its branches, tags and commits at ${modelPage}.`,
  }),
  EntryNotFound: ({ modelPage }) => ({
    what: "the model has no such file",
    advice: `Look up its files at ${modelPage}.`,
  }),
};

const statuses: Readonly<Record<number, Told>> = {
  401: (asked) => (asked.modelPage ? noModel(asked) : login),
  403: ({ modelPage, hasToken }) => {
    if (!modelPage) return login;
    const what = "access is not allowed";
    return hasToken
      ? { what, advice: `Ask for access at ${modelPage}, or give the token the right to read the model.` }
      : { what, advice: `Ask for access at ${modelPage}, and set ${theToken}.` };
  },
  404: ({ modelPage }) =>
    modelPage
      ? { what: "there is no such model, revision or file", advice: `Look it up at ${modelPage}.` }
      : { what: "there is no such file", advice: "Check the address." },
  410: () => ({ what: "the file is gone", advice: "Check the address." }),
};

const login = {
  what: "access needs a login, or is not allowed",
  advice:
    "A token is sent to the hub alone (hf://OWNER/MODEL): from elsewhere, download the file and name it.",
};

/** A hub says so of models that are private, too. */
function noModel({ hasToken }: Asked) {
  return {
    what: "there is no such model, or it is private",
    advice: hasToken
      ? "Check owner and name, and that the account of the token may read it and the token has not expired."
      : `Check owner and name; if it is private, set ${theToken} to a token that may read it.`,
  };
}
