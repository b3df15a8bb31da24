import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { type Browser, type BrowserContextOptions, chromium, type Page } from "playwright-core";
import { afterAll, beforeAll } from "vitest";

const executablePath = "/usr/bin/chromium";
const args = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

/** Whether there is a browser to test pages with. */
export const hasChromium = existsSync(executablePath);

export interface OpenPage {
  readonly page: Page;
  /** Requests other than for the page itself. */
  readonly requests: string[];
  readonly errors: string[];
}

/** What axe has to complain of. */
interface Violation {
  readonly id: string;
  readonly nodes: readonly { readonly html: string }[];
}

/** How much wider the page is than the screen, in CSS pixels. */
export const overflow = (page: Page): Promise<number> =>
  page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);

/** A browser for the tests of the suite that asks: pages open from a file, with the network cut. */
export function pagesInChromium() {
  const folder = mkdtempSync(join(tmpdir(), "marchenko-page-"));
  const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
  let browser: Browser;
  beforeAll(async () => {
    browser = await chromium.launch({ executablePath, args });
  });
  afterAll(async () => {
    await browser?.close();
    rmSync(folder, { recursive: true });
  });

  async function openText(
    text: string,
    { fragment = "", ...options }: BrowserContextOptions & { fragment?: string } = {},
  ): Promise<OpenPage> {
    const path = join(folder, "page.html");
    writeFileSync(path, text);
    const address = pathToFileURL(path).href;
    const context = await browser.newContext(options);
    await context.setOffline(true);
    const requests: string[] = [];
    await context.route("**/*", (route) => {
      if (route.request().url().split("#")[0] === address) return route.continue();
      requests.push(route.request().url());
      return route.abort();
    });
    const page = await context.newPage();
    const errors: string[] = [];
    page.on("console", (message) => errors.push(message.text()));
    page.on("pageerror", (error) => errors.push(error.message));
    page.on("dialog", (dialog) => errors.push(dialog.message()));
    await page.goto(address + fragment);
    return { page, requests, errors };
  }

  const violations = async (page: Page): Promise<{ id: string; nodes: string[] }[]> => {
    await page.evaluate(axe);
    return page.evaluate(async () => {
      const { axe: checker } = globalThis as unknown as {
        axe: { run(): Promise<{ violations: Violation[] }> };
      };
      return (await checker.run()).violations.map(({ id, nodes }) => ({
        id,
        nodes: nodes.map((node) => node.html),
      }));
    });
  };
  return { openText, violations };
}
