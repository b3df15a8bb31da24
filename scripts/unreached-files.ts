import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { build } from "esbuild";

const importPattern = /(?:from|import)\s*\(?\s*["'](\.[^"']+)["']/g;

/**
 * Files of `dist` that nothing of the package leads to: types of what is inside, and parts that only the bundled
 * command and the viewer have. They stay on the disk, where tests import them, and out of the package.
 *
 * @param entries - modules that users import and threads start, as paths in `dist`.
 */
export async function unreachedFiles(entries: readonly string[]): Promise<string[]> {
  const { metafile } = await build({
    entryPoints: entries.map((entry) => join("dist", entry)),
    outdir: "dist",
    bundle: true,
    write: false,
    metafile: true,
    format: "esm",
    platform: "node",
    packages: "external",
    logLevel: "error",
  });
  const reached = new Set(Object.keys(metafile.inputs).map((path) => path.slice("dist/".length)));
  const visit = (file: string): void => {
    if (reached.has(file) || !existsSync(join("dist", file))) return;
    reached.add(file);
    for (const [, specifier] of readFileSync(join("dist", file), "utf8").matchAll(importPattern)) {
      visit(join(dirname(file), specifier!).replace(/\.[jt]s$/, ".d.ts"));
    }
  };
  for (const entry of entries) visit(entry.replace(/\.js$/, ".d.ts"));
  return readdirSync("dist", { recursive: true, encoding: "utf8" })
    .filter((file) => /\.(?:js|d\.ts)$/.test(file) && !file.startsWith("cli") && !reached.has(file))
    .sort();
}
