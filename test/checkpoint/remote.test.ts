import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { describe, expect, it } from "vitest";
import { type Checkpoint, encodeSafetensors, openCheckpoint } from "../../src/checkpoint/index.ts";
import type { RemoteOptions } from "../../src/checkpoint/remote/options.ts";
import { type MarchenkoError, UnreadableInputError, UsageError } from "../../src/errors.ts";
import { randomStream } from "../../src/linalg/random.ts";
import { askedRange, sendFile, serveFiles, testServers } from "./file-server.ts";
import { shardedFiles } from "./written-files.ts";

const serve = testServers();
const quick: RemoteOptions = { retryDelay: 1 };

function noise(name: string, count: number) {
  const stream = randomStream(name, ["remote"]);
  return { name, shape: [count], data: Float32Array.from({ length: count }, () => stream.uniform()) };
}

/** 3 MB, and the header within the first bytes. */
const parts = [noise("a", 250_000), noise("b", 500_000), noise("c", 10)];
const model = encodeSafetensors(parts);

async function openAt(address: string, options: RemoteOptions = {}): Promise<Checkpoint> {
  return await openCheckpoint(address, { remote: { ...quick, ...options } });
}

function hashOf({ buffer, byteOffset, byteLength }: Float32Array | Float64Array): string {
  return createHash("sha256")
    .update(new Uint8Array(buffer, byteOffset, byteLength))
    .digest("hex");
}

/** Hashes of the entries, by name. */
async function contentsOf(checkpoint: Checkpoint): Promise<Map<string, string>> {
  const hashes = new Map<string, string>();
  for (const tensor of checkpoint.tensors()) hashes.set(tensor.name, hashOf(await tensor.read()));
  return hashes;
}

const contents = new Map(parts.map(({ name, data }) => [name, hashOf(data)]));

/** The error of opening and reading all that is there. */
async function failure(address: string, options: RemoteOptions = {}): Promise<Error> {
  return await openAt(address, options)
    .then(contentsOf)
    .then(
      () => new Error("nothing was thrown"),
      (error: Error) => error,
    );
}

