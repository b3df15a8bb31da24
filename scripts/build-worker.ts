import { mkdirSync, writeFileSync } from "node:fs";
import { build } from "esbuild";

/**
 * Bundles the program of the worker threads into one text without imports, and writes it as a TypeScript module:
 * browsers start workers from it, and `finish-build.ts` puts it where Node starts them, since loading one file takes
 * a thread less time than loading forty.
 */
const folder = "src/analysis/generated";

const { outputFiles } = await build({
  entryPoints: ["src/analysis/compute-worker.ts"],
  bundle: true,
  write: false,
  format: "iife",
  platform: "neutral",
  target: "es2022",
  external: ["node:*", "koffi"],
  minifyWhitespace: true,
  legalComments: "none",
});
mkdirSync(folder, { recursive: true });
writeFileSync(
  `${folder}/compute-worker-source.ts`,
  `/** Made by scripts/build-worker.ts from compute-worker.ts and what it imports. */\nexport const source: string = ${JSON.stringify(outputFiles[0]!.text)};\n`,
);
