import { availableParallelism, cpus, loadavg } from "node:os";
import { parseArgs } from "node:util";
import { wasmMemory } from "../../dist/backends/wasm/memory.js";
import { type MlpWeights, mlpExecution, mostActiveShare } from "../../dist/backends/wasm/mlp-execution.js";
import { fewDenseRows, weightMatrix, weightSpace } from "../../dist/backends/wasm/weight-matrix.js";
import { planContraction } from "../../dist/kernels/contraction.js";
import { bestVariant } from "../../dist/kernels/kernels.js";
import { runContraction } from "../../dist/kernels/run-contraction.js";
import { trainingKernels } from "../../dist/kernels/training-kernels.js";
import { randomStream } from "../../dist/linalg/random.js";
import { blockMacs } from "../../dist/measure/macs.js";
import { compareWays } from "../../dist/measure/sparse-execution/compare-ways.js";
import { createActivation } from "../../dist/sparsity/activations/catalogue.js";
import { multiplyAddPeak } from "./multiply-add-peak.ts";
import { median } from "./timing.ts";

/**
 * Times an MLP block of ViT-Base's and T5-Base's size that skips inactive neurons, beside its dense way in the same run.
 * Prints Markdown.
 *
 *     npm run build && npx tsx --experimental-wasm-relaxed-simd scripts/bench/sparse-execution.ts > reports/sparse-execution.md
 *
 * --tokens 197,788 --rounds 15 --blocks 6 change what their names say. One thread; times are the process's processor
 * time, so that other programs cost less than they would.
 */
const { values: given } = parseArgs({
  options: {
    tokens: { type: "string", default: "197,788" },
    rounds: { type: "string", default: "15" },
    blocks: { type: "string", default: "6" },
  },
});
const rounds = Number(given.rounds);
const [d, n] = [768, 3072];
/** The acceptance's shares, with what it asks for at 10 %. */
const shares = [0.02, 0.05, 0.1, 0.2, 0.5];
const wanted = { at: 0.1, value: 2.5, block: 1.35 };

const clock = (): number => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
};

const normals = (count: number, scale: number, purpose: string): Float32Array => {
  const { normal } = randomStream(1, ["sparse execution", purpose]);
  return Float32Array.from({ length: count }, () => scale * normal());
};
const key = normals(n * d, d ** -0.5, "key");
const value = normals(d * n, n ** -0.5, "value");

/** Ascending draws of a pre-activation without b_K: a row of K has norm 1, about, and a token normal entries. */
const sorted = normals(100_000, 1, "pre-activations").sort();

/** A ReLU block of whose neurons this share is active. */
function blockOf(share: number): MlpWeights {
  const shift = -sorted[Math.floor((1 - share) * sorted.length)]!;
  return { ...plain, keyBias: new Float32Array(n).fill(shift) };
}
const plain: MlpWeights = {
  key: { inputs: d, outputs: n, entries: key },
  keyBias: null,
  activate: createActivation("relu").apply,
  value: { inputs: n, outputs: d, entries: value },
  valueBias: new Float32Array(d).fill(0.1),
};
const print = (line = "") => console.log(line);
const row = (cells: readonly (string | number)[]) => print(`| ${cells.join(" | ")} |`);
const head = (titles: string) => {
  row(titles.split("|"));
  row(titles.split("|").map(() => "---"));
};
const ms = (milliseconds: number) => milliseconds.toPrecision(3);
const times = (ratio: number) => ratio.toFixed(2);
const percent = (share: number) => `${Number((100 * share).toPrecision(2))} %`;
const speed = (operations: number, milliseconds: number) => (operations / milliseconds / 1e6).toFixed(1);

const verdicts: string[] = [];

