import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { build } from "esbuild";
import { type Browser, chromium, type Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { analyze, encodeSafetensors } from "../../src/index.ts";
import { gaussian } from "../noise.ts";

/** Debian's Chromium; Playwright's own is not installed. */
const executablePath = "/usr/bin/chromium";

interface Outcome {
  readonly engine: string;
  readonly canShare: boolean;
  readonly checkpoints: unknown;
}

describe.skipIf(!existsSync(executablePath))("analysis in Chromium, in its own workers", () => {
  const folder = mkdtempSync(join(tmpdir(), "marchenko-browser-"));
  const weights = [
    { name: "fc1.weight", ...gaussian(400, 420, 0.02, "browser 1") },
    { name: "fc2.weight", ...gaussian(60, 300, 0.02, "browser 2") },
    { name: "fc3.weight", ...gaussian(420, 400, 0.02, "browser 3") },
  ].map(({ name, rows, columns, data }) => ({
    name,
    shape: [rows, columns],
    data: Float32Array.from(data),
  }));
  const bytes = encodeSafetensors(weights);
  let browser: Browser;
  let html: string;
  let server: Server;

  beforeAll(async () => {
    const { outputFiles } = await build({
      entryPoints: ["dist/index.js"],
      bundle: true,
      write: false,
      format: "iife",
      globalName: "marchenko",
      platform: "browser",
      external: ["node:*", "koffi", "h5wasm", "sharp", "@huggingface/tokenizers", "gpu.js", "webgpu"],
      logLevel: "silent",
    });
    html = `<!doctype html><meta charset="utf-8"><script>${outputFiles[0]!.text.replaceAll("</script", "<\\/script")}</script>`;
    browser = await chromium.launch({ executablePath, args: ["--no-sandbox"] });
    server = createServer((_, response) => {
      response.writeHead(200, {
        "content-type": "text/html",
        "cross-origin-opener-policy": "same-origin",
        "cross-origin-embedder-policy": "require-corp",
      });
      response.end(html);
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  });
  afterAll(async () => {
    await browser?.close();
    server?.close();
    rmSync(folder, { recursive: true });
  });

  async function analyseIn(page: Page, workers: number): Promise<Outcome> {
    return (await page.evaluate(
      async ({ base64, workers }) => {
        const { marchenko } = globalThis as unknown as { marchenko: typeof import("../../src/index.ts") };
        const binary = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
        const result = await marchenko.analyze(new File([binary], "model.safetensors"), { workers });
        return {
          engine: result.provenance.engine,
          canShare: typeof SharedArrayBuffer !== "undefined",
          checkpoints: JSON.parse(JSON.stringify(result.checkpoints)),
        };
      },
      { base64: Buffer.from(bytes).toString("base64"), workers },
    )) as Outcome;
  }

  const inNode = async (): Promise<unknown> => {
    const result = await analyze(new File([bytes as Uint8Array<ArrayBuffer>], "model.safetensors"));
    return { engine: result.provenance.engine, layers: result.checkpoints[0]!.layers };
  };

  test("on a page from a file: workers from a Blob, without shared memory, with the network cut", async () => {
    const path = join(folder, "page.html");
    writeFileSync(path, html);
    const page = await browser.newPage();
    const errors: string[] = [];
    page.on("pageerror", (error) => errors.push(error.message));
    await page.context().setOffline(true);
    await page.goto(pathToFileURL(path).href);
    const two = await analyseIn(page, 2);
    expect(two.canShare).toBe(false);
    expect(two).toEqual(await analyseIn(page, 1));
    expect(errors).toEqual([]);
    expectClose(two, await inNode());
    await page.close();
  });

  test("on a page that is isolated: workers that share memory, the same result", async () => {
    const page = await browser.newPage();
    await page.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
    const two = await analyseIn(page, 2);
    expect(two.canShare).toBe(true);
    expect(two.checkpoints).toEqual((await analyseIn(page, 1)).checkpoints);
    expectClose(two, await inNode());
    await page.close();
  });
});

/** Equal texts, and numbers within 1e-6: the two may run kernels that differ in last bits. */
function expectClose(browser: Outcome, node: unknown): void {
  const layers = (browser.checkpoints as { layers: unknown }[])[0]!.layers;
  const differences: string[] = [];
  const compare = (a: unknown, b: unknown, path: string): void => {
    if (typeof a === "number" && typeof b === "number") {
      if (!(Math.abs(a - b) <= 1e-6 * Math.max(Math.abs(a), Math.abs(b), 1e-6))) {
        if (!/[eE]rror|resolution/.test(path)) differences.push(`${path}: ${a} and ${b}`);
      }
    } else if (a !== null && typeof a === "object" && b !== null && typeof b === "object") {
      expect(Object.keys(a), path).toEqual(Object.keys(b));
      for (const key of Object.keys(a)) {
        compare((a as Record<string, unknown>)[key], (b as Record<string, unknown>)[key], `${path}.${key}`);
      }
    } else expect(a, path).toEqual(b);
  };
  compare(layers, (node as { layers: unknown }).layers, "layers");
  expect(differences).toEqual([]);
}
