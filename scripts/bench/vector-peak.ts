import { parseArgs } from "node:util";
import { setFlagsFromString } from "node:v8";
import asc from "assemblyscript/asc";
import { startPeerIfAny } from "./peer.ts";
import { emit } from "./table.ts";

/**
 * Prints what decides the ratios of the table: the most that a thread can do in WebAssembly, whose vectors have 128
 * bits, and what the peer's matrix product, with the widest vectors of the processor, does in one of its threads.
 *
 *     tsx scripts/bench/vector-peak.ts [--python PYTHON]
 */
const { values: options } = parseArgs({ options: { python: { type: "string" } } });

/** Independent chains: two units with a latency of four or five cycles each are kept busy. */
const chains = 10;
/** Multiply-adds of each chain in a run: some 5 ms, so that one of many is not disturbed. */
const rounds = 4e6;
const runs = 200;
/** Order of the peer's square matrices, and how often they are multiplied. */
const order = 1024;
const products = 40;

const billions = (rate: number) => `${(rate / 1e9).toPrecision(3)} GF/s a thread`;

const peak = await vectorPeak();
emit({ fact: "float64, most of 128 bits in WebAssembly", is: `${billions(peak)} (fused multiply-adds)` });
const peer = await startPeerIfAny(options.python, "peer.py");
if (peer) {
  const answer = await peer.ask({ op: "product", rows: order, cols: order, repeat: products });
  const fastest = Math.min(...(answer.seconds as number[]));
  const rate = (2 * order ** 3) / fastest / Number(peer.info.threads);
  emit({
    fact: `float64, numpy's product of order ${order}`,
    is: `${billions(rate)}, ${(rate / peak).toFixed(1)} times as much`,
  });
  peer.close();
}

/**
 * The rate of multiply-adds that wait for nothing but the one before them in their chain, in operations a second; a
 * multiply-add of a vector is four.
 *
 * The fastest run counts: the first ones are not compiled for good.
 */
async function vectorPeak(): Promise<number> {
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
