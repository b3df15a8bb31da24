import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import asc from "assemblyscript/asc";
import { sharedBinary } from "../src/kernels/shared-binary.ts";

/**
 * Compiles `src/kernels/assembly`, the analysis' kernels, and `src/kernels/training`, the trainer's, to WebAssembly, with
 * and without relaxed SIMD, for a memory of its own and for one that threads share, and writes each binary as a
 * TypeScript module: no file has to be found at run time, in Node, a bundle or a page. Decoding, `src/kernels/decoding`,
 * multiplies nothing and shares nothing: one binary is enough.
 */
const sources = [
  { from: "src/kernels/assembly", prefix: "" },
  { from: "src/kernels/training", prefix: "training-" },
] as const;
const shared = ["--enable", "threads", "--sharedMemory", "--maximumMemory", "65536"];
const variants = {
  plain: ["--enable", "simd"],
  relaxed: ["--enable", "simd", "--enable", "relaxed-simd"],
} as const;
const folder = "src/kernels/generated";

rmSync(folder, { recursive: true, force: true });
mkdirSync(folder, { recursive: true });
write("decoding", "src/kernels/decoding", await compile("src/kernels/decoding", variants.plain));
for (const { from, prefix } of sources) {
  for (const [name, features] of Object.entries(variants)) {
    const binary = await compile(from, features);
    const forThreads = await compile(from, [...features, ...shared]);
    if (!Buffer.from(sharedBinary(binary)).equals(forThreads)) {
      throw new Error(`${from}, ${name}: its binary for a shared memory is not that of the compiler`);
    }
    write(`${prefix}${name}`, from, binary);
  }
}

async function compile(from: string, features: readonly string[]): Promise<Uint8Array> {
  const files = new Map<string, Uint8Array | string>();
  const { error, stderr } = await asc.main(
    [
      `${from}/index.ts`,
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
  return files.get("kernels.wasm") as Uint8Array;
}

function write(name: string, from: string, binary: Uint8Array): void {
  const text = Buffer.from(binary).toString("base64");
  writeFileSync(
    join(folder, `${name}.ts`),
    `/** Made by scripts/build-kernels.ts from ${from}. */\nexport const binary: string =\n  "${text}";\n`,
  );
}
