import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { availableParallelism, cpus, tmpdir, totalmem } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { sizeOf } from "../../dist/autodiff/shape.js";
import { wasmBackend } from "../../dist/backends/wasm/wasm-backend.js";
import { openCheckpoint } from "../../dist/checkpoint/open-checkpoint.js";
import { randomStream } from "../../dist/linalg/random.js";
import { modelOf } from "../../dist/models/catalogue.js";
import { createActivation } from "../../dist/sparsity/activations/catalogue.js";
import { sparsityOptions } from "../../dist/sparsity/options.js";
import { initialState } from "../../dist/train/initial-state.js";
import { adamw } from "../../dist/train/optimizers/adamw.js";
import { parseRecipe } from "../../dist/train/recipe.js";
import { makeRunFolder, runFolder } from "../../dist/train/run-folder.js";
import { saveCheckpoint } from "../../dist/train/save-checkpoint.js";
import { stepProgram } from "../../dist/train/step-program.js";
import { stepper } from "../../dist/train/stepper.js";
import { weightsOf } from "../../dist/train/weights.js";

/**
 * Trains models of the size of ViT-Base and T5-Base for two steps at batch 1 (forward, backward, clipping, AdamW) on
 * drawn inputs, saves a checkpoint and opens it again; prints one Markdown table of times and peak memory.
 *
 * npx tsx scripts/bench/base-models.ts [--model vit|t5]... [--sparsity plain|all]... [--threads 1,2] > reports/base-models.md
 *
 * Each row has a process of its own; on Node 20 --experimental-wasm-relaxed-simd goes before the script.
 */
const shapes = {
  vit: {
    imageSize: 224,
    patchSize: 16,
    channels: 3,
    classes: 1000,
    width: 768,
    depth: 12,
    heads: 12,
    pooling: "class-token",
  },
  t5: {
    vocabulary: 32128,
    width: 768,
    mlpWidth: 3072,
    heads: 12,
    headWidth: 64,
    encoderDepth: 12,
    decoderDepth: 12,
    inputLength: 512,
    targetLength: 114,
  },
} as const;
type Kind = keyof typeof shapes;

const modules = {
  plain: { activation: "relu" },
  all: {
    activation: "jsrelu",
    zerothBias: {},
    restrictedLayerNorm: true,
    synapseNoise: {},
    mixing: { steps: 1000 },
  },
} as const;
type Modules = keyof typeof modules;

/** What one row measured; times in seconds. */
interface Row {
  readonly kind: Kind;
  readonly sparsity: Modules;
  readonly backend: string;
  readonly parameters: number;
  readonly seconds: Readonly<
    Record<"graph" | "state" | "compile" | "first" | "second" | "measured" | "save" | "open", number>
  >;
  /** Before the first, second and third update. */
  readonly losses: readonly number[];
  readonly fileBytes: number;
  /** Most memory that the process had. */
  readonly peakBytes: number;
}

async function measure(kind: Kind, sparsityName: Modules, threads: number): Promise<Row> {
  let mark = performance.now();
  const lap = (): number => {
    const [before, now] = [mark, performance.now()];
    mark = now;
    return (now - before) / 1000;
  };
  const sizes = shapes[kind];
  const model = modelOf(kind);
  const sparsity = sparsityOptions.parse(modules[sparsityName]);
  const rate = 1e-4;
  const recipe = parseRecipe({
    name: `base-${kind}`,
    data: { name: "drawn" },
    model: { kind, ...sizes },
    sparsity: modules[sparsityName],
    optimizer: { name: "adamw", learningRate: rate, weightDecay: 0.01, clipNorm: 1 },
    steps: 3,
    batchSize: 1,
  });
  const options = adamw.options.parse({ learningRate: rate, weightDecay: 0.01, clipNorm: 1 });
  const updating = { optimizer: adamw.create(options), options, rate: () => rate };
  const traced = model.trace(sizes, sparsity, { batchSize: 1, training: true, labelSmoothing: 0 });
  const program = stepProgram(traced, updating);
  const graph = lap();
  const backend = await wasmBackend({ threads });
  const state = await initialState(backend, traced, program, recipe, null);
  const drawn = lap();
  const trainable = { activityOf: () => createActivation(sparsity.activation) };
  const train = await stepper(backend, state, trainable, traced, program, updating, recipe);
  const compile = lap();

  const classes = "classes" in sizes ? sizes.classes : sizes.vocabulary;
  const feed = Object.fromEntries(
    Array.from(traced.inputs, ([name, shape]) => {
      const draws = randomStream(0, ["bench", name]);
      const entry: Readonly<Record<string, () => number>> = {
        images: () => draws.normal(),
        inputMask: () => 1,
      };
      const next = entry[name] ?? (() => Math.floor(classes * draws.uniform()));
      return [name, Float32Array.from({ length: sizeOf(shape) }, next)];
    }),
  );
  lap();
  const losses = [await train.step(0, feed)];
  const first = lap();
  losses.push(await train.step(1, feed));
  const second = lap();
  losses.push((await train.measuredStep(2, feed)).loss);
  const measured = lap();
  if (!losses.every(Number.isFinite)) throw new Error(`the losses are ${losses}`);

  const path = mkdtempSync(join(tmpdir(), "base-models-"));
  try {
    const folder = await runFolder(path, false);
    await makeRunFolder(folder, recipe);
    lap();
    const config = model.huggingFaceConfig(sizes, sparsity);
    const saved = await saveCheckpoint(folder, {
      step: 3,
      recipe,
      config,
      weights: weightsOf(backend, state, traced),
    });
    const save = lap();
    const { tensors, bytes } = await compare(saved, backend, state);
    if (tensors !== traced.parameters.size) throw new Error(`the checkpoint has ${tensors} tensors`);
    const parameters = Array.from(traced.parameters.values(), ({ spec }) => sizeOf(spec.shape));
    return {
      kind,
      sparsity: sparsityName,
      backend: backend.name,
      parameters: parameters.reduce((a, b) => a + b, 0),
      seconds: { graph, state: drawn, compile, first, second, measured, save, open: lap() },
      losses,
      fileBytes: bytes,
      peakBytes: 1024 * Number(/^VmHWM:\s+(\d+) kB/m.exec(readFileSync("/proc/self/status", "utf8"))?.[1]),
    };
  } finally {
    rmSync(path, { recursive: true, force: true });
    train.dispose();
    await backend.dispose();
  }
}

