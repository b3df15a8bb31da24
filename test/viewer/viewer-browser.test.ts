import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { type Browser, type BrowserContextOptions, chromium, type Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { buildViewer } from "../../scripts/build-viewer.ts";
import { wasmBackend } from "../../src/backends/wasm/wasm-backend.ts";
import type { Checkpoint } from "../../src/checkpoint/checkpoint.ts";
import { openCheckpoint } from "../../src/checkpoint/open-checkpoint.ts";
import { type AnalysisResult, analyze } from "../../src/index.ts";
import { composeRecipe } from "../../src/train/compose-recipe.ts";
import { presetsByName } from "../../src/train/presets/catalogue.ts";
import { train } from "../../src/train/train.ts";
import { hasGpuJs } from "../backends/gpu/adapter.ts";
import { hasChromium, overflow } from "../report/open-page.ts";

/** Of each kind of file one: from this repository, and from other programs where those are. */
const own = "data/example-series/step-001600/model.safetensors";
const others = ["np_stored.npz", "np_deflated.npz", "pt_fp32.pt", "pt_zip64.pt", "gguf_types.gguf"].map(
  (name) => `../shared/checkpoint-cases/${name}`,
);

interface Viewer {
  readonly page: Page;
  /** Requests other than for the page itself and what it made. */
  readonly requests: string[];
  readonly errors: string[];
}

describe.skipIf(!hasChromium || !hasGpuJs)(
  "the viewer in Chromium, opened from a file with the network cut",
  () => {
    const folder = mkdtempSync(join(tmpdir(), "marchenko-viewer-"));
    const path = join(folder, "index.html");
    const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
    let browser: Browser;
    beforeAll(async () => {
      await buildViewer(path);
      // Chromium's own software adapter stands in for a GPU.
      const args = ["--no-sandbox", "--enable-unsafe-webgpu", "--use-webgpu-adapter=swiftshader"];
      browser = await chromium.launch({ executablePath: "/usr/bin/chromium", args });
    });
    afterAll(async () => {
      await browser?.close();
      rmSync(folder, { recursive: true });
    });

    async function open(options: BrowserContextOptions = {}): Promise<Viewer> {
      const context = await browser.newContext({ acceptDownloads: true, ...options });
      await context.setOffline(true);
      const page = await context.newPage();
      const requests: string[] = [];
      const errors: string[] = [];
      page.on("request", (request) => {
        if (!/^(blob:|data:|about:)/.test(request.url()) && request.url() !== pathToFileURL(path).href) {
          requests.push(request.url());
        }
      });
      page.on("console", (message) => errors.push(message.text()));
      page.on("pageerror", (error) => errors.push(error.message));
      await page.goto(pathToFileURL(path).href);
      return { page, requests, errors };
    }

    /** The result that the page offers, once it does. */
    async function resultOf(page: Page): Promise<AnalysisResult> {
      await page.waitForSelector("#shown:not([hidden]), #fault:not([hidden])", { timeout: 90_000 });
      expect(await page.textContent("#fault")).toBe("");
      const [download] = await Promise.all([
        page.waitForEvent("download"),
        page.click("#saves a:text('Save the result')"),
      ]);
      return JSON.parse(readFileSync(await download.path(), "utf8")) as AnalysisResult;
    }

    const verdicts = (result: AnalysisResult) =>
      result.checkpoints[0]!.layers.map(({ layer, verdict, reason }) => [layer, verdict, reason]);

    test("the page has no fault that axe finds, fits a phone, and its report's links stay in the report", async () => {
      const { page, errors } = await open({ bypassCSP: true, viewport: { width: 360, height: 740 } });
      await page.setInputFiles("#files", own);
      await page.waitForSelector("#shown:not([hidden])");
      expect(await overflow(page)).toBe(0);
      await page.frameLocator("#report").locator("nav a[href='#layers']").click();
      await expect.poll(() => page.frames()[1]!.evaluate(() => location.href)).toBe("about:srcdoc#layers");
      await page.evaluate(axe);
      const found = await page.evaluate(async () => {
        const { axe: checker } = globalThis as unknown as {
          axe: { run(where: object): Promise<{ violations: { id: string; nodes: { html: string }[] }[] }> };
        };
        // The report has a test of its own.
        const { violations } = await checker.run({ exclude: ["iframe"] });
        return violations.map(({ id, nodes }) => [id, ...nodes.map(({ html }) => html)]);
      });
      expect(found).toEqual([]);
      expect(errors).toEqual([]);
      await page.context().close();
    });

    async function expectAnalysed(file: string): Promise<void> {
      const { page, requests, errors } = await open();
      await page.setInputFiles("#files", file);
      const result = await resultOf(page);
      expect(verdicts(result)).toEqual(verdicts(await analyze(file)));
      const title = await page.frameLocator("#report").locator("h1").textContent();
      expect(title).toContain(result.checkpoints[0]!.id);
      expect(requests).toEqual([]);
      expect(errors).toEqual([]);
      await page.context().close();
    }

    test("a file that was chosen is analysed in workers, and shown as its report", () => expectAnalysed(own));

    describe.each(others)("%s", (file) => {
      test.skipIf(!existsSync(file))("is read as in Node", () => expectAnalysed(file));
    });

    test("a file that is dropped anywhere is taken, and a saved result is shown again", async () => {
      const { page } = await open();
      const json = JSON.stringify(await analyze(own));
      const files = await page.evaluateHandle((text) => {
        const transfer = new DataTransfer();
        transfer.items.add(new File([text], "saved.json"));
        return transfer;
      }, json);
      await page.dispatchEvent("body", "drop", { dataTransfer: files });
      expect(JSON.stringify(await resultOf(page))).toBe(json);
      await page.context().close();
    });

    test("a file that can't be read is answered in words, and the next one is analysed", async () => {
      const { page, errors } = await open();
      const damaged = join(folder, "cut.safetensors");
      writeFileSync(damaged, readFileSync(own).subarray(0, 5000));
      await page.setInputFiles("#files", damaged);
      await page.waitForSelector("#fault:not([hidden])");
      const inNode = await analyze(new File([readFileSync(damaged)], "cut.safetensors")).catch(
        (error: Error) => error.message,
      );
      expect(await page.textContent("#fault")).toBe(inNode);
      await page.setInputFiles("#files", own);
      expect((await resultOf(page)).checkpoints).toHaveLength(1);
      expect(errors).toEqual([]);
      await page.context().close();
    });

    test("the digits are trained by WebGPU where the browser has it, to the same losses", async (context) => {
      const { page, errors } = await open();
      const hasGpu = await page.evaluate(async () => Boolean(await navigator.gpu?.requestAdapter()));
      if (!hasGpu) return context.skip("this Chromium has no WebGPU adapter");
      const lossOn = async (device: string): Promise<number> => {
        await page.fill("input[name=steps]", "10");
        await page.selectOption("select[name=device]", device);
        await page.click("#train button");
        await page.waitForSelector("#shown:not([hidden]), #fault:not([hidden])", { timeout: 90_000 });
        expect(await page.textContent("#fault")).toBe("");
        return Number(await page.textContent("#loss-now"));
      };
      const onCpu = await lossOn("cpu");
      expect(await page.textContent("#trained")).toMatch(/wasm/);
      // Shown to three places, of which the last may round the other way.
      expect(Math.abs((await lossOn("gpu")) - onCpu)).toBeLessThan(0.0015);
      expect(await page.textContent("#trained")).toMatch(/gpu/);
      expect(errors).toEqual([]);
      await page.context().close();
    });

    test("the digits are trained in the page by the same bits as in Node, and the model is analysed", async () => {
      const { page, requests, errors } = await open();
      await page.fill("input[name=steps]", "30");
      await page.selectOption("select[name=preset]", "digits-vit-sparse");
      await page.click("#train button");
      const result = await resultOf(page);
      expect(result.checkpoints[0]!.totals.layersAnalysed).toBeGreaterThan(0);
      expect(await page.textContent("#ratio-now")).toMatch(/^\d+\.\d %$/);
      expect(await page.getAttribute("#loss polyline", "points")).toMatch(/^[\d., ]+$/);
      const [download] = await Promise.all([
        page.waitForEvent("download"),
        page.click("#saves a:text('Save the model')"),
      ]);
      const trained = await openCheckpoint(await download.path());
      const recipe = composeRecipe(
        { extends: "digits-vit-sparse", steps: 30, logEvery: 10 },
        { presets: presetsByName },
      );
      const backend = await wasmBackend({ threads: 1 });
      const { checkpoint } = await train({ recipe, backend, out: join(folder, "run") });
      await backend.dispose();
      const inNode = await openCheckpoint(checkpoint);
      expect(await entriesOf(trained)).toEqual(await entriesOf(inNode));
      expect(requests).toEqual([]);
      expect(errors).toEqual([]);
      await page.context().close();
    });
  },
);

async function entriesOf(checkpoint: Checkpoint): Promise<Record<string, unknown>> {
  const entries: Record<string, unknown> = {};
  for (const tensor of checkpoint.tensors()) entries[tensor.name] = await tensor.read();
  await checkpoint.close();
  return entries;
}