describe("a file by ranges", () => {
  it("opens with one request, and reads of a tensor little more than the tensor", async () => {
    const server = await serve(serveFiles({ "/model.safetensors": model }));
    const address = `${server.origin}/model.safetensors`;
    const checkpoint = await openAt(address);
    expect(server.asked).toEqual(["GET /model.safetensors bytes=0-65535"]);
    expect(checkpoint).toMatchObject({
      id: "model.safetensors",
      path: address,
      files: ["model.safetensors"],
    });
    const [, , c] = checkpoint.tensors();
    expect(await c!.read()).toEqual(parts[2]!.data);
    expect(server.sent).toBeLessThan(200_000);
    expect(await contentsOf(checkpoint)).toEqual(contents);
    await checkpoint.close();
    await expect(c!.read()).rejects.toThrow(/is closed/);
  });

  it("is asked for as it is, not compressed", async () => {
    const codings = new Set<string | undefined>();
    const server = await serve((request, response) => {
      codings.add(request.headers["accept-encoding"]);
      sendFile(request, response, model);
    });
    await openAt(`${server.origin}/model.safetensors`);
    expect(codings).toEqual(new Set(["identity"]));
  });

  it("reads a long header with two requests", async () => {
    const many = encodeSafetensors(
      Array.from({ length: 4000 }, (_, i) => ({ ...noise("x", 1), name: `layer.${i}` })),
    );
    const server = await serve(serveFiles({ "/many.safetensors": many }));
    const checkpoint = await openAt(`${server.origin}/many.safetensors`);
    expect(checkpoint.tensors()).toHaveLength(4000);
    expect(server.asked).toHaveLength(2);
  });

  it("reads in order by pieces that double, and gives the same bytes as one read", async () => {
    const server = await serve(serveFiles({ "/model.safetensors": model }));
    const [, b] = (await openAt(`${server.origin}/model.safetensors`)).tensors();
    server.asked.length = 0;
    const read = new Float32Array(500_000);
    for (let start = 0; start < 500_000; start += 1000) read.set(await b!.read(start, start + 1000), start);
    expect(hashOf(read)).toBe(contents.get("b"));
    // 2 MB by 64 KiB, 128 KiB, ... are 5 pieces, and one where the tensor before it ends.
    expect(server.asked.length).toBeLessThanOrEqual(7);
  });

  it("reads shards that an index names, and the configuration beside them", async () => {
    const files = Object.fromEntries(
      Array.from(shardedFiles(parts), ([name, bytes]) => [`/m/${name}`, bytes]),
    );
    const server = await serve(serveFiles({ ...files, "/m/config.json": '{"model_type":"x"}' }));
    const checkpoint = await openAt(`${server.origin}/m/model.safetensors.index.json`);
    expect(await contentsOf(checkpoint)).toEqual(contents);
    expect(await checkpoint.config()).toEqual({ model_type: "x" });
  });

  it("shows the address without what follows ?, which may be a signature", async () => {
    const server = await serve(serveFiles({ "/a b@1/model.safetensors": model }));
    const checkpoint = await openAt(`${server.origin}/a%20b@1/model.safetensors?signature=secret#x`);
    expect(checkpoint.path).toBe(`${server.origin}/a%20b@1/model.safetensors`);
    expect(server.asked[0]).toContain("?signature=secret");
    expect((await failure(`${server.origin}/none.safetensors?signature=secret`)).message).not.toContain(
      "secret",
    );
  });

  const cases = ["gguf", "keras", "onnx", "torch"].flatMap((room) => {
    const folder = join("data/checkpoint-cases", room);
    return readdirSync(folder)
      .filter((name) => !/\.(json|data)$/.test(name))
      .map((name) => join(folder, name));
  });
  it.each(cases)("%s is the same from a server as from the disk", async (path) => {
    const folder = join(path, "..");
    const files = Object.fromEntries(
      readdirSync(folder).map((name) => [`/${name}`, readFileSync(join(folder, name))]),
    );
    const server = await serve(serveFiles(files));
    const from = async (place: string) => {
      const checkpoint = await openAt(place).catch((error: MarchenkoError) => error.code);
      if (typeof checkpoint === "string") return checkpoint;
      const tensors = checkpoint
        .tensors()
        .map(({ name, dtype, shape, undecodable }) => ({ name, dtype, shape, undecodable }));
      const readable = checkpoint.tensors().filter((tensor) => tensor.undecodable === undefined);
      const entries = await Promise.all(
        readable.map(async (tensor) => [
          tensor.name,
          await tensor.read().then(hashOf, (error) => error.code),
        ]),
      );
      await checkpoint.close();
      return { tensors, entries, leftOut: checkpoint.leftOut, format: checkpoint.format };
    };
    expect(await from(`${server.origin}/${basename(path)}`)).toEqual(await from(path));
  });
});

describe("a server that gives no ranges", () => {
  it("is read whole, once", async () => {
    const server = await serve((_, response) => response.writeHead(200).end(model));
    const checkpoint = await openAt(`${server.origin}/model.safetensors`);
    expect(await contentsOf(checkpoint)).toEqual(contents);
    expect(server.asked).toHaveLength(1);
  });

  it("is refused where the file is larger than is held in memory, before it is read", async () => {
    const server = await serve((_, response) => {
      response.writeHead(200, { "content-length": 2 ** 28 + 1 }).write("x");
    });
    const error = await failure(`${server.origin}/model.safetensors`);
    expect(error).toBeInstanceOf(UnreadableInputError);
    expect(error.message).toMatch(/no range requests.* 268435456 bytes .* got 268435457 bytes\. Download it/);
  });

  it("gives back what it held: many may be read one after another", async () => {
    const large = new Uint8Array(9e7);
    large.set(model);
    const server = await serve((_, response) => {
      response.writeHead(200, { "content-length": large.length }).end(large);
    });
    for (let i = 0; i < 5; i++) {
      expect((await failure(`${server.origin}/model.safetensors`)).message).toMatch(/surplus bytes/);
    }
  });

  it("is read again from the start where it breaks off", async () => {
    let times = 0;
    const server = await serve((_, response) => {
      response.writeHead(200, { "content-length": model.length });
      if (times++ > 1) response.end(model);
      else response.write(model.subarray(0, 1000), () => response.destroy());
    });
    expect(await contentsOf(await openAt(`${server.origin}/model.safetensors`))).toEqual(contents);
    expect(server.asked).toHaveLength(3);
  });
});

