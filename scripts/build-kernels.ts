import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import asc from "assemblyscript/asc";

/**
 * Compiles `src/kernels/assembly` to WebAssembly, with and without relaxed SIMD, and writes each binary as a
 * TypeScript module: no file has to be found at run time, in Node, a bundle or a page.
 */
const variants = {
  plain: ["--enable", "simd"],
  relaxed: ["--enable", "simd", "--enable", "relaxed-simd"],
} as const;
const folder = "src/kernels/generated";

mkdirSync(folder, { recursive: true });
for (const [name, features] of Object.entries(variants)) {
  const files = new Map<string, Uint8Array | string>();
  const { error, stderr } = await asc.main(
    [
      "src/kernels/assembly/index.ts",
      "--outFile",
      "kernels.wasm",
      "--optimizeLevel",
      "3",
      "--shrinkLevel",
      "0",
      "--noAssert",
      "--runtime",
      "stub",
      "--importMemory",
      ...features,
    ],
    {
      readFile: (file, base) => {
        try {
          return readFileSync(join(base, file), "utf8");
        } catch {
          return null;
        }
      },
      writeFile: (file, contents) => void files.set(file, contents),
    },
  );
  if (error) {
    console.error(stderr.toString());
    throw error;
  }
  const binary = Buffer.from(files.get("kernels.wasm") as Uint8Array).toString("base64");
  writeFileSync(
    join(folder, `${name}.ts`),
    `/** Made by scripts/build-kernels.ts from src/kernels/assembly. */\nexport const ${name}Binary: string =\n  "${binary}";\n`,
  );
}
