import {
  appendFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { OutOfMemoryError } from "../../src/backends/backend.ts";
import { referenceBackend } from "../../src/backends/reference.ts";
import { openCheckpoint } from "../../src/checkpoint/open-checkpoint.ts";
import { streamSafetensors, writeSafetensors } from "../../src/checkpoint/safetensors-writer.ts";
import {
  CheckpointFormatError,
  DivergenceError,
  UnreadableInputError,
  UsageError,
} from "../../src/errors.ts";
import type { LiveModel, TapEntries } from "../../src/train/observer.ts";
import { filesOf, metricsOf, runFolders, toy, trainHere } from "./toy.ts";

const newFolder = runFolders();

/** Trains until so many updates are made, then stops as Ctrl-C does. */
async function stopAt(step: number, out: string): Promise<void> {
  const controller = new AbortController();
  const reason = new Error("stopped");
  if (step === 0) controller.abort(reason);
  const stopping = trainHere({
    out,
    signal: controller.signal,
    onProgress: (progress) => {
      if (progress.step === step) controller.abort(reason);
    },
  });
  await expect(stopping).rejects.toBe(reason);
}

describe("a run", () => {
  test("has the same bytes each time, and others with another seed", async () => {
    const [first, second, other] = [newFolder(), newFolder(), newFolder()];
    await trainHere({ out: first });
    await trainHere({ out: second });
    await trainHere({ out: other, recipe: { ...toy, seed: 6 } });
    const files = filesOf(first, "with state");
    expect(filesOf(second, "with state")).toEqual(files);
    const others = filesOf(other);
    for (const name of ["metrics.ndjson", "checkpoints/step-000000/model.safetensors"]) {
      expect(others[name]).not.toEqual(files[name]);
    }
  });

  test("stopped at any step and resumed has the bytes of one that was not", async () => {
    const whole = newFolder();
    await trainHere({ out: whole });
    const expected = filesOf(whole, "with state");
    for (let step = 0; step <= 10; step++) {
      const out = newFolder();
      await stopAt(step, out);
      await trainHere({ out, resume: true });
      expect(filesOf(out, "with state"), `stopped at ${step}`).toEqual(expected);
    }
  });

  test("resumed from a state that is older than what was written has the bytes of one that was not stopped", async () => {
    const whole = newFolder();
    await trainHere({ out: whole });
    const out = newFolder();
    await stopAt(3, out);
    // As a process leaves it that is killed at step 7: metrics, a checkpoint and a part of one came after the state.
    appendFileSync(join(out, "metrics.ndjson"), '{"step":6,"split":"train"}\n{"step":');
    mkdirSync(join(out, "checkpoints", "step-000004"));
    mkdirSync(join(out, "partial"));
    writeFileSync(join(out, "partial", "model.safetensors"), "half");
    writeFileSync(join(out, "state", "state.safetensors.4711.partial"), "half");
    await trainHere({ out, resume: true });
    expect(filesOf(out, "with state")).toEqual(filesOf(whole, "with state"));
    expect(readdirSync(out)).not.toContain("partial");
  });

  test("that is done may be resumed, and stays as it was", async () => {
    const out = newFolder();
    const { test: last } = await trainHere({ out });
    const before = filesOf(out, "with state");
    const again = await trainHere({ out, resume: true });
    expect(again.test).toEqual(last);
    expect(filesOf(out, "with state")).toEqual(before);
  });

  test("has its checkpoints, and each alone tells its recipe and step", async () => {
    const out = newFolder();
    await trainHere({ out });
    expect(readdirSync(join(out, "checkpoints")).sort()).toEqual(
      [0, 4, 8, 10].map((step) => `step-0000${String(step).padStart(2, "0")}`),
    );
    const path = join(out, "checkpoints", "step-000008");
    expect(readdirSync(path).sort()).toEqual(["config.json", "model.safetensors"]);
    const checkpoint = await openCheckpoint(path);
    const { metadata, step } = checkpoint;
    await checkpoint.close();
    expect(step).toBe(8);
    expect(metadata.format).toBe("pt");
    expect(metadata["marchenko.step"]).toBe("8");
    const recipe = JSON.parse(metadata["marchenko.recipe"]!);
    expect(recipe).toEqual(JSON.parse(readFileSync(join(out, "recipe.json"), "utf8")));
    // Sizes that the toy leaves open are those of its data.
    expect(recipe.model).toMatchObject({ imageSize: 8, channels: 1, classes: 10 });
    expect(checkpoint.tensors().every(({ dtype }) => dtype === "F32")).toBe(true);
  });

  test("writes metrics at the steps that its recipe says", async () => {
    const out = newFolder();
    await trainHere({ out });
    const lines = metricsOf(out).map(({ split, step }) => `${split} ${step}`);
    expect(lines).toEqual(["test 0", "train 0", "train 3", "test 5", "train 6", "train 9", "test 10"]);
    for (const line of metricsOf(out)) {
      expect(line.activatedRatio).toBe(
        (line.activatedRatioPerLayer as Record<string, number>)["block.0.mlp"],
      );
      expect(line.derivativeSparsity).toBeCloseTo(1 - (line.activatedRatio as number), 12); // JSReLU: a > 0 iff p > 0
    }
  });

  test("lowers the loss of its test part", async () => {
    const out = newFolder();
    const recipe = {
      ...toy,
      sparsity: {},
      imageMixing: undefined,
      steps: 60,
      checkpointEvery: [],
      logEvery: 60,
    };
    await trainHere({ out, recipe });
    const losses = metricsOf(out)
      .filter(({ split }) => split === "test")
      .map(({ loss }) => loss as number);
    expect(losses.at(-1)!).toBeLessThan(losses[0]! - 0.3);
  });
});

describe("what goes wrong", () => {
  test("a folder that holds a run, or other things, is refused without resume", async () => {
    const out = newFolder();
    await trainHere({ out, recipe: { ...toy, steps: 1 } });
    const before = filesOf(out, "with state");
    await expect(trainHere({ out })).rejects.toThrow(/holds a run already: go on with it by --resume/);
    expect(filesOf(out, "with state")).toEqual(before);
    const other = newFolder();
    mkdirSync(other);
    writeFileSync(join(other, "thesis.tex"), "");
    await expect(trainHere({ out: other })).rejects.toThrow(/is not empty \(it has thesis.tex\)/);
    expect(readdirSync(other)).toEqual(["thesis.tex"]);
  });

  test("there is nothing to resume in a new folder", async () => {
    await expect(trainHere({ out: newFolder(), resume: true })).rejects.toThrow(/holds no run to resume/);
  });

  test("a run is not resumed with another recipe: the error names what differs", async () => {
    const out = newFolder();
    await stopAt(2, out);
    const optimizer = { ...toy.optimizer, learningRate: 0.02 };
    const resumed = trainHere({ out, resume: true, recipe: { ...toy, optimizer } });
    await expect(resumed).rejects.toThrow("optimizer.learningRate: 0.01, now 0.02");
    await expect(resumed).rejects.toBeInstanceOf(UsageError);
  });

  test("a folder in which a killed process has left its recipe half written is as good as new", async () => {
    const out = newFolder();
    mkdirSync(out);
    writeFileSync(join(out, "recipe.json.partial"), "{");
    await trainHere({ out, recipe: { ...toy, steps: 1 } });
    expect(readdirSync(out)).not.toContain("recipe.json.partial");
  });

  test("metrics that were cut since are an error, not a gap", async () => {
    const out = newFolder();
    await stopAt(7, out);
    truncateSync(join(out, "metrics.ndjson"), 10);
    await expect(trainHere({ out, resume: true })).rejects.toThrow(/has 10 bytes/);
    rmSync(join(out, "metrics.ndjson"));
    await expect(trainHere({ out, resume: true })).rejects.toThrow(/metrics.ndjson is gone, and it had/);
  });

  test("a run without a state begins again, and not with another recipe", async () => {
    const out = newFolder();
    await trainHere({ out });
    const before = filesOf(out);
    rmSync(join(out, "state"), { recursive: true });
    const other = trainHere({ out, resume: true, recipe: { ...toy, batchSize: toy.batchSize + 1 } });
    await expect(other).rejects.toThrow(/has another recipe \(batchSize: /);
    await trainHere({ out, resume: true });
    expect(filesOf(out)).toEqual(before);
  });

  test("where no folder can be made is an error, not a wait", async () => {
    // Node's recursive mkdir never ends there, on Linux.
    const system = existsSync("/proc/self") ? "/proc/none/run" : "/dev/null/run";
    await expect(trainHere({ out: system })).rejects.toBeInstanceOf(UsageError);
  });

  test("a damaged state is an error of the file", async () => {
    const out = newFolder();
    await stopAt(7, out);
    const state = join(out, "state", "state.safetensors");
    truncateSync(state, 200);
    await expect(trainHere({ out, resume: true })).rejects.toBeInstanceOf(CheckpointFormatError);
    await expect(trainHere({ out, resume: true })).rejects.toThrow(
      /the saved state is damaged: .* remove .*state:/,
    );
    await writeSafetensors(state, [{ name: "w", shape: [1], data: Float32Array.of(1) }]);
    await expect(trainHere({ out, resume: true })).rejects.toThrow(/holds no state of a run/);
    const recipe = readFileSync(join(out, "recipe.json"), "utf8");
    const metadata = { "marchenko.step": "11", "marchenko.metricsBytes": "0", "marchenko.recipe": recipe };
    await writeSafetensors(state, [], metadata);
    await expect(trainHere({ out, resume: true })).rejects.toThrow(/is of step 11, and the run has 10/);
    await writeSafetensors(state, [], { ...metadata, "marchenko.step": "3" });
    await expect(trainHere({ out, resume: true })).rejects.toThrow(
      /the saved state has nothing for input.weight/,
    );
  });

  test("a run that diverges names the step and the last good checkpoint, and keeps it", async () => {
    const out = newFolder();
    const optimizer = { name: "sgd", learningRate: 1e200 };
    const recipe = { ...toy, optimizer, schedule: { name: "constant" }, checkpointEvery: 1 };
    const error = await trainHere({ out, recipe }).catch((each: unknown) => each);
    expect(error).toBeInstanceOf(DivergenceError);
    const message = (error as Error).message;
    expect(message).toMatch(/at step \d+/);
    const kept = /the last good checkpoint is (\S+)\./.exec(message)![1]!;
    const checkpoint = await openCheckpoint(kept);
    for (const tensor of checkpoint.tensors())
      expect((await tensor.read()).every(Number.isFinite)).toBe(true);
    await checkpoint.close();
  });

  test("a run that doesn't fit into memory is an error before anything is written", async () => {
    const out = newFolder();
    const backend = {
      ...referenceBackend(),
      compile: async () => {
        throw new OutOfMemoryError("9 GiB are needed");
      },
    };
    const failing = trainHere({ out, backend });
    await expect(failing).rejects.toThrow("9 GiB are needed. A smaller batchSize needs less.");
    await expect(failing).rejects.toBeInstanceOf(UsageError);
    expect(existsSync(out)).toBe(false);
  });

  test("what a recipe asks for and nothing does is an error, not silence", async () => {
    const measured = trainHere({ out: newFolder(), recipe: { ...toy, measureEvery: 5 } });
    await expect(measured).rejects.toThrow(/measureEvery: it takes an observer/);
    const sparsity = { restrictedLayerNorm: true as const };
    for (const model of [{ kind: "mlp" }, { ...toy.model, layerNorm: "plain" }]) {
      const restricted = trainHere({ out: newFolder(), recipe: { ...toy, model, sparsity } });
      await expect(restricted).rejects.toThrow(/restrictedLayerNorm: this mlp has no norm/);
    }
    const analysed = trainHere({ out: newFolder(), recipe: { ...toy, analyzeEvery: 5 } });
    await expect(analysed).rejects.toThrow(/analyzeEvery: it takes an observer/);
  });

  test("taps that don't fit into memory are an error of the configuration", async () => {
    const backend = referenceBackend();
    const failing = trainHere({
      out: newFolder(),
      backend: {
        ...backend,
        compile: async (program, state) => {
          if ("block.0.mlp.input" in program.outputs) throw new OutOfMemoryError("9 GiB are needed");
          return backend.compile(program, state);
        },
      },
      observers: [{ every: 1, taps: ["block.0.mlp.input"], onStep: async () => {} }],
    });
    await expect(failing).rejects.toBeInstanceOf(UsageError);
  });

  test("a tap that the model hasn't is an error before anything is written", async () => {
    const out = newFolder();
    const observers = [{ every: 1, taps: ["block.7.mlp.input"], onStep: async () => {} }];
    await expect(trainHere({ out, observers })).rejects.toThrow(
      /no tap block.7.mlp.input \(it has block.0.mlp.input/,
    );
    expect(existsSync(out)).toBe(false);
  });
});

describe("finetuning", () => {
  test("begins with weights that hold to the recipe's constraints", async () => {
    const [first, second] = [newFolder(), newFolder()];
    const zerothBias = { clip: null };
    await trainHere({ out: first, recipe: { ...toy, sparsity: { zerothBias } } });
    const from = join(first, "checkpoints", "step-000010");
    const bias = async (path: string) => {
      const checkpoint = await openCheckpoint(path);
      const named = (name: string) =>
        checkpoint
          .tensors()
          .find((each) => each.name === name)!
          .read();
      const [scale, entries] = [await named("blocks.0.norm.weight"), await named("blocks.0.zeroth_bias")];
      await checkpoint.close();
      return { scale: Array.from(scale), entries: Array.from(entries) };
    };
    const before = await bias(from);
    const limit = (j: number) => 0.01 * Math.abs(before.scale[j]!);
    expect(before.entries.some((each, j) => Math.abs(each) > limit(j))).toBe(true);
    const recipe = { ...toy, sparsity: { zerothBias: { clip: 0.01 } }, finetune: { from } };
    await trainHere({ out: second, recipe });
    const { entries } = await bias(join(second, "checkpoints", "step-000000"));
    const clipped = before.entries.map((each, j) => Math.max(-limit(j), Math.min(limit(j), each)));
    // The checkpoint is in float32.
    expect(entries).toEqual(clipped.map(Math.fround));
  });

  const finetune = (from: string, more: object = {}) => ({ ...toy, finetune: { from, ...more } });

  test("begins with the weights of a checkpoint, by their names", async () => {
    const [first, second] = [newFolder(), newFolder()];
    await trainHere({ out: first });
    const from = join(first, "checkpoints", "step-000010");
    await trainHere({ out: second, recipe: finetune(from) });
    const weights = async (path: string) => {
      const checkpoint = await openCheckpoint(path);
      const read = checkpoint.tensors().map(async (each) => [each.name, await each.read()] as const);
      const all = Object.fromEntries(await Promise.all(read));
      await checkpoint.close();
      return all;
    };
    expect(await weights(join(second, "checkpoints", "step-000000"))).toEqual(await weights(from));
  });

  test("with low-rank factors: the first checkpoint is the one it began with, and only their matrices change", async () => {
    const [first, second] = [newFolder(), newFolder()];
    await trainHere({ out: first, recipe: { ...toy, steps: 1 } });
    const from = join(first, "checkpoints", "step-000001", "model.safetensors");
    await trainHere({ out: second, recipe: finetune(from, { lora: { rank: 2 } }) });
    const tensors = async (path: string) => {
      const checkpoint = await openCheckpoint(path);
      const read = checkpoint.tensors().map(async (each) => [each.name, await each.read()] as const);
      const all = new Map(await Promise.all(read));
      await checkpoint.close();
      return all;
    };
    const before = await tensors(from);
    expect(await tensors(join(second, "checkpoints", "step-000000"))).toEqual(before);
    const after = await tensors(join(second, "checkpoints", "step-000010"));
    expect(Array.from(after.keys())).toEqual(Array.from(before.keys()));
    expect(after.get("blocks.0.key.weight")).not.toEqual(before.get("blocks.0.key.weight"));
  });

  test("from other weights is an error that lists what is missing, unexpected and of another shape", async () => {
    const path = `${newFolder()}.safetensors`;
    await writeSafetensors(path, [
      { name: "input.weight", shape: [3, 64], data: new Float32Array(192) },
      { name: "input.bias", shape: [6], data: new Float32Array(6) },
      { name: "stranger", shape: [1], data: new Float32Array(1) },
    ]);
    const error = await trainHere({ out: newFolder(), recipe: finetune(path) }).catch(
      (each: unknown) => each,
    );
    expect(error).toBeInstanceOf(UsageError);
    expect((error as Error).message).toMatch(/it lacks: blocks.0.norm.weight, .* and \d more/);
    expect((error as Error).message).toContain("of another shape: input.weight [3, 64], not [6, 64]");
    expect((error as Error).message).toContain("the model has no: stranger");
    const missing = trainHere({ out: newFolder(), recipe: finetune("/nowhere/model") });
    await expect(missing).rejects.toBeInstanceOf(UnreadableInputError);
    const empty = newFolder();
    mkdirSync(empty);
    await expect(trainHere({ out: newFolder(), recipe: finetune(empty) })).rejects.toBeInstanceOf(
      UnreadableInputError,
    );
  });

  test("a name to start anew that neither model nor checkpoint has is an error with the nearest", async () => {
    const first = newFolder();
    await trainHere({ out: first, recipe: { ...toy, steps: 1 } });
    const recipe = finetune(join(first, "checkpoints", "step-000001"), { fresh: ["output.wieght"] });
    await expect(trainHere({ out: newFolder(), recipe })).rejects.toThrow(/Did you mean output.weight/);
  });

  test("from integers, or from what is no number, is an error of the file that names it", async () => {
    const first = newFolder();
    await trainHere({ out: first, recipe: { ...toy, steps: 1 } });
    const source = await openCheckpoint(join(first, "checkpoints", "step-000001"));
    const tensors = await Promise.all(
      source.tensors().map(async (each) => ({ name: each.name, shape: each.shape, data: await each.read() })),
    );
    await source.close();
    const [path, integers] = [`${newFolder()}.safetensors`, `${newFolder()}.safetensors`];
    const change = (data: Float32Array | Float64Array, name: string) =>
      name === "blocks.0.key.bias" ? data.map((each, i) => (i === 3 ? Number.NaN : each)) : data;
    await writeSafetensors(
      path,
      tensors.map((each) => ({ ...each, data: change(each.data, each.name) })),
    );
    const broken = trainHere({ out: newFolder(), recipe: finetune(path) });
    await expect(broken).rejects.toThrow(/blocks.0.key.bias has entries that are no finite numbers/);
    await expect(broken).rejects.toBeInstanceOf(CheckpointFormatError);
    await streamSafetensors(
      integers,
      tensors.map(({ name, shape, data }) => ({
        name,
        shape,
        dtype: "I8" as const,
        bytes: () => [new Uint8Array(data.length)],
      })),
    );
    const whole = trainHere({ out: newFolder(), recipe: finetune(integers) });
    await expect(whole).rejects.toThrow(/not floating-point numbers: input.weight I8, /);
    await expect(whole).rejects.toBeInstanceOf(UsageError);
  });

  test("parameters that are to start anew may be missing, or be of another shape", async () => {
    const [first, second] = [newFolder(), newFolder()];
    await trainHere({ out: first, recipe: { ...toy, steps: 1 } });
    const from = join(first, "checkpoints", "step-000001");
    const recipe = finetune(from, { fresh: ["output.weight", "output.bias"] });
    await trainHere({ out: second, recipe: { ...recipe, model: { ...toy.model, classes: 12 } } });
    const checkpoint = await openCheckpoint(join(second, "checkpoints", "step-000010"));
    expect(checkpoint.tensors().find(({ name }) => name === "output.weight")!.shape).toEqual([12, 6]);
    await checkpoint.close();
  });
});

test("observers see the model of each step, with the taps they ask for, and what it saves", async () => {
  const out = newFolder();
  const seen: {
    source: LiveModel;
    taps: Readonly<Record<string, TapEntries>>;
    weights: ArrayLike<number>;
  }[] = [];
  const begun: number[] = [];
  await trainHere({
    out,
    observers: [
      {
        every: 4,
        taps: ["block.0.mlp.activation"],
        onStart: async (step) => void begun.push(step),
        async onStep(source, taps) {
          const tensors = Array.from(await source.tensors());
          const weights = await tensors.find(({ name }) => name === "blocks.0.key.weight")!.read();
          seen.push({ source, taps, weights });
        },
      },
    ],
  });
  expect(begun).toEqual([0]);
  expect(seen.map(({ source }) => source.id)).toEqual([
    "step-000000",
    "step-000004",
    "step-000008",
    "step-000010",
  ]);
  for (const { source, taps, weights } of seen) {
    const { shape, data } = taps["block.0.mlp.activation"]!;
    expect(shape).toEqual([8, 1, 8]);
    expect(data).toHaveLength(64);
    const checkpoint = await openCheckpoint(join(out, "checkpoints", source.id));
    const saved = await checkpoint
      .tensors()
      .find(({ name }) => name === "blocks.0.key.weight")!
      .read();
    await checkpoint.close();
    expect(Float32Array.from(weights)).toEqual(saved);
  }
});

test("gradients for taps are those that a step is made of: b_K <- b_K - rate times the sum of them over a batch", async () => {
  const sums: Float64Array[] = [];
  const biases: (Float32Array | Float64Array)[] = [];
  const tap = "block.0.mlp.preActivation.gradient";
  const { batchSize } = toy;
  await trainHere({
    out: newFolder(),
    recipe: {
      ...toy,
      sparsity: { activation: "jsrelu" },
      optimizer: { name: "sgd", learningRate: 0.5 },
      schedule: { name: "constant" },
      steps: 3,
    },
    observers: [
      {
        every: 1,
        taps: [tap],
        async onStep(source, taps) {
          const { shape, data } = taps[tap]!;
          expect(shape).toEqual([batchSize, 1, 8]);
          sums.push(
            Float64Array.from({ length: 8 }, (_, j) =>
              Array.from(data).reduce((a, g, i) => a + (i % 8 === j ? g : 0), 0),
            ),
          );
          const tensors = Array.from(await source.tensors());
          biases.push(await tensors.find(({ name }) => name === "blocks.0.key.bias")!.read());
        },
      },
    ],
  });
  for (let step = 0; step < 3; step++) {
    const largest = Math.max(...sums[step]!.map(Math.abs));
    expect(largest).toBeGreaterThan(1e-4);
    for (let j = 0; j < 8; j++) {
      // Float64 throughout: some roundings of b_K, which is below 1.
      expect(Math.abs(biases[step + 1]![j]! - (biases[step]![j]! - 0.5 * sums[step]![j]!))).toBeLessThan(
        64 * 2 ** -53,
      );
    }
  }
});
