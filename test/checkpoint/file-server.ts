import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach } from "vitest";

export type Handler = (request: IncomingMessage, response: ServerResponse) => void;

/** A server on this machine for one test. */
export interface TestServer {
  /** `http://127.0.0.1:PORT`. */
  readonly origin: string;
  /** What was asked, in order: method, path and range. */
  readonly asked: string[];
  /** Bytes of bodies that were handed to the system. */
  sent: number;
}

/** Starts servers that are stopped after each test. */
export function testServers(): (handler: Handler) => Promise<TestServer> {
  const running: (() => Promise<void>)[] = [];
  afterEach(async () => {
    for (const stop of running.splice(0)) await stop();
  });
  return async (handler) => {
    const asked: string[] = [];
    const server = createServer((request, response) => {
      asked.push([request.method, request.url, request.headers.range].filter(Boolean).join(" "));
      response.on("finish", () => {
        result.sent += Number(response.getHeader("content-length") ?? 0);
      });
      handler(request, response);
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    running.push(async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    });
    const { port } = server.address() as AddressInfo;
    const result: TestServer = { origin: `http://127.0.0.1:${port}`, asked, sent: 0 };
    return result;
  };
}

/** The first and the last byte that a request asks for, of a file of this size. */
export function askedRange(request: IncomingMessage, size: number): { from: number; to: number } | null {
  const match = /^bytes=(\d+)-(\d+)$/.exec(request.headers.range ?? "");
  return match ? { from: Number(match[1]), to: Math.min(Number(match[2]), size - 1) } : null;
}

/** Answers with a file: the part that was asked for, or all of it. */
export function sendFile(
  request: IncomingMessage,
  response: ServerResponse,
  bytes: Uint8Array,
  headers: Readonly<Record<string, string>> = { etag: '"1"' },
): void {
  const range = askedRange(request, bytes.length);
  if (!range) {
    response.writeHead(200, { ...headers, "content-length": bytes.length }).end(bytes);
  } else if (range.from > range.to) {
    response.writeHead(416, { "content-range": `bytes */${bytes.length}` }).end();
  } else {
    const { from, to } = range;
    response.writeHead(206, {
      ...headers,
      "content-range": `bytes ${from}-${to}/${bytes.length}`,
      "content-length": to + 1 - from,
    });
    response.end(bytes.subarray(from, to + 1));
  }
}

/** Serves files by path, such as `/model.safetensors`, by ranges. */
export function serveFiles(files: Readonly<Record<string, Uint8Array | string>>): Handler {
  const contents = new Map(Object.entries(files).map(([path, content]) => [path, Buffer.from(content)]));
  return (request, response) => {
    const bytes = contents.get(decodeURIComponent(new URL(request.url!, "http://x").pathname));
    if (bytes) sendFile(request, response, bytes);
    else response.writeHead(404).end();
  };
}
