import { mkdirSync, writeFileSync } from "node:fs";
import { build, type Plugin } from "esbuild";

/**
 * Bundles the programs of worker threads into one text each, without imports, and writes it as a TypeScript module:
 * browsers start workers from it, and `finish-build.ts` puts it where Node starts them, since loading one file takes
 * a thread less time than loading forty.
 */
const programs = [
  {
    from: "src/analysis/compute-worker.ts",
    folder: "src/analysis/generated",
    name: "compute-worker-source",
    plugins: [],
  },
  {
    from: "src/backends/wasm/worker.ts",
    folder: "src/backends/generated",
    name: "wasm-worker-source",
    plugins: [sentBinaries()],
  },
] as const;

/** The trainer's threads are sent their kernels compiled: nine tenths of their program would be binaries that none
 * reads. */
function sentBinaries(): Plugin {
  return {
    name: "sent-binaries",
    setup({ onLoad }) {
      onLoad({ filter: /kernels\/generated\/training-[a-z-]+\.ts$/ }, () => ({
        contents: 'export const binary = "";',
        loader: "ts",
      }));
    },
  };
}

for (const { from, folder, name, plugins } of programs) {
  const { outputFiles } = await build({
    entryPoints: [from],
    bundle: true,
    write: false,
    format: "iife",
    platform: "neutral",
    target: "es2022",
    external: ["node:*", "koffi", "gpu.js", "webgpu"],
    minifyWhitespace: true,
    legalComments: "none",
    plugins: [...plugins],
  });
  mkdirSync(folder, { recursive: true });
  writeFileSync(
    `${folder}/${name}.ts`,
    `/** Made by scripts/build-worker.ts from ${from} and what it imports. */\nexport const source: string = ${JSON.stringify(outputFiles[0]!.text)};\n`,
  );
}
