import { existsSync } from "node:fs";
import { availableParallelism, cpus, loadavg } from "node:os";
import { ops } from "../../dist/autodiff/catalogue.js";
import { parameter } from "../../dist/autodiff/leaves.js";
import { contraction } from "../../dist/autodiff/ops/contraction.js";
import { sizeOf } from "../../dist/autodiff/shape.js";
import { apply, type Value } from "../../dist/autodiff/value.js";
import type { Backend, Plan } from "../../dist/backends/backend.js";
import { type GpuBackend, gpuBackend } from "../../dist/backends/gpu/gpu-backend.js";
import { portableId } from "../../dist/backends/gpu/products/autotune.js";
import { productKernels } from "../../dist/backends/gpu/products/catalogue.js";
import { wasmBackend } from "../../dist/backends/wasm/wasm-backend.js";
import { randomStream } from "../../dist/linalg/random.js";
import { timeSpectra } from "./gpu-spectra.ts";
import { startPeerIfAny } from "./peer.ts";
import { median } from "./timing.ts";
import { mlpStep, optimizerFeed, type TrainingStep, transformerStep } from "./training-models.ts";

/**
 * Measures the GPU backend in one run: the host's cost of a kernel on Dawn's null backend, each op and the ways to
 * compute matrix products beside the CPU backend, training steps beside both it and PyTorch, memory over 2000 steps, and
 * singular values by `--engine gpu` beside the default.
 * Prints Markdown.
 *
 *     npm run build && npx tsx --experimental-wasm-relaxed-simd scripts/bench/gpu.ts >reports/gpu-benchmark.md
 *
 * ENTRIES (2^20 by default), REPEAT (20), STEPS (2000) and TORCH_PYTHON change what their names say.
 */
const entries = Number(process.env.ENTRIES ?? 2 ** 20);
const repeat = Number(process.env.REPEAT ?? 20);
const steps = Number(process.env.STEPS ?? 2000);
const clock = () => performance.now();
const threads = availableParallelism();

const row = (...cells: readonly (string | number)[]) => console.log(`| ${cells.join(" | ")} |`);
const head = (...cells: readonly string[]) => {
  console.log("");
  row(...cells);
  row(...cells.map(() => "---"));
};
const digits = (value: number) => value.toPrecision(3);

/** Milliseconds of a run, of as many in a row as are asked for: what is between them isn't read. */
async function timed(plan: Plan, feed: Record<string, Float32Array>, output: string): Promise<number> {
  await plan.run(feed, [output]);
  const all: number[] = [];
  for (let round = 0; round < 3; round++) {
    const start = clock();
    for (let i = 1; i < repeat; i++) await plan.run(feed, []);
    await plan.run(feed, [output]);
    all.push((clock() - start) / repeat);
  }
  return median(all);
}

/** Prepares a value of parameters that are drawn, and times it; the sum of one entry is read. */
async function timedValue(backend: Backend, leaves: readonly Value[], value: Value): Promise<number> {
  const draws = randomStream(1, ["bench"]);
  const state = new Map(
    leaves.map(({ shape, attributes }) => {
      const tensor = backend.alloc(shape);
      backend.write(
        tensor,
        new Float32Array(sizeOf(shape)).map(() => 0.5 + 0.1 * draws.uniform()),
      );
      return [(attributes as { name: string }).name, tensor] as const;
    }),
  );
  const plan = await backend.compile({ outputs: { value } }, state);
  const time = await timed(plan, {}, "value");
  plan.dispose();
  for (const tensor of state.values()) backend.free(tensor);
  return time;
}

/** Each op on the first of its trials, whose outermost side is made so long that the largest input has `entries`. */
async function eachOp(gpu: Backend, cpu: Backend): Promise<void> {
  console.log(`\n## Ops\n\nOf some ${entries} entries, the result read once in ${repeat} runs.`);
  head("op", "inputs", "GPU ms", "CPU ms", `CPU is ${threads} threads of`);
  for (const op of ops) {
    const trial = op.trials[0]!;
    const grown = grow(op.name, trial);
    if (grown === null) continue;
    const leaves = grown.shapes.map((shape, place) => parameter(`p${place}`, shape));
    const value = apply(op, leaves, grown.attributes);
    const times = [await timedValue(gpu, leaves, value), await timedValue(cpu, leaves, value)];
    row(op.name, grown.shapes.map((shape) => shape.join("x")).join(", "), ...times.map(digits), cpu.name);
  }
}

