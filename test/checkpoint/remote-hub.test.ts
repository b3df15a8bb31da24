import { basename } from "node:path";
import { describe, expect, it } from "vitest";
import { type OpenedCheckpoints, openCheckpoint, openCheckpoints } from "../../src/checkpoint/index.ts";
import type { RemoteOptions } from "../../src/checkpoint/remote/options.ts";
import { CheckpointFormatError, MarchenkoError, UnreadableInputError, UsageError } from "../../src/errors.ts";
import { commit, type FakeHub, fakeHub } from "./fake-hub.ts";
import { type Handler, sendFile, type TestServer, testServers } from "./file-server.ts";
import { modelBytes, temporaryFolders } from "./temporary-folder.ts";
import { npyFile, shardedFiles } from "./written-files.ts";

const serve = testServers();
const folderOf = temporaryFolders();
const token = "hf_secretToken";

async function hub(told: FakeHub | Handler): Promise<{ server: TestServer; remote: RemoteOptions }> {
  const server = await serve(typeof told === "function" ? told : fakeHub(told));
  return { server, remote: { endpoint: server.origin, retryDelay: 1 } };
}

async function failure(address: string, remote: RemoteOptions): Promise<Error> {
  return await openCheckpoints(address, { remote }).then(
    () => new Error("nothing was thrown"),
    (error: Error) => error,
  );
}

const shards = Object.fromEntries(
  shardedFiles([
    { name: "a", shape: [2], data: Float32Array.of(1, 2) },
    { name: "b", shape: [2], data: Float32Array.of(3, 4) },
  ]),
);

describe("a model of the hub", () => {
  it("is listed once, its commit asked for from then on and named in its path", async () => {
    const { server, remote } = await hub({
      files: { "model.safetensors": modelBytes(), "config.json": '{"a":1}' },
    });
    const checkpoint = await openCheckpoint("hf://owner/model", { remote });
    expect(checkpoint).toMatchObject({
      id: "model",
      path: `hf://owner/model@${commit}`,
      files: ["model.safetensors"],
    });
    expect(await checkpoint.config()).toEqual({ a: 1 });
    expect([...(await checkpoint.tensors()[0]!.read())]).toEqual([1, 1, 1, 1, 1, 1]);
    expect(server.asked).toEqual([
      "GET /api/models/owner/model/tree/main?recursive=true",
      `GET /owner/model/resolve/${commit}/model.safetensors bytes=0-65535`,
      `GET /owner/model/resolve/${commit}/config.json bytes=0-65535`,
    ]);
  });

  it("keeps the revision that was asked for where the hub says no commit", async () => {
    const { server, remote } = await hub({ files: { "model.safetensors": modelBytes() }, commit: null });
    const open = (address: string) => openCheckpoint(address, { remote });
    expect((await open("hf://owner/model")).path).toBe("hf://owner/model");
    expect((await open("hf://owner/model@v1%2Fa")).path).toBe("hf://owner/model@v1%2Fa");
    expect((await open("hf://owner/model@refs/pr/1/")).path).toBe("hf://owner/model@refs/pr/1");
    expect(server.asked.at(-1)).toContain("/resolve/refs%2Fpr%2F1/model.safetensors");
  });

  it("is asked for the commit where the list does not say it", async () => {
    const { server, remote } = await hub({
      files: { "model.safetensors": modelBytes() },
      saysCommit: "asked",
    });
    expect((await openCheckpoint("hf://owner/model", { remote })).path).toBe(`hf://owner/model@${commit}`);
    expect(server.asked).toHaveLength(3);
  });

  it("is a file or a folder of it, where the address goes on", async () => {
    const files = {
      "a/b c.safetensors": modelBytes(2),
      "a/config.json": '{"a":1}',
      "model.safetensors": modelBytes(),
    };
    const { remote } = await hub({ files });
    const file = await openCheckpoint("hf://owner/model/a/b c.safetensors", { remote });
    expect(file).toMatchObject({
      id: "b c.safetensors",
      path: `hf://owner/model@${commit}/a/b c.safetensors`,
    });
    expect(await file.config()).toEqual({ a: 1 });
    const folder = await openCheckpoint("hf://owner/model@main/a/", { remote });
    expect(folder).toMatchObject({
      id: "a",
      path: `hf://owner/model@${commit}/a`,
      files: ["b c.safetensors"],
    });
    expect((await failure("hf://owner/model/model.safetensor", remote)).message).toMatch(
      /^hf:\/\/owner\/model\/model\.safetensor: .* Did you mean model\.safetensors or /,
    );
  });

  it("is listed in pages", async () => {
    const files = Object.fromEntries(
      Array.from({ length: 25 }, (_, i) => [`step-${i}/model.safetensors`, modelBytes(i)]),
    );
    const { server, remote } = await hub({ files, perPage: 7 });
    const { checkpoints, series } = await openCheckpoints("hf://owner/model", { remote });
    expect(series).toBe(true);
    expect(checkpoints.map(({ step }) => step)).toEqual(Array.from({ length: 25 }, (_, i) => i));
    expect(server.asked.filter((line) => line.includes("/tree/"))).toHaveLength(8);
  });

  const layouts: Readonly<Record<string, Readonly<Record<string, Uint8Array | string>>>> = {
    "duplicates and state": {
      "model.safetensors": modelBytes(),
      "pytorch_model.bin": "x",
      "optimizer.pt": "x",
      ".hidden": "x",
      "onnx/model.onnx": "x",
    },
    shards: { ...shards, "config.json": "{}" },
    "a series": Object.fromEntries(
      [10, 2, 300].map((step) => [`checkpoint-${step}/model.safetensors`, modelBytes(step)]),
    ),
    "a run": {
      "recipe.json": "{}",
      "checkpoints/step-1/model.safetensors": modelBytes(),
      "checkpoints/step-2/model.safetensors": modelBytes(2),
      "checkpoints/step-3/model.safetensors": "broken",
    },
    "several models": {
      "one.safetensors": modelBytes(),
      "two.safetensors": modelBytes(2),
      "w.npy": npyFile({ shape: [1], data: Float32Array.of(1) }),
    },
    "folders of several": {
      "a/one.safetensors": modelBytes(),
      "a/two.safetensors": modelBytes(),
      "b/model.safetensors": modelBytes(),
    },
    "nothing to read": { "README.md": "x", "optimizer.pt": "x" },
    "another format": { "model.pdparams": "x" },
    "a missing shard": { "model-00001-of-00002.safetensors": modelBytes() },
  };
  it.each(Object.keys(layouts))("%s: is sorted as the same folder on disk", async (layout) => {
    const files = layouts[layout]!;
    const { remote } = await hub({ files });
    const folder = folderOf(files);
    const said = (text: string, root: string) =>
      text.replaceAll(root, "ROOT").replaceAll(basename(folder), "model");
    const outcome = async (address: string, root: string) => {
      const opened: OpenedCheckpoints | MarchenkoError = await openCheckpoints(address, { remote }).catch(
        (error) => error,
      );
      if (opened instanceof MarchenkoError) return [opened.code, said(opened.message, root)];
      const { checkpoints, series, leftOut } = opened;
      return JSON.parse(
        said(
          JSON.stringify({
            series,
            leftOut,
            checkpoints: checkpoints.map((one) => ({
              ...one,
              tensors: one.tensors().map(({ name, file }) => [name, file]),
            })),
          }),
          root,
        ),
      );
    };
    const here = await outcome(folder, folder);
    expect(await outcome("hf://owner/model", `hf://owner/model@${commit}`)).toEqual(here);
  });
});