/** All tokens at once. */
function batchTable(count: number): void {
  const tokens = normals(count * d, 1, "tokens");
  const operations = 2 * count * n * d;
  print(`\n## ${count} tokens at once\n`);
  head(
    "active|K dense|GF/s|sigma, biases|V dense|GF/s|list|V skipping|GF/s|V: times as fast|1 / s|block dense|block skipping|times as fast|2 / (1 + s)|difference",
  );
  const lost: (string | number)[][] = [];
  for (const share of shares) {
    const execution = mlpExecution(blockOf(share), { clock });
    const { comparison, runs } = compareWays(execution, [tokens], rounds);
    const { dense, skipping } = comparison;
    const s = runs.skipping[0]!.activeShare!;
    const [a, b] = [runs.skipping[0]!.output, runs.dense[0]!.output];
    const norm = (of: (i: number) => number) => Math.sqrt(b.reduce((sum, _, i) => sum + of(i) ** 2, 0));
    const difference = norm((i) => a[i]! - b[i]!) / norm((i) => b[i]!);
    const rest = skipping.parts.activation + skipping.parts.bias;
    const [valueRatio, ratio] = [comparison.valueSpeedup!, comparison.speedup!];
    row([
      percent(s),
      ms(dense.parts.key),
      speed(operations, dense.parts.key),
      ms(rest),
      ms(dense.parts.value),
      speed(operations, dense.parts.value),
      ms(skipping.parts.list),
      ms(skipping.parts.value),
      speed(s * operations, skipping.parts.value),
      `**${times(valueRatio)}**`,
      times(1 / s),
      ms(dense.milliseconds),
      ms(skipping.milliseconds),
      `**${times(ratio)}**`,
      times(1 / costOf(s).inference.ratio),
      difference.toExponential(1),
    ]);
    const least = costOf(s).inference.ratio * (dense.parts.key + dense.parts.value);
    const slower = skipping.parts.value - s * dense.parts.value;
    lost.push(
      [percent(s), ms(least), ms(skipping.milliseconds), rest, skipping.parts.list, slower].map((each) =>
        typeof each === "number" ? `${ms(each)} (${percent(each / skipping.milliseconds)})` : each,
      ),
    );
    if (share === wanted.at) {
      const told = (what: string, is: number, atLeast: number) =>
        `${what} ${times(is)} times as fast (at least ${atLeast}: ${is >= atLeast ? "met" : "missed"})`;
      verdicts.push(
        `${count} tokens, ${percent(s)} active: ${told("the product with V", valueRatio, wanted.value)}, ${told("the block", ratio, wanted.block)}`,
      );
    }
  }
  print("\nWhere the rest is lost, in milliseconds and shares of the skipping block's time:\n");
  head("active|(1 + s) / 2 of the dense products|block skipping|sigma, biases|list|V slower than s of dense");
  for (const each of lost) row(each);
  print(
    "\nV is slower than its share of the dense product for two reasons: each panel of it is read whole, once for up to 512 tokens, whatever the share; and a register's sums serve one token, so that each multiply-add loads an entry of V where the dense kernel's serve five.",
  );
}

/** One token after another through some blocks, whose weights are more than the caches hold. */
function decodingTable(blocks: number): void {
  const single = Array.from({ length: 8 }, (_, i) => normals(d, 1, `token ${i}`));
  print(`\n## Tokens one by one, through ${blocks} blocks\n`);
  head(
    "active|K|sigma, biases|V dense|list|V skipping|V: times as fast|block dense|block skipping|times as fast|2 / (1 + s)|GB/s dense",
  );
  for (const share of shares) {
    const weights = blockOf(share);
    const executions = Array.from({ length: blocks }, () => mlpExecution(weights, { clock }));
    const taken = { dense: [] as number[][], skipping: [] as number[][] };
    let active = 0;
    let runs = 0;
    for (let round = -2; round < rounds; round++) {
      for (const way of ["dense", "skipping"] as const) {
        const sums = [0, 0, 0, 0];
        for (const x of single) {
          for (const execution of executions) {
            const { seconds, activeShare } = execution.run(x, way);
            const parts = [seconds.key, seconds.activation + seconds.bias, seconds.list, seconds.value];
            for (const [i, part] of parts.entries()) sums[i]! += part;
            active += activeShare ?? 0;
            runs += activeShare === null ? 0 : 1;
          }
        }
        if (round >= 0) taken[way].push(sums.map((sum) => (1000 * sum) / single.length / blocks));
      }
    }
    const of = (way: "dense" | "skipping", i: number) => median(taken[way].map((sums) => sums[i]!));
    const whole = (way: "dense" | "skipping") =>
      median(taken[way].map((sums) => sums.reduce((a, b) => a + b)));
    const s = active / runs;
    row([
      percent(s),
      ms(of("dense", 0)),
      ms(of("skipping", 1)),
      ms(of("dense", 3)),
      ms(of("skipping", 2)),
      ms(of("skipping", 3)),
      `**${times(of("dense", 3) / (of("skipping", 2) + of("skipping", 3)))}**`,
      ms(whole("dense")),
      ms(whole("skipping")),
      `**${times(whole("dense") / whole("skipping"))}**`,
      times(1 / costOf(s).inference.ratio),
      ((4 * n * d) / of("dense", 3) / 1e6).toFixed(1),
    ]);
  }
}