const width = 64;
const rows = Math.ceil(entries / width);

/** Ops whose attributes say a size, or whose inputs aren't of one; all places of rows are 0. */
const shaped: Readonly<Record<string, (typeof ops)[number]["trials"][number]>> = {
  broadcast: { shapes: [[width]], attributes: { shape: [rows, width] } },
  gather: { shapes: [[1000, width], [rows]], attributes: null },
  reshape: { shapes: [[rows, width]], attributes: { shape: [rows * width] } },
  "scatter-add": { shapes: [[rows, width], [rows]], attributes: { rows: 1000 } },
  "sum-to": { shapes: [[rows, width]], attributes: { shape: [width] } },
};

/** A trial of a size worth timing; null for products, which have a table of their own. */
function grow(name: string, { shapes, attributes }: (typeof ops)[number]["trials"][number]) {
  if (name === "contraction") return null;
  if (shaped[name]) return shaped[name];
  const rank = Math.max(...shapes.map(({ length }) => length));
  const factor = Math.max(1, Math.floor(entries / Math.max(...shapes.map(sizeOf))));
  // What has the first input's outermost side grows with it.
  const side = shapes[0]![0];
  const longer = shapes.map((shape) =>
    shape.length === rank || (shape.length === 1 && shape[0] === side)
      ? shape.with(0, shape[0]! * factor)
      : shape,
  );
  return { shapes: longer, attributes };
}

async function products(cpu: Backend): Promise<void> {
  const ids = [portableId, ...productKernels.map(({ id }) => id)];
  console.log("\n## Matrix products\n\nGF/s; of 2048 tokens as a training step has them.");
  const shapes = [
    ["2048x128 by 128x512", "mk,nk->mn", [2048, 128], [512, 128]],
    ["128x2048 by 2048x512", "km,kn->mn", [2048, 128], [2048, 512]],
    ["512x512 by 512x512", "mk,kn->mn", [512, 512], [512, 512]],
    ["128 heads of 64x32 by 32x64", "bmk,bnk->bmn", [128, 64, 32], [128, 64, 32]],
  ] as const;
  head("product", ...ids, cpu.name);
  const backends = await Promise.all(ids.map((product) => gpuBackend({ product })));
  for (const [name, letters, a, b] of shapes) {
    const leaves = [parameter("a", a), parameter("b", b)];
    const value = contraction(leaves[0]!, leaves[1]!, letters);
    const operations = 2 * value.op.multiplies!(value);
    const speeds: string[] = [];
    for (const backend of [...backends, cpu]) {
      speeds.push(digits(operations / (await timedValue(backend, leaves, value)) / 1e6));
    }
    row(name, ...speeds);
  }
  for (const each of backends) await each.dispose();
}

/** A model's step on a backend: its plan, and what it is fed. */
async function prepare(backend: Backend, { program, state, inputs }: TrainingStep) {
  const draws = randomStream(1, ["bench"]);
  const tensors = new Map(
    Array.from(state, ([name, { value, scale, offset }]) => {
      const tensor = backend.alloc(value.shape);
      backend.write(
        tensor,
        new Float32Array(sizeOf(value.shape)).map(() => offset + scale * draws.normal()),
      );
      return [name, tensor] as const;
    }),
  );
  const start = clock();
  const plan = await backend.compile(program, tensors);
  const compiling = clock() - start;
  const batch = Object.fromEntries(
    Array.from(inputs, ([name, { count, classes }]) => [
      name,
      new Float32Array(count).map(() =>
        classes === null ? draws.uniform() : Math.floor(draws.uniform() * classes),
      ),
    ]),
  );
  const run = async (count: number, read: readonly string[]) => {
    const taken: number[] = [];
    for (let step = 1; step <= count; step++) {
      const begin = clock();
      await plan.run({ ...batch, ...optimizerFeed(step) }, read);
      taken.push(clock() - begin);
    }
    return taken;
  };
  return { plan, run, compiling };
}

