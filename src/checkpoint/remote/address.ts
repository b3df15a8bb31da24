import { UsageError } from "../../errors.ts";
import type { RemoteOptions } from "./options.ts";

const expected =
  "expected https://HOST/PATH/FILE, hf://OWNER/MODEL[@REVISION][/FILE-OR-FOLDER], or a path on disk";

/** A part of a model of the hub. */
export interface HubAddress {
  readonly owner: string;
  readonly model: string;
  /** Branch, tag or commit; null where none was given. */
  readonly revision: string | null;
  /** File or folder in it, without slashes at its ends; "" is all of it. */
  readonly within: string;
}

/** Whether a path is an address, not of this machine's disk. */
export function isRemote(path: string): boolean {
  return /^(https?|hf):\/\//i.test(path);
}

/** A path as it may be shown: what follows "?" in an address may be a signature that lets anyone in. */
export function shownPath(path: string): string {
  return isRemote(path) ? path.replace(/[?#].*$/s, "").replace(/^(https?:\/\/)[^/]*@/i, "$1") : path;
}

/** @throws {UsageError} If a path that is not on disk looks like an address of a kind that is not read. */
export function requireKnownScheme(path: string): void {
  const scheme = /^([a-z][a-z0-9+.-]+):\/\//i.exec(path)?.[1] ?? /^(https?|hf):/i.exec(path)?.[1];
  if (scheme === undefined) return;
  throw new UsageError(`${path}: ${expected}, got an address of "${scheme}:" that is no such address.`);
}

/**
 * The address of one file.
 *
 * @throws {UsageError} If it is malformed, names a folder, has a password in it, or is plain http to another machine.
 */
export function webAddress(path: string, options: RemoteOptions): URL {
  const shown = shownPath(path);
  let url: URL;
  try {
    url = new URL(path);
  } catch {
    // Where a password begins in what can't be taken apart is not known.
    throw new UsageError(`${shown.includes("@") ? "an address" : shown}: ${expected}, got a malformed one.`);
  }
  if (url.username !== "" || url.password !== "") {
    throw new UsageError(`${shown}: expected an address without a user's name or password. Leave them out.`);
  }
  if (url.pathname.endsWith("/")) {
    throw new UsageError(
      `${shown}: expected the address of a file, got that of a folder, whose files a server does not list. ` +
        "Name the file, or an index of shards; a model of the hub goes by hf://OWNER/MODEL.",
    );
  }
  if (!isAllowed(url, options)) throw new UsageError(plainHttp(url));
  url.hash = "";
  return url;
}

/**
 * The address of the hub, without a slash at its end.
 *
 * @throws {UsageError} If it is none, or plain http to another machine.
 */
export function hubEndpoint(options: RemoteOptions): string {
  const text = options.endpoint?.trim() || "https://huggingface.co";
  const url = URL.canParse(text) ? new URL(text) : null;
  if (!url || !/^https?:$/.test(url.protocol) || url.username !== "" || url.password !== "") {
    throw new UsageError(
      "the hub's address (HF_ENDPOINT, remote.endpoint): expected one such as https://huggingface.co, " +
        "got a text that is none, or one with a password in it.",
    );
  }
  if (!isAllowed(url, options)) throw new UsageError(plainHttp(url));
  return (url.origin + url.pathname).replace(/\/+$/, "");
}

/** Whether an address may be asked: over https, or on this machine, or by the user's leave. */
export function isAllowed({ protocol, hostname }: URL, { allowHttp = false }: RemoteOptions): boolean {
  if (protocol === "https:") return true;
  if (protocol !== "http:") return false;
  return allowHttp || /^(localhost|127\.0\.0\.1|\[::1\])$/.test(hostname);
}

function plainHttp({ host }: URL): string {
  return (
    `${host}: expected an address of https, got plain http, over which anyone on the way can change what is read. ` +
    "Take https, or allow it where you trust the network: MARCHENKO_ALLOW_HTTP=1 (in the library: remote.allowHttp)."
  );
}

/** What a repository or its owner may be called. */
const plainName = /^(?=.{1,96}$)\w[\w.-]*$/;

/**
 * The parts of `hf://OWNER/MODEL[@REVISION][/FILE-OR-FOLDER]`.
 *
 * A revision with slashes in it has them as %2F, except for `refs/pr/1` and `refs/convert/...`.
 *
 * @throws {UsageError} If it is malformed.
 */
export function hubAddress(path: string): HubAddress {
  const parts = path
    .replace(/^hf:\/\//i, "")
    .replace(/\/+$/, "")
    .split("/");
  const [owner = "", second = "", ...rest] = parts;
  if (owner === "datasets" || owner === "spaces") {
    throw new UsageError(`${path}: expected a model, got one of the hub's ${owner}.`);
  }
  const [model = "", ...afterAt] = second.split("@");
  let revision = afterAt.length === 0 ? null : afterAt.join("@");
  if (revision === "refs" && /^(pr|convert)$/.test(rest[0] ?? "")) {
    revision = ["refs", ...rest.splice(0, 2)].join("/");
  }
  const decoded = revision === null ? null : decodedPart(revision);
  const isPlain =
    plainName.test(owner) &&
    plainName.test(model) &&
    (decoded === null || isRevision(decoded)) &&
    rest.every((part) => part !== "" && part !== "." && part !== ".." && !/[\p{Cc}\\]/u.test(part));
  if (!isPlain) {
    const hint = parts.length === 1 ? " A model without an owner has one today: look it up on the hub." : "";
    throw new UsageError(`${path}: ${expected}, got a malformed address.${hint}`);
  }
  return { owner, model, revision: decoded, within: rest.join("/") };
}

/** An address as text. */
export function hubText({ owner, model, revision, within }: HubAddress): string {
  const at =
    revision === null
      ? ""
      : `@${/^refs\/(pr|convert)\/[^/]+$/.test(revision) ? revision : encodeURIComponent(revision)}`;
  return `hf://${owner}/${model}${at}${within === "" ? "" : `/${within}`}`;
}

function isRevision(text: string): boolean {
  return /^[^\s\p{Cc}\\?#]{1,200}$/u.test(text) && !text.split("/").some((part) => /^\.{0,2}$/.test(part));
}

function decodedPart(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return "";
  }
}
