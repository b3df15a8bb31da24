import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { build, type Plugin } from "esbuild";
import { viewerDocument } from "../src/viewer/viewer-document.ts";
import { englishZod } from "./bundle-plugins.ts";

/** What browsers don't have: importing it fails there, and what needs it says so. */
const absent: Plugin = {
  name: "absent",
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^(node:.*|h5wasm.*|koffi|sharp|webgpu|@huggingface\/.*)$/ }, ({ path }) => ({
      path,
      namespace: "absent",
    }));
    onLoad({ filter: /.*/, namespace: "absent" }, ({ path }) => ({
      contents: `throw new Error(${JSON.stringify(`${path} is not in browsers`)}); export {};`,
      loader: "js",
    }));
  },
};

/** Writes the viewer, one HTML file. @returns its bytes. */
export async function buildViewer(path: string): Promise<number> {
  const digits = readFileSync("data/digits.csv.gz").toString("base64");
  const bundle = async (from: string): Promise<string> => {
    const { outputFiles } = await build({
      entryPoints: [from],
      bundle: true,
      write: false,
      format: "iife",
      platform: "browser",
      target: "es2022",
      minify: true,
      legalComments: "none",
      define: { DIGITS_GZ: JSON.stringify(digits) },
      plugins: [absent, englishZod],
      logLevel: "error",
    });
    return outputFiles[0]!.text;
  };
  const text = viewerDocument({
    page: await bundle("src/viewer/page.ts"),
    worker: await bundle("src/viewer/worker.ts"),
  });
  mkdirSync(path.slice(0, path.lastIndexOf("/")), { recursive: true });
  writeFileSync(path, text);
  return Buffer.byteLength(text);
}
