import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { UsageError } from "../errors.ts";
import { viewerPolicy } from "../viewer/viewer-document.ts";
import { abortOnInterrupt } from "./interrupt.ts";

/** A page that this machine can open. */
export interface ServedPage {
  readonly address: string;
  /** Resolves when the user has ended it. */
  readonly closed: Promise<void>;
}

/**
 * Serves one page on 127.0.0.1, until an interrupt.
 *
 * @param port - 0 for a free one.
 * @throws {UsageError} If the port can't be had.
 */
export async function servePage(page: string, port: number): Promise<ServedPage> {
  const bytes = Buffer.from(page);
  let host = "";
  const server = createServer(({ method, url, headers }, response) => {
    const isRead = method === "GET" || method === "HEAD";
    // Another name that leads here is a page elsewhere that wants to read this one.
    const isHere = headers.host === host || headers.host === host.replace("127.0.0.1", "localhost");
    const status = !isHere ? 403 : !isRead ? 405 : url === "/" ? 200 : 404;
    response.writeHead(status, {
      "content-type": status === 200 ? "text/html; charset=utf-8" : "text/plain",
      "cache-control": "no-store",
      "content-security-policy": viewerPolicy,
      "x-content-type-options": "nosniff",
      "referrer-policy": "no-referrer",
      // Isolated, its threads may share memory.
      "cross-origin-opener-policy": "same-origin",
      "cross-origin-embedder-policy": "require-corp",
    });
    response.end(status === 200 && method === "GET" ? bytes : "");
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", (cause: NodeJS.ErrnoException) => {
      const why = cause.code === "EADDRINUSE" ? "is taken" : `can't be had (${cause.message})`;
      reject(new UsageError(`port ${port} ${why}: choose another, or leave --port out.`, { cause }));
    });
    server.listen(port, "127.0.0.1", resolve);
  });
  host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  const closed = new Promise<void>((resolve) => {
    const { signal, release } = abortOnInterrupt(() => {});
    signal.addEventListener("abort", () => {
      release();
      server.close(() => resolve());
      server.closeAllConnections();
    });
  });
  return { address: `http://${host}/`, closed };
}
