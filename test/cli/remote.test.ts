import { once } from "node:events";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { expect, test } from "vitest";
import { fakeHub } from "../checkpoint/fake-hub.ts";
import { serveFiles, testServers } from "../checkpoint/file-server.ts";
import { folderForTests, mixedModel, noise, writeModel } from "./models.ts";
import { type Run, runMarchenko, startMarchenko } from "./run-marchenko.ts";

const serve = testServers();
const folder = folderForTests();
const model = writeModel(folder, "mixed.safetensors", mixedModel());
const spiked = writeModel(folder, "plain.safetensors", [noise("fc.weight", [64, 24])]);

/** Runs the command while this process serves it. */
async function run(args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<Run> {
  const child = startMarchenko(args, { env });
  const [stdout, stderr, [code]] = await Promise.all([
    text(child.stdout!),
    text(child.stderr!),
    once(child, "close"),
  ]);
  return { code, stdout, stderr };
}

test("a file of a server is inspected and analysed as on disk, whatever the number of threads", async () => {
  const server = await serve(serveFiles({ "/m/mixed.safetensors": readFileSync(model) }));
  const address = `${server.origin}/m/mixed.safetensors`;
  const inspect = (path: string) => run(["inspect", path, "--hash", "--format", "json"]);
  const here = JSON.parse((await inspect(model)).stdout);
  expect(JSON.parse((await inspect(`${address}?signature=secret`)).stdout)).toEqual({
    ...here,
    path: address,
  });

  const analysed = async (path: string, ...more: string[]) => {
    const { stdout, stderr, code } = await run(["analyze", path, "--format", "json", ...more]);
    expect({ code, stderr }).toMatchObject({ code: 0 });
    const { provenance, checkpoints } = JSON.parse(stdout);
    return { provenance: { ...provenance, run: null }, checkpoints };
  };
  const local = await analysed(model, "--workers", "1");
  const [checkpoint] = local.checkpoints;
  // A file elsewhere is read by pieces, and not whole for its hash.
  const files = local.provenance.files.map(({ sizeBytes }: { sizeBytes: number }) => ({
    path: address,
    sizeBytes,
  }));
  const expected = {
    provenance: { ...local.provenance, paths: [address], files },
    checkpoints: [{ ...checkpoint, path: address }],
  };
  expect(await analysed(address, "--workers", "1")).toEqual(expected);
  expect(await analysed(address, "--workers", "2")).toEqual(expected);
});

test("--dry-run and --compat weightwatcher read addresses, too", async () => {
  const server = await serve(serveFiles({ "/m.safetensors": readFileSync(model) }));
  const address = `${server.origin}/m.safetensors`;
  const dry = await run(["analyze", address, "--dry-run"]);
  expect(dry.code).toBe(0);
  expect(dry.stdout).toMatch(/blocks\.0\.mlp\.fc1\.weight .* analysed/);
  expect(server.asked.filter((line) => !line.includes("config"))).toHaveLength(1);
  const rows = await run(["analyze", address, "--compat", "weightwatcher", "--format", "json"]);
  expect(JSON.parse(rows.stdout).length).toBeGreaterThan(0);
  const denoised = join(folder, "denoised.safetensors");
  expect(await run(["analyze", address, "--write-denoised", denoised, "-q"])).toEqual({
    code: 0,
    stdout: "",
    stderr: "",
  });
  expect(runMarchenko(["inspect", denoised]).code).toBe(0);
});

test("HF_ENDPOINT and HF_TOKEN say which hub and who asks", async () => {
  const seen = new Set<string | undefined>();
  const hub = fakeHub({
    files: { "model.safetensors": readFileSync(spiked), "config.json": "{}", "pytorch_model.bin": "x" },
    before(request, response) {
      seen.add(request.headers.authorization);
      if (request.headers.authorization) return false;
      response.writeHead(401, { "x-error-code": "GatedRepo" }).end();
      return true;
    },
  });
  const { origin } = await serve(hub);
  const gated = await run(["inspect", "hf://owner/model"], { HF_ENDPOINT: origin, HF_TOKEN: "" });
  expect(gated).toMatchObject({ code: 3, stdout: "" });
  expect(gated.stderr).toMatch(/^marchenko: hf:\/\/owner\/model: the model is gated: .*HF_TOKEN/);
  const { code, stdout, stderr } = await run(["analyze", "hf://owner/model", "--format", "json"], {
    HF_ENDPOINT: origin,
    HF_TOKEN: "hf_secret",
  });
  expect(code).toBe(0);
  expect(stderr).toMatch(/^left out: pytorch_model\.bin \(duplicate\)/);
  expect(seen).toEqual(new Set([undefined, "Bearer hf_secret"]));
  const { checkpoints, provenance } = JSON.parse(stdout);
  expect(checkpoints[0].id).toBe("model");
  expect(provenance.files[0].path).toMatch(/^hf:\/\/owner\/model@[0-9a-f]{40}\/model\.safetensors$/);
  expect(stdout + stderr).not.toContain("hf_secret");
});

test("malformed addresses end with 2, what can't be read with 3", async () => {
  expect(await run(["inspect", "http://example.invalid/x.npy"])).toMatchObject({
    code: 2,
    stderr: expect.stringMatching(/^marchenko: example\.invalid: .*MARCHENKO_ALLOW_HTTP=1/),
  });
  expect((await run(["analyze", "hf://gpt2"])).code).toBe(2);
  const server = await serve(serveFiles({}));
  const none = await run(["analyze", `${server.origin}/none.safetensors`]);
  expect(none).toMatchObject({
    code: 3,
    stderr: expect.stringMatching(/no such file \(404\)\. Check the address\.\n$/),
  });
  expect((await run(["measure", "hf://owner/model"], { HF_ENDPOINT: server.origin })).code).toBe(3);
});
