import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { chromium, type Locator, type Page } from "playwright-core";
import sharp from "sharp";

/**
 * Takes the README's pictures, `reports/pictures/*.png`, by Debian's Chromium: the terminal's answer and the page of the
 * run that the README's first two commands make. Build first; takes a minute.
 */
const folder = mkdtempSync(join(tmpdir(), "marchenko-pictures-"));
const bin = resolve("dist/cli/bin.js");
const home = "reports/pictures";

function marchenko(...args: string[]): string {
  const env = { ...process.env, FORCE_COLOR: "1", COLUMNS: "96" };
  const { status, stdout, stderr } = spawnSync(process.execPath, [bin, ...args], {
    cwd: folder,
    env,
    encoding: "utf8",
    maxBuffer: 1 << 28,
  });
  if (status !== 0) throw new Error(`marchenko ${args.join(" ")}: ${stderr}`);
  return stdout;
}

const looks: Readonly<Record<string, string>> = {
  "1": "font-weight:700",
  "2": "opacity:.65",
  "31": "color:#ff7b72",
  "32": "color:#7ee787",
  "33": "color:#e3b341",
  "34": "color:#79c0ff",
  "35": "color:#d2a8ff",
  "36": "color:#76e3ea",
};

/** A terminal's text, its colours as styles; each code of an end closes what is open. */
function terminalPage(text: string): string {
  const body = text
    .replace(/[&<]/g, (character) => (character === "&" ? "&amp;" : "&lt;"))
    // biome-ignore lint/suspicious/noControlCharactersInRegex: what terminals are told begins with one.
    .replace(/\u001b\[(\d+)m/g, (_, code: string) =>
      looks[code] ? `<span style="${looks[code]}">` : "</span>",
    );
  return `<!doctype html><meta charset="utf-8"><style>body{margin:0;background:#0d1117;color:#e6edf3}
pre{margin:0;padding:18px 22px;font:14px/1.42 "DejaVu Sans Mono",monospace;width:max-content}</style><pre>${body}</pre>`;
}

async function picture(of: Page | Locator, name: string): Promise<void> {
  const small = await sharp(await of.screenshot())
    .png({ palette: true, colours: 64, effort: 10 })
    .toBuffer();
  writeFileSync(`${home}/${name}.png`, small);
  console.log(`${home}/${name}.png: ${Math.round(small.length / 1000)} kB`);
}

marchenko("train", "digits-vit-sparse", "--out", "run");
const answer = marchenko("analyze", "run/checkpoints", "-o", "run.html", "--format", "table");
const layer = "vit.encoder.layer.2.intermediate.dense.weight";
const command = "$ npx marchenko analyze run/checkpoints -o run.html\n";
const browser = await chromium.launch({ executablePath: "/usr/bin/chromium", args: ["--no-sandbox"] });
mkdirSync(home, { recursive: true });
try {
  const context = await browser.newContext({
    viewport: { width: 1180, height: 940 },
    deviceScaleFactor: 1.25,
  });
  const page = await context.newPage();
  await page.setContent(terminalPage(command + answer));
  await picture(page.locator("pre"), "terminal");
  await page.goto(pathToFileURL(join(folder, "run.html")).href);
  await picture(page, "page");
  const card = page.locator("details.card", { hasText: layer }).first();
  await card.evaluate((element: HTMLDetailsElement) => {
    element.open = true;
    element.scrollIntoView();
  });
  await card.locator("svg").first().waitFor();
  await picture(page, "layer");
} finally {
  await browser.close();
}
rmSync(folder, { recursive: true });
