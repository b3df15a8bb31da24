import { parseArgs } from "node:util";
import { multiplyAddPeak } from "./multiply-add-peak.ts";
import { startPeerIfAny } from "./peer.ts";
import { emit } from "./table.ts";

/**
 * Prints what decides the ratios of the table: the most that a thread can do in WebAssembly, whose vectors have 128
 * bits, and what the peer's matrix product, with the widest vectors of the processor, does in one of its threads.
 *
 *     tsx scripts/bench/vector-peak.ts [--python PYTHON]
 */
const { values: options } = parseArgs({ options: { python: { type: "string" } } });

/** Order of the peer's square matrices, and how often they are multiplied. */
const order = 1024;
const products = 40;

const billions = (rate: number) => `${(rate / 1e9).toPrecision(3)} GF/s a thread`;

const peak = await multiplyAddPeak();
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