describe("the token", () => {
  it("is sent to the hub, and to no other host", async () => {
    const seen: (string | undefined)[] = [];
    const store = await serve((request, response) => {
      seen.push(request.headers.authorization);
      sendFile(request, response, modelBytes());
    });
    const told: (string | undefined)[] = [];
    const { remote } = await hub({
      files: { "model.safetensors": modelBytes() },
      before(request, response) {
        told.push(request.headers.authorization);
        if (!request.url!.includes("/resolve/")) return false;
        response.writeHead(302, { location: `${store.origin}/blob`, "x-repo-commit": commit }).end();
        return true;
      },
    });
    const { origin } = store;
    const checkpoint = await openCheckpoint("hf://owner/model", {
      remote: { ...remote, token: ` ${token}\n` },
    });
    await checkpoint.tensors()[0]!.read();
    await openCheckpoint(`${origin}/model.safetensors`, { remote: { ...remote, token } });
    expect(told).toEqual([`Bearer ${token}`, `Bearer ${token}`]);
    expect(seen).toEqual([undefined, undefined]);
  });

  it("of several words is refused, and not shown", async () => {
    const error = await failure("hf://owner/model", { token: "hf_a bc\nde" });
    expect(error).toBeInstanceOf(UsageError);
    expect(error.message).not.toMatch(/hf_a|bc|de\b/);
  });
});

