import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { pathToFileURL } from "node:url";
import { type Browser, chromium } from "playwright-core";
import type { AnalysisResult } from "../../src/analysis/result.ts";
import { renderReport } from "../../src/report/page/render-page.ts";
import { manyLayers } from "../../test/report/example-result.ts";

/**
 * What the page of a result weighs and how long a browser takes until it answers, held to what the page promises.
 *
 *     npx tsx scripts/bench/page.ts [RESULT.json...]
 *
 * Without a result: a synthetic model of 100 layers. Opened from a file in Chromium, with the network cut, seven times:
 * the median of the time from navigation to the frame that shows the table sorted by a click, and of the first paint.
 * Exit 1 where a page is over 2 MB, a density chart over 8 KB or an answer later than 1.5 s, where axe-core finds
 * anything or the page asks for anything.
 */
const budgets = { bytes: 2_000_000, densityBytes: 8192, answerMs: 1500 };
const openings = 7;
const executablePath = "/usr/bin/chromium";

async function opened(browser: Browser, address: string, isChecked: boolean) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 } });
  try {
    await context.setOffline(true);
    const page = await context.newPage();
    const requests: string[] = [];
    page.on("request", (request) => {
      if (request.url() !== address) requests.push(request.url());
    });
    await page.goto(address, { waitUntil: "commit" });
    await page.locator("table.layers th button").first().waitFor();
    const [paintMs, answerMs] = await page.evaluate(
      () =>
        new Promise<[number, number]>((resolve) => {
          document.querySelector<HTMLButtonElement>("table.layers th.number button")!.click();
          requestAnimationFrame(() =>
            setTimeout(() => {
              const [paint] = performance.getEntriesByName("first-contentful-paint");
              resolve([paint?.startTime ?? Number.NaN, performance.now()]);
            }),
          );
        }),
    );
    const complaints: string[] = [];
    if (isChecked) {
      await page.evaluate(
        readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8"),
      );
      complaints.push(
        ...(await page.evaluate(async () => {
          for (const each of document.querySelectorAll("details")) each.open = true;
          await new Promise((resolve) => setTimeout(resolve, 500));
          const { axe } = globalThis as unknown as {
            axe: { run(): Promise<{ violations: { id: string }[] }> };
          };
          return (await axe.run()).violations.map(({ id }) => id);
        })),
      );
    }
    return { paintMs, answerMs, requests, complaints };
  } finally {
    await context.close();
  }
}

const median = (values: readonly number[]) => [...values].sort((a, b) => a - b)[values.length >> 1]!;

async function main(paths: readonly string[]): Promise<void> {
  if (!existsSync(executablePath)) throw new Error(`expected Chromium at ${executablePath}`);
  const results: [string, AnalysisResult][] =
    paths.length === 0
      ? [["100 layers, synthetic", manyLayers(100)]]
      : paths.map((path) => [basename(path), JSON.parse(readFileSync(path, "utf8"))]);
  const folder = mkdtempSync(join(tmpdir(), "marchenko-page-"));
  const browser = await chromium.launch({ executablePath, args: ["--no-sandbox", "--disable-gpu"] });
  const faults: string[] = [];
  console.log(
    "| page | layers | bytes | largest density chart | first paint | answers to a click | axe-core | requests |",
  );
  console.log("| --- | --- | --- | --- | --- | --- | --- | --- |");
  try {
    for (const [name, result] of results) {
      const text = await renderReport(result);
      const path = join(folder, "page.html");
      writeFileSync(path, text);
      const bytes = Buffer.byteLength(text);
      const charts = text.matchAll(/data-view="density"[^>]*>(<svg.*?<\/svg>)/gs);
      const densityBytes = Math.max(...Array.from(charts, ([, svg]) => Buffer.byteLength(svg!)));
      const runs: Awaited<ReturnType<typeof opened>>[] = [];
      for (let i = 0; i < openings; i++) {
        runs.push(await opened(browser, pathToFileURL(path).href, i === openings - 1));
      }
      const answerMs = median(runs.map((run) => run.answerMs));
      const paintMs = median(runs.map((run) => run.paintMs));
      const complaints = runs.flatMap((run) => run.complaints);
      const requests = runs.flatMap((run) => run.requests);
      const layers = result.checkpoints.reduce((sum, { totals }) => sum + totals.layersAnalysed, 0);
      console.log(
        `| ${name} | ${layers} | ${bytes} | ${densityBytes} | ${Math.round(paintMs)} ms | ${Math.round(answerMs)} ms | ${complaints.join(" ") || "nothing"} | ${requests.length} |`,
      );
      const isOver = { bytes, densityBytes, answerMs };
      for (const [key, most] of Object.entries(budgets)) {
        const got = isOver[key as keyof typeof isOver];
        if (!(got <= most)) faults.push(`${name}: ${key} is ${Math.round(got)}, over ${most}`);
      }
      for (const fault of [...complaints, ...requests]) faults.push(`${name}: ${fault}`);
    }
  } finally {
    await browser.close();
    rmSync(folder, { recursive: true });
  }
  for (const fault of faults) console.error(fault);
  if (faults.length > 0) process.exitCode = 1;
}

await main(process.argv.slice(2));
