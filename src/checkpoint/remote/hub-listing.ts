import { CheckpointFormatError, MarchenkoError, UnreadableInputError } from "../../errors.ts";
import { HUB_FILES, HUB_PAGE_BYTES, HUB_PAGES } from "../limits.ts";
import { type HubAddress, hubEndpoint, hubText } from "./address.ts";
import type { Answer, RemoteClient } from "./client.ts";
import { Fault, persist } from "./fault.ts";
import { statusFault } from "./status-fault.ts";

/** The files of a model of the hub. */
export interface HubListing {
  /** The commit that the revision is now; null where the hub does not say. */
  readonly commit: string | null;
  /** Sizes by path, in bytes; null where the hub does not say. */
  readonly sizes: ReadonlyMap<string, number | null>;
}

/** Page of a model, for people. */
export function modelPageOf(client: RemoteClient, { owner, model }: HubAddress): string {
  return `${hubEndpoint(client.options)}/${owner}/${model}`;
}

/**
 * Lists all files of a model.
 *
 * Paths that are no plain relative ones are left out, and hidden ones, as in folders on disk.
 *
 * @throws {UnreadableInputError} If there is no such model or revision, it may not be read, or the hub can't be reached;
 *   {CheckpointFormatError} If what it answers is no such list.
 * @source Hugging Face Hub API, `/api/models/{repo}/tree/{revision}`, its pages by the header Link.
 */
export async function hubListing(client: RemoteClient, address: HubAddress): Promise<HubListing> {
  const { owner, model, revision } = address;
  const endpoint = hubEndpoint(client.options);
  const label = hubText({ ...address, within: "" });
  const sizes = new Map<string, number | null>();
  let commit: string | null = null;
  let next: URL | null = new URL(
    `${endpoint}/api/models/${owner}/${model}/tree/${encodeURIComponent(revision ?? "main")}?recursive=true`,
  );
  for (let page = 0; next; page++) {
    const { headers, found, text } = await readPage(client, next, label, modelPageOf(client, address));
    commit ??= found;
    for (const [path, size] of entriesOf(text, label)) sizes.set(path, size);
    if (sizes.size > HUB_FILES || page >= HUB_PAGES) {
      throw new CheckpointFormatError(
        `${label}: expected at most ${HUB_FILES} files on ${HUB_PAGES} pages, got more. Download what you need and name it.`,
      );
    }
    next = nextPage(headers, next, label);
  }
  commit ??= await commitOf(client, address, label);
  return { commit: commit !== null && /^[0-9a-f]{40}$/.test(commit) ? commit : null, sizes };
}

/** The commit of a revision, where the list did not say it; null where the hub does not say it here either. */
async function commitOf(client: RemoteClient, address: HubAddress, label: string): Promise<string | null> {
  const { owner, model, revision } = address;
  const endpoint = hubEndpoint(client.options);
  const url = new URL(
    `${endpoint}/api/models/${owner}/${model}/revision/${encodeURIComponent(revision ?? "main")}`,
  );
  try {
    const { text } = await readPage(client, url, label, modelPageOf(client, address));
    const { sha } = JSON.parse(text) as Record<string, unknown>;
    return typeof sha === "string" ? sha : null;
  } catch (error) {
    // Files are read by the revision's name as well; what can't be read says so itself.
    if (error instanceof MarchenkoError || error instanceof SyntaxError || error instanceof TypeError)
      return null;
    throw error;
  }
}

async function readPage(client: RemoteClient, url: URL, label: string, modelPage: string) {
  return await persist(
    async () => {
      const answer = await client.get(url, null, label, false);
      const { status, headers, commit } = answer;
      if (status !== 200) {
        await answer.cancel();
        throw statusFault(status, headers, { modelPage, hasToken: client.hasTokenFor(url) });
      }
      return { headers, found: commit, text: await textOf(answer, label) };
    },
    { label, delay: client.delay, position: () => null },
  );
}

async function textOf(answer: Answer, label: string): Promise<string> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of answer.chunks()) {
    length += chunk.length;
    if (length > HUB_PAGE_BYTES) throw noList(label, `more than ${HUB_PAGE_BYTES} bytes`);
    chunks.push(chunk);
  }
  const isPlain = !answer.headers.get("content-encoding");
  if (isPlain && length < Number(answer.headers.get("content-length") ?? "0"))
    throw new Fault("the connection broke off", { isPassing: true });
  return await new Blob(chunks as BlobPart[]).text();
}

function entriesOf(text: string, label: string): [string, number | null][] {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch (cause) {
    throw noList(label, JSON.stringify(text.slice(0, 40)), cause);
  }
  if (!Array.isArray(parsed)) throw noList(label, JSON.stringify(parsed)?.slice(0, 100));
  return parsed.flatMap((entry: unknown): [string, number | null][] => {
    const { type, path, size } = (entry ?? {}) as Record<string, unknown>;
    if (type !== "file" || typeof path !== "string" || !isPlainPath(path)) return [];
    return [[path, Number.isSafeInteger(size) && (size as number) >= 0 ? (size as number) : null]];
  });
}

function isPlainPath(path: string): boolean {
  return (
    path.length <= 1024 && !/[\p{Cc}\\]/u.test(path) && !path.split("/").some((part) => /^$|^\./.test(part))
  );
}

/** @source RFC 8288: `Link: <...>; rel="next"`. */
function nextPage(headers: Headers, here: URL, label: string): URL | null {
  const target = /<([^<>]+)>\s*;\s*rel="?next"?/i.exec(headers.get("link") ?? "")?.[1];
  if (target === undefined) return null;
  const next = URL.canParse(target, here.href) ? new URL(target, here) : null;
  if (next?.origin === here.origin) return next;
  throw new UnreadableInputError(
    `${label}: expected the next page of the list of files on the same host, got another one. Check HF_ENDPOINT.`,
  );
}

function noList(label: string, got: string | undefined, cause?: unknown): CheckpointFormatError {
  return new CheckpointFormatError(
    `${label}: expected a list of files from the hub, got ${got ?? "nothing"}. Check HF_ENDPOINT, or try again later.`,
    cause === undefined ? undefined : { cause },
  );
}
