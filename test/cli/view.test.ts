import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { request } from "node:http";
import { chromium } from "playwright-core";
import { afterEach, describe, expect, test } from "vitest";
import { hasChromium } from "../report/open-page.ts";
import { runMarchenko, startMarchenko } from "./run-marchenko.ts";

const model = "data/example-series/step-001600/model.safetensors";

describe("marchenko view", () => {
  let child: ChildProcess | null = null;
  afterEach(() => {
    child?.kill("SIGKILL");
    child = null;
  });

  /** Starts the viewer and waits for its address. */
  async function start(...args: string[]): Promise<string> {
    child = startMarchenko(["view", "--no-open", ...args]);
    const [chunk] = (await once(child.stdout!, "data")) as [Buffer];
    return chunk.toString().trim();
  }

  const get = (address: string, host?: string): Promise<{ status: number; text: string; policy: string }> =>
    new Promise((resolve, reject) => {
      const asked = request(address, { headers: host === undefined ? {} : { host } }, async (response) => {
        let text = "";
        for await (const piece of response) text += piece;
        const policy = String(response.headers["content-security-policy"]);
        resolve({ status: response.statusCode!, text, policy });
      });
      asked.on("error", reject);
      asked.end();
    });

  test("without a path serves the file that the package ships, to this machine alone, until Ctrl-C", async () => {
    const address = await start();
    expect(address).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/$/);
    const { status, text, policy } = await get(address);
    expect(status).toBe(200);
    expect(text).toBe(readFileSync("dist/viewer/index.html", "utf8"));
    expect(policy).toContain("default-src 'none'");
    expect((await get(address, "elsewhere.example")).status).toBe(403);
    expect((await get(`${address}etc/passwd`)).status).toBe(404);
    const ended = once(child!, "exit");
    child!.kill("SIGINT");
    expect(await ended).toEqual([0, null]);
  });

  test.skipIf(!hasChromium)("with a checkpoint opens its report, and analyses others there", async () => {
    const address = await start(model);
    const browser = await chromium.launch({ executablePath: "/usr/bin/chromium", args: ["--no-sandbox"] });
    try {
      const page = await browser.newPage();
      const errors: string[] = [];
      page.on("console", (message) => errors.push(message.text()));
      page.on("pageerror", (error) => errors.push(error.message));
      await page.goto(address);
      const report = page.frameLocator("#report");
      expect(await report.locator("h1").textContent()).toContain("model.safetensors");
      const top = () => page.evaluate(() => document.getElementById("shown")!.getBoundingClientRect().top);
      await expect.poll(async () => Math.abs(await top())).toBeLessThan(50);
      await page.setInputFiles("#files", "data/example-series/step-000000/model.safetensors");
      await page.waitForSelector("#work:not([hidden])");
      await page.waitForSelector("#shown:not([hidden])");
      expect(await page.textContent("#name")).toBe("Report of model.safetensors");
      expect(errors.filter((text) => !text.includes("favicon"))).toEqual([]);
    } finally {
      await browser.close();
    }
  });

  test("says what is wrong with a path or a port", () => {
    const missing = runMarchenko(["view", "--no-open", "no-such.safetensors"]);
    expect(missing.code).toBe(3);
    expect(missing.stderr).toContain("no-such.safetensors");
    expect(runMarchenko(["view", "--port", "70000"]).code).toBe(2);
  });
});