/** Seconds of the least of some runs by turns. */
function leastOf(works: readonly (() => void)[]): number[] {
  const least = works.map(() => Number.POSITIVE_INFINITY);
  for (let round = 0; round < rounds; round++) {
    for (const [i, work] of works.entries()) {
      const start = clock();
      for (let repeat = 0; repeat < 4; repeat++) work();
      least[i] = Math.min(least[i]!, (clock() - start) / 4);
    }
  }
  return least;
}

/** What {@link mostActiveShare} and {@link fewDenseRows} rest on. */
function crossovers(): void {
  const memory = wasmMemory(false);
  const kernels = trainingKernels(bestVariant()!, memory.memory);
  const space = weightSpace(kernels, memory);
  const matrix = weightMatrix(space, plain.value);
  const most = 512;
  const from = memory.take(4 * most * n);
  const to = memory.take(4 * most * d);
  const dense = memory.take(4 * d * n);
  memory.float32(dense, d * n).set(value);
  const scratch = memory.take(matrix.scratchBytes(most));
  const { uniform } = randomStream(1, ["masks"]);
  const fill = (count: number, share: number) => {
    const entries = memory.float32(from, count);
    for (let i = 0; i < count; i++) entries[i] = uniform() < share ? uniform() + 0.1 : 0;
  };
  const compare = (rows: number, share: number, isAll: boolean): void => {
    fill(rows * n, share);
    const plan = planContraction({ a: "tn", b: "dn", out: "td" }, [rows, n], [d, n]);
    const product = matrix.product(rows, from, to, scratch);
    const [a, b] = leastOf([
      () => runContraction(kernels, plan, from, dense, to, space.contraction, 0, 1),
      isAll
        ? () => product.dense()
        : () => {
            product.list();
            product.listed();
          },
    ]) as [number, number];
    row([rows, percent(share), ms(a * 1000), ms(b * 1000), times(a / b)]);
  };
  print("\n## Where the dense product is as fast\n");
  print(
    `The product with V, least of runs: of ${most} tokens by the share of active neurons (above ${percent(mostActiveShare)} nothing is skipped), and the dense product of few tokens from panels, which is what they get up to ${fewDenseRows}, beside the one that packs the matrix.\n`,
  );
  head("tokens|active|packing dense, ms|listed, ms|times as fast");
  for (const share of [0.4, 0.5, 0.6, 0.7, 0.8, 1]) compare(most, share, false);
  for (const rows of [1, 2, 4, 8, fewDenseRows]) compare(rows, 1, true);
  for (const rows of [32, 64]) compare(rows, 1, false);
}

const load = () =>
  loadavg()
    .map((each) => each.toFixed(2))
    .join(", ");
print("# A block that skips inactive neurons\n");
print("Written by `scripts/bench/sparse-execution.ts`.\n");
print(
  `A ReLU block, d = ${d} and n = ${n}, drawn weights and tokens, b_K such that the share is what it is; float32, one thread. Milliseconds of processor time, medians of ${rounds} runs of both ways by turns; GF/s are of the products that are computed. V: the product with the value matrix, listing the active neurons included. The bits of both ways are the same; the difference is ||Z - Z_dense||_F / ||Z_dense||_F.\n`,
);
print(
  `- machine: ${cpus()[0]?.model}, ${availableParallelism()} cores; node ${process.version}, ${bestVariant()} kernels`,
);
print(`- load before, over 1, 5 and 15 minutes: ${load()}`);
print(
  `- most that a thread does in float32 with vectors of 128 bits: ${((2 * (await multiplyAddPeak())) / 1e9).toPrecision(3)} GF/s`,
);
for (const count of given.tokens.split(",").map(Number)) batchTable(count);
print("\n## By theory\n");
print("Cost over the dense one's, by multiply-adds alone; the trainer's own steps skip nothing.\n");
head("active, s|inference (1 + s) / 2|training (1 + 5 s) / 6|times as fast|times as fast in training");
for (const s of shares) {
  const [inference, training] = [costOf(s).inference.ratio, costOf(s).training.ratio];
  row([percent(s), inference.toFixed(3), training.toFixed(3), times(1 / inference), times(1 / training)]);
}
decodingTable(Number(given.blocks));
crossovers();
print("\n## Verdict\n");
for (const each of verdicts) print(`- ${each}`);
print(`- load after: ${load()}`);

/** What the block costs by theory, over its dense way. */
function costOf(s: number) {
  const sides = { inputs: 768, neurons: 3072, outputs: 768, gated: false, inputGradient: true };
  return blockMacs(sides, { active: s, sloped: s });
}