describe("a connection that breaks off", () => {
  it("is taken up where it ended, and every byte is right", async () => {
    const ends: number[] = [];
    const server = await serve((request, response) => {
      const { from, to } = askedRange(request, model.length)!;
      const size = {
        "content-range": `bytes ${from}-${to}/${model.length}`,
        "content-length": to + 1 - from,
      };
      response.writeHead(206, size);
      // Two of three break off after a third of what was asked for.
      const end = ends.length % 3 === 2 ? to + 1 : from + Math.ceil((to - from) / 3);
      ends.push(end);
      response.write(model.subarray(from, end), () => (end > to ? response.end() : response.destroy()));
    });
    expect(await contentsOf(await openAt(`${server.origin}/model.safetensors`))).toEqual(contents);
    const begins = server.asked.map((line) => Number(/=(\d+)/.exec(line)![1]));
    expect(begins.slice(0, 3)).toEqual([0, ends[0], ends[1]]);
  });

  it("may break off as often as it likes while it gets on by a MiB each time", async () => {
    const step = 1.1e6;
    const big = encodeSafetensors([noise("big", 2_500_000)]);
    const server = await serve((request, response) => {
      const { from, to } = askedRange(request, big.length)!;
      response.writeHead(206, {
        "content-range": `bytes ${from}-${to}/${big.length}`,
        "content-length": to + 1 - from,
      });
      const end = Math.min(to + 1, from + step);
      response.write(big.subarray(from, end), () => (end > to ? response.end() : response.destroy()));
    });
    const [tensor] = (await openAt(`${server.origin}/big.safetensors`)).tensors();
    expect(hashOf(await tensor!.read())).toBe(hashOf(noise("big", 2_500_000).data));
    expect(server.asked.length).toBeGreaterThan(8);
  });

  it("is given up after five times, naming the address and the byte", async () => {
    let count = 0;
    const server = await serve((request, response) => {
      const { from, to } = askedRange(request, model.length)!;
      if (from === 0) return sendFile(request, response, model);
      count++;
      response.writeHead(206, {
        "content-range": `bytes ${from}-${to}/${model.length}`,
        "content-length": to + 1 - from,
      });
      response.write(model.subarray(from, from + 100), () => response.destroy());
    });
    const address = `${server.origin}/model.safetensors`;
    const error = await failure(address);
    expect(error).toBeInstanceOf(UnreadableInputError);
    // 64 KiB came first, then 100 bytes each time.
    expect(error.message).toContain(`${address}: the connection broke off`);
    expect(error.message).toContain(`at byte ${65536 + 500}, 5 times`);
    expect(count).toBe(5);
  });

  it("is given up after a time without a byte", async () => {
    const server = await serve((request, response) => {
      const { from, to } = askedRange(request, model.length)!;
      if (from === 0) return sendFile(request, response, model);
      response.writeHead(206, { "content-range": `bytes ${from}-${to}/${model.length}` }).write("x");
    });
    const error = await failure(`${server.origin}/model.safetensors`, { timeout: 30 });
    expect(error.message).toMatch(/no byte came for 0\.03 s, at byte \d+, 5 times/);
    const silent = await serve(() => {});
    expect((await failure(`${silent.origin}/x.npy`, { timeout: 30 })).message).toMatch(
      /no byte came for 0\.03 s, 5 times/,
    );
  });
});

