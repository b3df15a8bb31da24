import { wasmBackend } from "../../dist/backends/wasm/wasm-backend.js";
import { randomStream } from "../../dist/linalg/random.js";
import { type Peer, startPeerIfAny } from "./peer.ts";
import { median } from "./timing.ts";
import { mlpStep, optimizerFeed, type TrainingStep, transformerStep } from "./training-models.ts";

/**
 * Times training steps (forward, backward, AdamW) of an MLP and a Transformer, on 1 and 2 threads, in turn with PyTorch
 * when TORCH_PYTHON names an interpreter that has it; then tells where the time goes.
 *
 * TORCH_PYTHON=/opt/peers/torch/bin/python npx tsx --experimental-wasm-relaxed-simd scripts/bench/training.ts
 */
const models = [
  { op: "mlp", make: mlpStep, repeat: 30 },
  { op: "transformer", make: transformerStep, repeat: 8 },
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

async function compare(threads: number, peer: Peer | null): Promise<void> {
  for (const { op, make, repeat } of models) {
    const ours = await prepare(make(), threads, false);
    const { losses } = await ours.run(repeat);
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
    const text = (values: readonly number[]) =>
      `${(median(values) * 1000).toFixed(2)} ms (least ${(Math.min(...values) * 1000).toFixed(2)})`;
    console.log(`${op}, ${ours.backend.name}: ${text(own)}; loss ${losses[0]} -> ${losses.at(-1)}`);
    if (theirs.length > 0) {
      const ratio = median(own) / median(theirs);
      const least = Math.min(...own) / Math.min(...theirs);
      console.log(
        `  torch, ${variant}: ${text(theirs)}; ours/torch ${ratio.toFixed(2)}, of the least ${least.toFixed(2)}`,
      );
    }
  }
}

async function explain(threads: number): Promise<void> {
  for (const { op, make, repeat } of models) {
    const { backend, plan, run } = await prepare(make(), threads, true);
    await run(repeat);
    const warm = new Map(plan.profile().map((row) => [row.label, row]));
    await run(repeat);
    const rows = plan.profile().map((row) => {
      const before = warm.get(row.label)!;
      return {
        ...row,
        seconds: (row.seconds - before.seconds) / repeat,
        operations: (row.operations - before.operations) / repeat,
        count: (row.count - before.count) / repeat,
      };
    });
    const total = rows.reduce((sum, { seconds }) => sum + seconds, 0);
    console.log(`\n${op}, ${backend.name}: ${(total * 1000).toFixed(2)} ms a step in kernels`);
    for (const { label, seconds, count, operations } of rows
      .sort((a, b) => b.seconds - a.seconds)
      .slice(0, 16)) {
      const speed = operations > 0 ? `${(operations / seconds / 1e9).toFixed(1)} GF/s` : "";
      console.log(
        `${(seconds * 1000).toFixed(3).padStart(9)} ms ${((100 * seconds) / total).toFixed(1).padStart(5)} % ${String(count).padStart(4)} x ${label.length > 90 ? `${label.slice(0, 87)}...` : label} ${speed}`,
      );
    }
    await backend.dispose();
  }
}

const peer = await startPeerIfAny(process.env.TORCH_PYTHON, "torch_peer.py");
if (peer) console.log(JSON.stringify(peer.info));
for (const threads of (process.env.THREADS ?? "1,2").split(",").map(Number)) await compare(threads, peer);
peer?.close();
await explain(1);
