import type { IncomingMessage, ServerResponse } from "node:http";
import { type Handler, sendFile } from "./file-server.ts";

export interface FakeHub {
  /** Of the one model that there is, `owner/model`, by path. */
  readonly files: Readonly<Record<string, Uint8Array | string>>;
  /** Files on a page of the list. */
  readonly perPage?: number;
  /** Null for a hub that does not say. */
  readonly commit?: string | null;
  /** Where it is said: with each answer, or only where it is asked for. */
  readonly saysCommit?: "always" | "asked";
  /** Told of each request before it is answered; true when it has answered it itself. */
  readonly before?: (request: IncomingMessage, response: ServerResponse) => boolean;
}

export const commit = "0123456789abcdef0123456789abcdef01234567";

/** A hub as Hugging Face's: the list of files in pages, and the files at a revision. */
export function fakeHub({
  files,
  perPage = 1000,
  commit: said = commit,
  saysCommit = "always",
  before,
}: FakeHub): Handler {
  const contents = new Map(Object.entries(files).map(([path, content]) => [path, Buffer.from(content)]));
  const folders = new Set([...contents.keys()].flatMap((path) => path.split("/").slice(0, -1)));
  const entries = [
    ...Array.from(folders, (path) => ({ type: "directory", oid: "0", size: 0, path })),
    ...Array.from(contents, ([path, { length }]) => ({ type: "file", oid: "0", size: length, path })),
  ];
  return (request, response) => {
    if (before?.(request, response)) return;
    const url = new URL(request.url!, `http://${request.headers.host}`);
    if (saysCommit === "asked" && url.pathname === "/api/models/owner/model/revision/main") {
      response.writeHead(200).end(JSON.stringify({ sha: said }));
      return;
    }
    if (said !== null && saysCommit === "always") response.setHeader("x-repo-commit", said);
    const [, api, revision] =
      /^\/(?:(api)\/models\/)?owner\/model\/(?:tree|resolve)\/([^/]+)/.exec(url.pathname) ?? [];
    if (revision === undefined) {
      response.writeHead(401, { "x-error-code": "RepoNotFound" }).end("{}");
    } else if (!["main", "v1%2Fa", "refs%2Fpr%2F1", said].includes(revision)) {
      response.writeHead(404, { "x-error-code": "RevisionNotFound" }).end("{}");
    } else if (api) {
      const start = Number(url.searchParams.get("cursor") ?? 0);
      const next = start + perPage;
      if (next < entries.length) {
        url.searchParams.set("cursor", String(next));
        response.setHeader("link", `<${url.href}>; rel="next"`);
      }
      const body = JSON.stringify(entries.slice(start, next));
      response.writeHead(200, { "content-type": "application/json" }).end(body);
    } else {
      const path = decodeURIComponent(url.pathname).split(`/resolve/${decodeURIComponent(revision)}/`)[1]!;
      const bytes = contents.get(path);
      if (bytes) sendFile(request, response, bytes);
      else response.writeHead(404, { "x-error-code": "EntryNotFound" }).end();
    }
  };
}
