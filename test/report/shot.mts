import { chromium } from "playwright-core";

const [, , url, out, w, scheme, full, h] = process.argv;
const b = await chromium.launch({
  executablePath: "/usr/bin/chromium",
  args: [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
  ],
});
const p = await b.newPage({
  viewport: { width: Number(w), height: Number(h ?? 900) },
  colorScheme: scheme as "dark",
});
p.on("console", (m) => console.log("console", m.text()));
p.on("pageerror", (e) => console.log("error", e.message));
await p.goto(url!);
await p.screenshot({ path: out!, fullPage: full === "full" });
await b.close();
