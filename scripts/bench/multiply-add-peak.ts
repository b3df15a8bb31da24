import { setFlagsFromString } from "node:v8";
import asc from "assemblyscript/asc";

/** Independent chains: two units with a latency of four cycles each are kept busy, and a chain that comes late is made up for. */
const chains = 12;
/** Multiply-adds of each chain in a run: some 5 ms, so that one of many is not disturbed. */
const rounds = 4e6;
const runs = 200;
/**
 * The rate in float64 of multiply-adds that wait for nothing but the one before them in their chain, in operations a second; a
 * multiply-add of a vector is four.
 *
 * The fastest run counts: the first ones are not compiled for good.
 */
export async function multiplyAddPeak(): Promise<number> {
  const run = await compileChains();
  let fastest = Number.POSITIVE_INFINITY;
  for (let i = 0; i < runs; i++) {
    const start = performance.now();
    run(rounds);
    fastest = Math.min(fastest, (performance.now() - start) / 1000);
  }
  return (4 * chains * rounds) / fastest;
}

async function compileChains(): Promise<(rounds: number) => number> {
  const each = (text: (chain: number) => string) =>
    Array.from({ length: chains }, (_, i) => text(i)).join("\n");
  const source = `
    export function run(rounds: i32): f64 {
      const x = f64x2.splat(1e-5), y = f64x2.splat(1e-4);
      ${each((i) => `let s${i} = f64x2.splat(${i});`)}
      for (let round = 0; round < rounds; round++) {
        ${each((i) => `s${i} = f64x2.relaxed_madd(x, y, s${i});`)}
      }
      let sum = f64x2.splat(0);
      ${each((i) => `sum = f64x2.add(sum, s${i});`)}
      return f64x2.extract_lane(sum, 0) + f64x2.extract_lane(sum, 1);
    }`;
  let binary: Uint8Array | null = null;
  const { error, stderr } = await asc.main(
    ["chains.ts", "--outFile", "chains.wasm", "--optimizeLevel", "3", "--runtime", "stub"].concat([
      "--enable",
      "simd",
      "--enable",
      "relaxed-simd",
    ]),
    {
      readFile: (file) => (file === "chains.ts" ? source : null),
      writeFile: (file, contents) => {
        if (file === "chains.wasm") binary = contents as Uint8Array;
      },
    },
  );
  if (error || !binary) throw error ?? new Error(stderr.toString());
  if (Number(process.versions.node.split(".")[0]) < 22) {
    setFlagsFromString("--experimental-wasm-relaxed-simd");
  }
  const { instance } = await WebAssembly.instantiate(binary as BufferSource, {
    env: {
      abort() {
        throw new Error("the chains ended early");
      },
    },
  });
  return instance.exports.run as (rounds: number) => number;
}
