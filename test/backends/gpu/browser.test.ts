import { existsSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { build } from "esbuild";
import { type Browser, chromium, type Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { referenceBackend } from "../../../dist/backends/reference.js";
import { distance, networkProgram, runAll } from "../../conformance/programs.ts";
import { hasGpuJs } from "./adapter.ts";

/** Debian's Chromium, which brings a software Vulkan of its own. */
const executablePath = "/usr/bin/chromium";
const args = ["--no-sandbox", "--enable-unsafe-webgpu", "--use-webgpu-adapter=swiftshader"];

interface Entry {
  readonly mine: typeof import("./browser-entry.ts");
}

describe.skipIf(!existsSync(executablePath) || !hasGpuJs)("the GPU backend in Chromium", () => {
  let browser: Browser;
  let server: Server;
  let page: Page;
  beforeAll(async () => {
    const { outputFiles } = await build({
      entryPoints: ["test/backends/gpu/browser-entry.ts"],
      bundle: true,
      write: false,
      format: "iife",
      globalName: "mine",
      platform: "browser",
      // Node's own, and Dawn, which is for Node.
      external: ["node:*", "webgpu"],
      logLevel: "silent",
    });
    const script = outputFiles[0]!.text.replaceAll("</script", "<\\/script");
    const html = `<!doctype html><meta charset="utf-8"><script>${script}</script>`;
    server = createServer((_, response) => {
      response.writeHead(200, { "content-type": "text/html" });
      response.end(html);
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    browser = await chromium.launch({ executablePath, args });
    page = await browser.newPage();
    await page.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
  });
  afterAll(async () => {
    await browser?.close();
    server?.close();
  });

  test("training steps are those of the reference", async ({ skip }) => {
    const hasAdapter = await page.evaluate(async () => Boolean(await navigator.gpu?.requestAdapter()));
    if (!hasAdapter) skip();
    const { name, results } = await page.evaluate(async () => {
      const { gpuBackend, networkProgram, runAll } = (globalThis as unknown as Entry).mine;
      const backend = await gpuBackend({ clock: () => performance.now() });
      const results = await runAll(backend, networkProgram());
      await backend.dispose();
      return { name: backend.name, results: results.map((each) => Array.from(each)) };
    });
    expect(name).toMatch(/^gpu, ./);
    const expected = await runAll(referenceBackend(), networkProgram());
    for (const [i, entries] of expected.entries()) {
      // As in Node.
      expect(distance(Float64Array.from(results[i]!), entries)).toBeLessThan(2 ** -24 * 170 * 3);
    }
  });
});