describe("a refusal of the hub is told in words", () => {
  it.each<[string, number, Record<string, string>, RegExp]>([
    [
      "a gated model",
      403,
      { "x-error-code": "GatedRepo" },
      /gated: .*Accept them at http:\S+\/owner\/model, and set HF_TOKEN/,
    ],
    [
      "an unknown model",
      401,
      { "x-error-code": "RepoNotFound" },
      /no such model, or it is private \(401\).*set HF_TOKEN/,
    ],
    ["a login", 401, {}, /no such model, or it is private/],
    ["no access", 403, {}, /access is not allowed \(403\)\. Ask for access at .*set HF_TOKEN/],
    ["an unknown revision", 404, { "x-error-code": "RevisionNotFound" }, /no such revision \(404\)/],
    ["nothing there", 404, {}, /no such model, revision or file \(404\)/],
    [
      "too many requests",
      429,
      { "retry-after": "300" },
      /asked too often \(429\), and asks to wait 300 s\. Wait, or set HF_TOKEN/,
    ],
  ])("%s", async (_, status, headers, message) => {
    const { remote } = await hub((__, response) => response.writeHead(status, headers).end("{}"));
    const error = await failure("hf://owner/model@v2", remote);
    expect(error).toBeInstanceOf(UnreadableInputError);
    expect(error.message).toMatch(/^hf:\/\/owner\/model@v2: /);
    expect(error.message).toMatch(message);
    const withToken = await failure("hf://owner/model@v2", { ...remote, token });
    expect(withToken.message).not.toContain(token);
    expect(withToken.message).not.toContain("set HF_TOKEN");
  });

  it("of a file, when the list was given", async () => {
    const { remote } = await hub({
      files: { "model.safetensors": modelBytes() },
      before: (request, response) =>
        request.url!.includes("/resolve/") &&
        Boolean(response.writeHead(403, { "x-error-code": "GatedRepo" }).end()),
    });
    expect((await failure("hf://owner/model", remote)).message).toMatch(
      /^hf:\S+\/model\.safetensors: the model is gated/,
    );
  });
});

describe("a hub that lies", () => {
  const list = (entries: unknown, headers: Record<string, string> = {}): Handler => {
    return (_, response) =>
      response.writeHead(200, headers).end(typeof entries === "string" ? entries : JSON.stringify(entries));
  };

  it.each<[string, Handler]>([
    ["with a page", list("<html>")],
    ["with an object", list({ error: "x" })],
    ["with half a list", list('[{"type":"file"')],
    [
      "with a list that is too long",
      (_, response) => response.writeHead(200).end(Buffer.alloc(17 << 20, " ")),
    ],
  ])("%s instead of a list of files is refused", async (_, handler) => {
    const { remote } = await hub(handler);
    const error = await failure("hf://owner/model", remote);
    expect(error).toBeInstanceOf(CheckpointFormatError);
    expect(error.message).toMatch(/^hf:\/\/owner\/model: expected a list of files from the hub, got /);
  });

  it("is not followed to a next page elsewhere, nor forever", async () => {
    const away = await hub(list([], { link: '<https://example.org/>; rel="next"' }));
    expect((await failure("hf://owner/model", away.remote)).message).toMatch(
      /on the same host, got another one/,
    );
    const round = await hub(list([], { link: '</again>; rel="next"' }));
    expect((await failure("hf://owner/model", round.remote)).message).toMatch(/on 1000 pages, got more/);
  });

  it("has no files above the model, hidden or nameless", async () => {
    const paths = [
      "../x.safetensors",
      "/x.safetensors",
      "a//x.safetensors",
      "a\\x.safetensors",
      ".x.safetensors",
      "a/../x.npy",
      "\u0000.npy",
      "",
    ];
    const entries = [
      ...paths.map((path) => ({ type: "file", path, size: 1 })),
      null,
      7,
      { type: "file", path: 7 },
      { path: "x.npy" },
    ];
    const { remote } = await hub(list(entries));
    expect((await failure("hf://owner/model", remote)).message).toMatch(/has no model/);
  });

  it("has files of names that objects have of their own", async () => {
    const { remote } = await hub({ files: { "__proto__/constructor/model.safetensors": modelBytes() } });
    const checkpoint = await openCheckpoint("hf://owner/model/__proto__/constructor", { remote });
    expect(checkpoint.tensors()).toHaveLength(1);
  });

  it("about a file's size is refused", async () => {
    const { remote } = await hub({
      files: { "model.safetensors": modelBytes() },
      before(request, response) {
        if (!request.url!.includes("/resolve/")) return false;
        sendFile(request, response, modelBytes(1, [2, 4]));
        return true;
      },
    });
    expect((await failure("hf://owner/model", remote)).message).toMatch(
      /as the list of files says, got \d+\. Try again later/,
    );
  });

  it.each(["ftp://x", "x", "http://example.org", "https://user:secret@example.org"])(
    "at %s is refused",
    async (endpoint) => {
      const error = await failure("hf://owner/model", { endpoint });
      expect(error).toBeInstanceOf(UsageError);
      expect(error.message).not.toContain("secret");
    },
  );
});

it("an https address of the hub's own is refused in the hub's words", async () => {
  const { server, remote } = await hub((_, response) =>
    response.writeHead(403, { "x-error-code": "GatedRepo" }).end(),
  );
  const error = await failure(`${server.origin}/owner/model/resolve/main/model.safetensors`, remote);
  expect(error.message).toContain(`Accept them at ${server.origin}/owner/model, and set HF_TOKEN`);
});
