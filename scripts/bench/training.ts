import { existsSync } from "node:fs";
import { availableParallelism, cpus, loadavg } from "node:os";
import { wasmBackend } from "../../dist/backends/wasm/wasm-backend.js";
import { randomStream } from "../../dist/linalg/random.js";
import { multiplyAddPeak } from "./multiply-add-peak.ts";
import { type Peer, startPeerIfAny } from "./peer.ts";
import { median } from "./timing.ts";
import { mlpStep, optimizerFeed, type TrainingStep, transformerStep } from "./training-models.ts";

/**
 * Times training steps (forward, backward, AdamW) of an MLP and a Transformer, on 1 and 2 threads, in turn with
 * PyTorch where a Python that has it is found; then tells where the time goes. Prints Markdown.
 *
 *     npm run build && npx tsx --experimental-wasm-relaxed-simd scripts/bench/training.ts >reports/training-benchmark.md
 *
 * THREADS (1,2 by default), ROUNDS and TORCH_PYTHON change what their names say.
 */
const models = [
  { op: "mlp", make: mlpStep, repeat: 30, atMost: [1.4, 1] },
  { op: "transformer", make: transformerStep, repeat: 8, atMost: [2, 1] },
] as const;
const rounds = Number(process.env.ROUNDS ?? 3);

/** Makes a model's steps on a backend of its own: a function that runs some and gives their seconds. */
async function prepare({ program, state, inputs }: TrainingStep, threads: number, profiled: boolean) {
  const seconds = () => performance.now() / 1000;
  const backend = await wasmBackend({ threads, ...(profiled && { clock: seconds }) });
  const draws = randomStream(1, ["bench"]);
  const tensors = new Map(
    Array.from(state, ([name, { value, scale, offset }]) => {
      const tensor = backend.alloc(value.shape);
      const count = value.shape.reduce((a, b) => a * b, 1);
      backend.write(
        tensor,
        Float32Array.from({ length: count }, () => offset + scale * draws.normal()),
      );
      return [name, tensor] as const;
    }),
  );
  const plan = await backend.compile(program, tensors);
  const batch = Object.fromEntries(
    Array.from(inputs, ([name, { count, classes }]) => [
      name,
      Float32Array.from({ length: count }, () =>
        classes === null ? draws.uniform() : Math.floor(draws.uniform() * classes),
      ),
    ]),
  );
  let step = 0;
  const run = async (repeat: number) => {
    const taken: number[] = [];
    const losses: number[] = [];
    for (let i = 0; i < repeat; i++) {
      const start = seconds();
      const { loss } = await plan.run({ ...batch, ...optimizerFeed(++step) });
      taken.push(seconds() - start);
      losses.push(loss![0]!);
    }
    return { taken, losses };
  };
  return { backend, plan, run };
}

const ms = (seconds: number) => (seconds * 1000).toPrecision(3);

/** Operations of the products in a step. */
async function productsOf(make: () => TrainingStep): Promise<number> {
  const { backend, plan, run } = await prepare(make(), 1, true);
  await run(1);
  await backend.dispose();
  return plan.profile().reduce((sum, { operations }) => sum + operations, 0);
}

/** A row for each model: medians of both sides, taken in turn. */
async function compare(threads: number, peer: Peer | null, peak: number): Promise<void> {
  for (const { op, make, repeat, atMost } of models) {
    const ours = await prepare(make(), threads, false);
    await ours.run(repeat);
    const own: number[] = [];
    const theirs: number[] = [];
    let variant: unknown;
    for (let round = 0; round < rounds; round++) {
      own.push(...(await ours.run(repeat)).taken);
      if (!peer) continue;
      const answer = await peer.ask({ op, threads, warmup: 5, repeat, ...(variant ? { variant } : {}) });
      variant = answer.variant;
      theirs.push(...(answer.seconds as number[]));
    }
    await ours.backend.dispose();
    const limit = atMost[threads - 1];
    const floor = (await productsOf(make)) / (2 * peak * threads);
    const cells = [op, `${threads}`, ms(floor), ms(median(own)), ms(Math.min(...own))];
    if (theirs.length > 0) {
      const ratio = median(own) / median(theirs);
      const ofLeast = Math.min(...own) / Math.min(...theirs);
      const result = limit === undefined ? "" : ratio <= limit ? "met" : "missed";
      cells.push(ms(median(theirs)), ms(Math.min(...theirs)), `${variant}`);
      cells.push(ratio.toFixed(2), ofLeast.toFixed(2), `${limit ?? ""}`, result);
    } else cells.push("", "", "", "", "", `${limit ?? ""}`, "");
    console.log(`| ${cells.join(" | ")} |`);
  }
}

/** A table for each model: milliseconds of each op in a step, and the speed of the products. */
async function explain(threads: number): Promise<void> {
  for (const { op, make, repeat } of models) {
    const { backend, plan, run } = await prepare(make(), threads, true);
    await run(repeat);
    const warm = new Map(plan.profile().map((row) => [row.label, row]));
    await run(repeat);
    const rows = plan.profile().map((row) => {
      const before = warm.get(row.label)!;
      return {
        label: row.label,
        seconds: (row.seconds - before.seconds) / repeat,
        operations: (row.operations - before.operations) / repeat,
        count: (row.count - before.count) / repeat,
      };
    });
    const total = rows.reduce((sum, { seconds }) => sum + seconds, 0);
    const operations = rows.reduce((sum, each) => sum + each.operations, 0);
    console.log(
      `\n## ${op}, ${backend.name}\n\n${ms(total)} ms a step in kernels; ${(operations / 1e9).toPrecision(3)} GFLOP of products.\n`,
    );
    console.log("| op | times | ms | share | GF/s |\n| --- | --- | --- | --- | --- |");
    for (const { label, seconds, count, operations } of rows.sort((a, b) => b.seconds - a.seconds)) {
      const share = `${((100 * seconds) / total).toFixed(1)} %`;
      const speed = operations > 0 ? (operations / seconds / 1e9).toFixed(1) : "";
      console.log(
        `| ${label.replaceAll("|", "\\|")} | ${count} | ${(seconds * 1000).toFixed(3)} | ${share} | ${speed} |`,
      );
    }
    await backend.dispose();
  }
}

const python = [process.env.TORCH_PYTHON, "/opt/peers/torch/bin/python"].find(
  (each) => each && existsSync(each),
);
const peer = await startPeerIfAny(python, "torch_peer.py");
const load = () =>
  loadavg()
    .map((each) => each.toFixed(2))
    .join(", ");
console.log("# Training steps\n");
console.log(`- machine: ${cpus()[0]?.model}, ${availableParallelism()} cores; node ${process.version}`);
if (peer) console.log(`- peer: ${JSON.stringify(peer.info)}`);
console.log(`- load before, over 1, 5 and 15 minutes: ${load()}`);
const peak = await multiplyAddPeak();
console.log(
  `- most that a thread does in float32 with vectors of 128 bits: ${((2 * peak) / 1e9).toPrecision(3)} GF/s`,
);
console.log(
  "\nMilliseconds a step, medians and least of runs in turn; ratios are ours over theirs. No step in WebAssembly can be\nfaster than its matrix products at the peak of vectors of 128 bits, and nothing else.\n",
);
console.log(
  "| model | threads | ours | least | torch | least | torch's way | ratio | of the least | at most | result |",
);
console.log("| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |");
const counts = (process.env.THREADS ?? "1,2").split(",").map(Number);
for (const threads of counts) await compare(threads, peer, peak);
peer?.close();
for (const threads of counts) await explain(threads);
console.log(`\nLoad after: ${load()}`);