describe("a server that lies", () => {
  const range = "content-range";
  it.each<
    [string, (from: number, to: number) => { headers: Record<string, string>; body?: Uint8Array }, RegExp]
  >([
    [
      "of no size",
      (from, to) => ({ headers: { [range]: `bytes ${from}-${to}/*` } }),
      /expected bytes 0 to 65535 .*Content-Range/,
    ],
    ["without a range", () => ({ headers: {} }), /got "": the server does not keep to HTTP/],
    [
      "of another place",
      (from, to) => ({ headers: { [range]: `bytes ${from + 1}-${to + 1}/9999999` } }),
      /got "bytes 1-65536\/9999999"/,
    ],
    [
      "of more than was asked for",
      (from, to) => ({ headers: { [range]: `bytes ${from}-${to + 1}/9999999` } }),
      /got "bytes 0-65536/,
    ],
    [
      "of a size beyond counting",
      (from, to) => ({ headers: { [range]: `bytes ${from}-${to}/9999999999999999` } }),
      /got "bytes/,
    ],
    [
      "that is compressed",
      (from, to) => ({ headers: { [range]: `bytes ${from}-${to}/9999999`, "content-encoding": "br" } }),
      /a part of it in br/,
    ],
    [
      "with a longer body",
      (from, to) => ({ headers: { [range]: `bytes ${from}-${to}/9999999` }, body: new Uint8Array(70_000) }),
      /expected 65536 bytes from byte 0 on, got more/,
    ],
    [
      "that ends before its size",
      (from, to) => ({ headers: { [range]: `bytes ${from}-${to}/9999999` }, body: model.subarray(0, 50) }),
      /broke off/,
    ],
  ])("about a part %s", async (_, answer, message) => {
    const server = await serve((request, response) => {
      const { from, to } = askedRange(request, 1e9)!;
      const { headers, body = model.subarray(from, to + 1) } = answer(from, to);
      response.writeHead(206, headers).end(body);
    });
    const error = await failure(`${server.origin}/model.safetensors`);
    expect(error).toBeInstanceOf(UnreadableInputError);
    expect(error.message).toMatch(message);
  });

  it("about the size of a file, which then ends in a tensor", async () => {
    const claimed = model.length + 1000;
    const server = await serve((request, response) => {
      const { from, to } = askedRange(request, claimed)!;
      response
        .writeHead(206, { [range]: `bytes ${from}-${to}/${claimed}` })
        .end(model.subarray(from, to + 1));
    });
    expect(await failure(`${server.origin}/model.safetensors`)).toMatchObject({ exitCode: 3 });
  });

  it.each(["text/html", "text/html; charset=utf-8"])("with a page (%s), for a login", async (type) => {
    const server = await serve((_, response) =>
      response.writeHead(200, { "content-type": type }).end("<p>Log in</p>"),
    );
    expect((await failure(`${server.origin}/owner/model/blob/v1/a/model.bin`)).message).toMatch(
      /got a web page.* login.*hf:\/\/owner\/model@v1\/a\/model\.bin\.$/,
    );
  });

  it.each<[string, (version: number) => Record<string, string>, number]>([
    ["its ETag", (version) => ({ etag: `"${version}"` }), 0],
    ["its date", (version) => ({ "last-modified": `Mon, 0${version} Jun 2026 00:00:00 GMT` }), 0],
    ["its size", () => ({}), 4],
  ])("about a file that changed while it was read, by %s", async (_, headers, more) => {
    let version = 1;
    const server = await serve((request, response) => {
      const bytes = version > 1 && more ? Buffer.concat([model, new Uint8Array(more)]) : model;
      sendFile(request, response, bytes, headers(version++));
    });
    expect((await failure(`${server.origin}/model.safetensors`)).message).toMatch(
      /changed while it was read/,
    );
  });

  it("about ranges, which it gives no longer", async () => {
    let times = 0;
    const server = await serve((request, response) => {
      if (times++ > 0) delete request.headers.range;
      sendFile(request, response, model);
    });
    expect((await failure(`${server.origin}/model.safetensors`)).message).toMatch(
      /a part of the file \(206\), as before, got an answer 200/,
    );
  });

  it("of nothing is an empty file", async () => {
    const server = await serve(serveFiles({ "/model.safetensors": "" }));
    expect((await failure(`${server.origin}/model.safetensors`)).message).toMatch(/is empty/);
  });
});

describe("redirections", () => {
  it("are followed to other hosts, where the next requests then go at once; a refusal there leads back", async () => {
    let accepted = 2;
    const store = await serve((request, response) => {
      if (accepted-- > 0) sendFile(request, response, model);
      else {
        accepted = 2;
        response.writeHead(403).end();
      }
    });
    const server = await serve((_, response) =>
      response.writeHead(302, { location: `${store.origin}/blob?signed` }).end(),
    );
    const address = `${server.origin}/model.safetensors`;
    const checkpoint = await openAt(address);
    expect(checkpoint.path).toBe(address);
    expect(await contentsOf(checkpoint)).toEqual(contents);
    expect(server.asked.length).toBe(2);
    expect(store.asked.length).toBeGreaterThan(3);
  });

  it("are left to a browser, which does not say where they lead", async () => {
    const modes: unknown[] = [];
    const hidden = { type: "opaqueredirect", status: 0, headers: new Headers(), body: null } as Response;
    const fetch = async (_: unknown, init?: RequestInit) => {
      modes.push(init?.redirect);
      return init?.redirect === "follow" ? new Response(Buffer.from(model)) : hidden;
    };
    expect(await contentsOf(await openAt("https://example.org/model.safetensors", { fetch }))).toEqual(
      contents,
    );
    expect(modes).toEqual(["manual", "follow"]);
  });

  it("in a circle are refused", async () => {
    const server = await serve((_, response) => response.writeHead(307, { location: "/other" }).end());
    expect((await failure(`${server.origin}/model.safetensors`)).message).toMatch(
      /at most 8 redirections, got more/,
    );
    expect(server.asked).toHaveLength(9);
  });

  it.each([
    "http://localhost:1/x",
    "http://example.org/x?secret",
    "ftp://example.org/x",
    "http://[",
    "file:///etc/passwd",
  ])("from https to %s are refused", async (location) => {
    const fetch = async () => new Response(null, { status: 302, headers: { location } });
    const error = await failure("https://example.org/model.safetensors", { fetch });
    expect(error).toBeInstanceOf(UnreadableInputError);
    expect(error.message).toMatch(/expected a redirection to https, got one to/);
    expect(error.message).not.toContain("secret");
  });
});