async function trainingSteps(gpu: GpuBackend, cpu: Backend): Promise<void> {
  const python = [process.env.TORCH_PYTHON, "/opt/peers/torch/bin/python"].find(
    (each) => each && existsSync(each),
  );
  const peer = await startPeerIfAny(python, "torch_peer.py");
  console.log(
    "\n## Training steps\n\nForward, backward and AdamW; the loss read in each step. Medians in ms.",
  );
  head("model", "kernels", "compile ms", "GPU", cpu.name, `torch, CPU, ${threads} threads`);
  for (const [op, make] of [
    ["mlp", mlpStep],
    ["transformer", transformerStep],
  ] as const) {
    const onGpu = await prepare(gpu, make());
    const onCpu = await prepare(cpu, make());
    const times: number[] = [];
    for (const { run } of [onGpu, onCpu]) {
      await run(2, ["loss"]);
      times.push(median(await run(repeat, ["loss"])));
    }
    const answer = peer ? await peer.ask({ op, threads, warmup: 5, repeat }) : null;
    const torch = answer ? digits(1000 * median(answer.seconds as number[])) : "";
    const { kernels } = onGpu.plan as Plan & { readonly kernels: readonly string[] };
    row(op, kernels.length, digits(onGpu.compiling), ...times.map(digits), torch);
    for (const { plan } of [onGpu, onCpu]) plan.dispose();
  }
  peer?.close();
}

/** The host's work for a kernel: nothing is computed there. */
async function hostCost(): Promise<void> {
  const backend = await gpuBackend({ flags: ["backend=null"], product: "tile-64" });
  const { plan, run } = await prepare(backend, transformerStep());
  const { kernels } = plan as Plan & { readonly kernels: readonly string[] };
  await run(100, []);
  const costs: number[] = [];
  for (let round = 0; round < 5; round++) {
    const before = process.cpuUsage();
    await run(200, []);
    const { user, system } = process.cpuUsage(before);
    costs.push((user + system) / 200 / kernels.length);
  }
  console.log(
    `\nThe host's cost of a kernel, on Dawn's null backend: ${digits(median(costs))} microseconds of CPU time (${kernels.length} kernels a step; at most 4 are allowed).`,
  );
  await backend.dispose();
}

/** When `--engine gpu` pays. */
async function spectra(isSoftware: boolean): Promise<void> {
  console.log(
    `\n## Spectra\n\nSingular values of float32 noise, in ms: \`--engine gpu\`, of which the Gram matrix is on the device and the eigenvalues are on one thread, and the default on ${threads} threads. The last column is the largest difference over what both bounds allow.`,
  );
  head("matrix", "Gram matrix", "--engine gpu", "default", "times as fast", "of the bounds");
  const times = await timeSpectra(isSoftware, threads, Math.min(repeat, 3));
  for (const { shape, gram, gpu, cpu, ofBound } of times) {
    row(shape.join(" x "), ...[gram, gpu, cpu, cpu / gpu, ofBound].map(digits));
  }
  const pays = times.filter(({ gpu, cpu, ofBound }) => gpu < cpu && ofBound <= 1);
  const where =
    pays.length === 0 ? "for none of these" : `for ${pays.map(({ shape }) => shape.join(" x ")).join(", ")}`;
  console.log(`\nHere \`--engine gpu\` is faster within the bounds ${where}.`);
}

async function memory(gpu: GpuBackend): Promise<void> {
  const { run, plan } = await prepare(gpu, mlpStep(8, [16, 16, 10]));
  await run(200, ["loss"]);
  const before = { bytes: gpu.bytes, rss: process.memoryUsage.rss() };
  await run(steps, ["loss"]);
  const rss = (process.memoryUsage.rss() - before.rss) / 2 ** 20;
  console.log(
    `\nMemory over ${steps} steps, after 200: ${gpu.bytes - before.bytes} bytes more on the device, ${rss.toFixed(1)} MiB more of the process.`,
  );
  plan.dispose();
}

const load = () =>
  loadavg()
    .map((each) => each.toFixed(2))
    .join(", ");
const gpu = await gpuBackend({ clock });
const cpu = await wasmBackend({ threads });
const { adapter } = gpu;
console.log("# The GPU backend\n");
console.log(
  `- adapter: ${adapter.name}${adapter.isSoftware ? ", a program on the CPU: its times say nothing of a GPU" : ""}`,
);
console.log(`- machine: ${cpus()[0]?.model}, ${threads} cores; node ${process.version}`);
console.log(`- load before, over 1, 5 and 15 minutes: ${load()}`);
await hostCost();
await trainingSteps(gpu, cpu);
await products(cpu);
await eachOp(gpu, cpu);
await memory(gpu);
await spectra(adapter.isSoftware);
console.log(`\nLoad after: ${load()}`);
await gpu.dispose();
await cpu.dispose();