/** Opens a checkpoint and holds every entry to what the backend has. */
async function compare(
  path: string,
  backend: Awaited<ReturnType<typeof wasmBackend>>,
  state: Awaited<ReturnType<typeof initialState>>,
): Promise<{ tensors: number; bytes: number }> {
  const checkpoint = await openCheckpoint(path);
  let [tensors, bytes] = [0, 0];
  for (const tensor of checkpoint.tensors()) {
    const [found, own] = [await tensor.read(), await backend.read(state.get(tensor.name)!)];
    if (found.length !== own.length || found.some((each, i) => each !== own[i])) {
      throw new Error(`${tensor.name} isn't what was trained`);
    }
    tensors++;
    bytes += 4 * found.length;
  }
  await checkpoint.close();
  return { tensors, bytes };
}

function cells({
  kind,
  sparsity,
  backend,
  parameters,
  seconds,
  losses,
  peakBytes,
  fileBytes,
}: Row): string[] {
  const { graph, state, compile, first, second, measured, save, open } = seconds;
  return [
    kind === "vit" ? "ViT-Base" : "T5-Base",
    sparsity,
    backend,
    `${(parameters / 1e6).toFixed(1)} M`,
    ...[graph, state, compile, first, second, measured, save, open].map((each) => each.toFixed(2)),
    losses.map((each) => each.toFixed(3)).join(", "),
    (fileBytes / 1e6).toFixed(0),
    (peakBytes / 2 ** 30).toFixed(2),
  ];
}

const { values } = parseArgs({
  options: {
    model: { type: "string", multiple: true, default: Object.keys(shapes) },
    sparsity: { type: "string", multiple: true, default: Object.keys(modules) },
    threads: { type: "string", default: "1,2" },
    // A row alone, as JSON: what each child process is started with.
    row: { type: "boolean", default: false },
  },
});
const counts = values.threads.split(",").map(Number);
if (values.row) {
  const row = await measure(values.model[0] as Kind, values.sparsity[0] as Modules, counts[0]!);
  process.stdout.write(`${JSON.stringify(row)}\n`);
} else {
  const line = (each: readonly string[]) => process.stdout.write(`| ${each.join(" | ")} |\n`);
  const { t5 } = shapes;
  process.stdout.write(`# Training steps of base-sized models

Written by \`scripts/bench/base-models.ts\`: batch 1, drawn inputs, AdamW with gradients clipped to norm 1; ViT at
224 x 224 x 3, T5 with ${t5.inputLength} input and ${t5.targetLength} target tokens; \`all\` has every sparsity module
(jsrelu by mixing, zeroth biases, restricted norms, noise on synapses, which is drawn in JavaScript). Times are of one
run, in seconds: the graph with its gradients, first entries of all arrays, compiling both plans of a step, the first and
the second step, a step that measures activity too, saving the checkpoint, and opening it with a comparison of every entry. Losses are those
before each update, all on one batch. The peak is the process's (VmHWM): WebAssembly memory, which ends at 4 GiB, and JavaScript's.

- machine: ${cpus()[0]?.model}, ${availableParallelism()} cores, ${Math.round(totalmem() / 2 ** 30)} GB
- node: ${process.version}

`);
  const head =
    "model|modules|backend|parameters|graph|state|compile|step 1|step 2|measured step|save|open|losses|file MB|peak GiB";
  line(head.split("|"));
  line(head.split("|").map(() => "---"));
  for (const model of values.model) {
    for (const sparsity of values.sparsity) {
      for (const threads of counts) {
        const own = ["--row", "--model", model, "--sparsity", sparsity, "--threads", String(threads)];
        const script = fileURLToPath(import.meta.url);
        const { status, stdout } = spawnSync(process.execPath, [...process.execArgv, script, ...own], {
          encoding: "utf8",
          stdio: ["ignore", "pipe", "inherit"],
        });
        if (status !== 0) process.exit(1);
        line(cells(JSON.parse(stdout) as Row));
      }
    }
  }
}