describe("a refusal is told in words", () => {
  it.each<[number, Record<string, string>, RegExp]>([
    [401, {}, /needs a login.*\(401\)\. A token is sent to the hub alone/],
    [403, {}, /needs a login, or is not allowed \(403\)/],
    [404, {}, /no such file \(404\)\. Check the address/],
    [418, {}, /the server refuses \(418\)/],
    [429, { "retry-after": "600" }, /asked too often \(429\), and asks to wait 600 s\./],
    [503, {}, /a fault of its own \(503\), 5 times/],
  ])("%i", async (status, headers, message) => {
    const server = await serve((_, response) => response.writeHead(status, headers).end());
    const error = await failure(`${server.origin}/model.safetensors`);
    expect(error).toBeInstanceOf(UnreadableInputError);
    expect(error.message).toMatch(message);
    expect(server.asked).toHaveLength(status === 503 ? 5 : 1);
  });

  it.each([429, 500, 502, 503])("%i passes", async (status) => {
    let times = 0;
    const server = await serve((request, response) => {
      if (times++ % 3 > 0) sendFile(request, response, model);
      else response.writeHead(status, { "retry-after": "0" }).end();
    });
    expect(await contentsOf(await openAt(`${server.origin}/model.safetensors`))).toEqual(contents);
  });

  it("without a network", async () => {
    const refuse = (code: string) => async () => {
      throw new TypeError("fetch failed", { cause: Object.assign(new Error(code), { code }) });
    };
    const at = (code: string) => failure("https://example.org/model.safetensors", { fetch: refuse(code) });
    expect((await at("ENOTFOUND")).message).toMatch(
      /^https:\/\/example\.org\/model\.safetensors: it can't be reached: .*offline \(ENOTFOUND\)\. Check/,
    );
    expect((await at("EAI_AGAIN")).message).toMatch(/offline \(EAI_AGAIN\)/);
    expect((await at("DEPTH_ZERO_SELF_SIGNED_CERT")).message).toMatch(
      /certificate is not trusted .*NODE_EXTRA_CA_CERTS/,
    );
    expect((await at("ECONNRESET")).message).toMatch(/broke off \(ECONNRESET\), 5 times/);
    // Nothing listens to port 1; fetch itself refuses some ports.
    expect((await failure("http://127.0.0.1:1/model.safetensors")).message).toMatch(/it can't be r/);
  });
});

describe("an address", () => {
  it.each([
    "https://",
    "https://host",
    "https://host/folder/",
    "https://host:port/x.npy",
    "https://user:secret@host/x.npy",
    "https://user:secret@host:x/x.npy",
    "http://example.org/model.safetensors",
    "http://127.0.0.1.example.org/x.npy",
    "http://localhost.example.org/x.npy",
    "s3://bucket/model.safetensors",
    "https:/host/x.npy",
    "hf:owner/model",
    "hf://",
    "hf://gpt2",
    "hf://owner/",
    "hf://owner/model@",
    "hf://owner/model@a/../../b",
    "hf://owner/model@..",
    "hf://owner/model/../other",
    "hf://owner/model//a",
    "hf://../model",
    "hf://datasets/owner/name",
  ])("%s is refused before anything is asked", async (address) => {
    const fetch = async () => {
      throw new Error("asked");
    };
    const error = await failure(address, { fetch });
    expect(error).toBeInstanceOf(UsageError);
    expect(error.message).not.toContain("secret");
  });

  it("of plain http elsewhere is read by leave", async () => {
    const fetch = async () =>
      new Response(Buffer.from(model), { headers: { "content-length": String(model.length) } });
    const checkpoint = await openAt("http://example.org/model.safetensors", { allowHttp: true, fetch });
    expect(await contentsOf(checkpoint)).toEqual(contents);
  });
});
