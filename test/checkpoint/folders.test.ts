import { chmodSync, readFileSync, symlinkSync } from "node:fs";
import { basename, join } from "node:path";
import { describe, expect, it } from "vitest";
import { formats } from "../../src/checkpoint/formats.ts";
import { openCheckpoint, openCheckpoints } from "../../src/checkpoint/index.ts";
import { planFolder } from "../../src/checkpoint/model-folder.ts";
import { trainingState } from "../../src/checkpoint/training-state.ts";
import { NothingToAnalyzeError, UnreadableInputError } from "../../src/errors.ts";
import { modelBytes, temporaryFolders } from "./temporary-folder.ts";
import { npyFile, npzFile, shardedFiles } from "./written-files.ts";

const folderOf = temporaryFolders();
const array = { name: "w", shape: [2], data: Float32Array.of(1, 2) };
const shards = Object.fromEntries(
  shardedFiles([
    { name: "a", shape: [2], data: Float32Array.of(1, 2) },
    { name: "b", shape: [2], data: Float32Array.of(3, 4) },
  ]),
);
const firstShard = "model-00001-of-00002.safetensors";
const secondShard = "model-00002-of-00002.safetensors";
const index = "model.safetensors.index.json";

describe("a model folder", () => {
  it("is read from its safetensors; the same weights in other formats and training state are left out", async () => {
    const folder = folderOf({
      "model.safetensors": modelBytes(),
      "pytorch_model.bin": "x",
      "tf_model.h5": "x",
      "flax_model.msgpack": "x",
      "model.onnx": "x",
      "model.npz": "x",
      "optimizer.pt": "x",
      "scheduler.pt": "x",
      "rng_state_0.pth": "x",
      "training_args.bin": "x",
      "random_states_0.pkl": "x",
      "optimizer.safetensors": modelBytes(),
      "trainer_state.json": "{}",
      "config.json": "{}",
      "README.md": "x",
    });
    const checkpoint = await openCheckpoint(folder);
    expect(checkpoint).toMatchObject({ format: "safetensors", files: ["model.safetensors"], path: folder });
    expect(checkpoint.id).toBe(basename(folder));
    expect(Object.fromEntries(checkpoint.leftOut.map(({ path, reason }) => [path, reason]))).toEqual({
      "pytorch_model.bin": "duplicate",
      "tf_model.h5": "duplicate",
      "flax_model.msgpack": "duplicate",
      "model.onnx": "duplicate",
      "model.npz": "duplicate",
      "optimizer.pt": "optimizer-state",
      "optimizer.safetensors": "optimizer-state",
      "scheduler.pt": "training-state",
      "rng_state_0.pth": "training-state",
      "training_args.bin": "training-state",
      "random_states_0.pkl": "training-state",
    });
  });

  it("prefers an index to single files, and reads each shard's tensors", async () => {
    const folder = folderOf({ ...shards, "consolidated.safetensors": modelBytes() });
    const checkpoint = await openCheckpoint(folder);
    expect(checkpoint.format).toBe("safetensors-sharded");
    expect(checkpoint.tensors().map(({ name, file }) => [name, file])).toEqual([
      ["a", firstShard],
      ["b", secondShard],
    ]);
    expect([...(await checkpoint.tensors()[1]!.read())]).toEqual([3, 4]);
    expect(checkpoint.leftOut).toMatchObject([{ path: "consolidated.safetensors", reason: "duplicate" }]);
    await checkpoint.close();
    await expect(checkpoint.tensors()[1]!.read()).rejects.toThrow(/closed/);
  });

  it("takes the file called model when there are several, and any single one else", async () => {
    const two = folderOf({ "model.safetensors": modelBytes(), "ema.safetensors": modelBytes() });
    const checkpoint = await openCheckpoint(two);
    expect(checkpoint.files).toEqual(["model.safetensors"]);
    expect(checkpoint.leftOut).toMatchObject([{ path: "ema.safetensors", reason: "other-model" }]);
    const one = await openCheckpoint(folderOf({ "adapter_model.safetensors": modelBytes(), "a.npy": "x" }));
    expect(one.files).toEqual(["adapter_model.safetensors"]);
  });

  it("takes the name that counts more when libraries gave several", async () => {
    const both = { "model.safetensors": modelBytes(), "adapter_model.safetensors": modelBytes() };
    const checkpoint = await openCheckpoint(folderOf({ ...both, "adapter_config.json": "{}" }));
    expect(checkpoint.files).toEqual(["model.safetensors"]);
    expect(checkpoint.leftOut).toMatchObject([{ path: "adapter_model.safetensors", reason: "other-model" }]);
  });

  it("of an adapter is read, with the configuration of the adapter", async () => {
    const adapter = { "adapter_model.safetensors": modelBytes(), "adapter_config.json": '{"r": 8}' };
    const checkpoint = await openCheckpoint(folderOf({ ...adapter, "training_args.bin": "x" }));
    expect(checkpoint.files).toEqual(["adapter_model.safetensors"]);
    expect(await checkpoint.config()).toMatchObject({ r: 8 });
  });

  it("says of other files by their names whether they are the same model", async () => {
    const other = async (name: string, model: string) => {
      const { leftOut } = await openCheckpoint(folderOf({ [model]: modelBytes(), [name]: "x" }));
      return leftOut.map(({ reason, detail }) => [reason, detail] as const)[0]!;
    };
    expect((await other("tiny.pt", "tiny.safetensors"))[0]).toBe("duplicate");
    expect((await other("tiny-Q4_0.gguf", "model.safetensors"))[0]).toBe("duplicate");
    expect((await other("pytorch_model.bin", "tiny.safetensors"))[0]).toBe("duplicate");
    expect(await other("other.pt", "tiny.safetensors")).toEqual([
      "other-model",
      expect.stringMatching(/may be another model. Name it to open it/),
    ]);
    expect(await other("other.tflite", "tiny.safetensors")).toEqual([
      "unsupported-format",
      expect.stringMatching(/may be another model. Convert it first/),
    ]);
  });

  it("prefers each format to those after it, for one model in all of them", async () => {
    const names =
      "model.safetensors pytorch_model.bin model.npz model.keras tf_model.h5 flax_model.msgpack model.onnx model.gguf".split(
        " ",
      );
    for (const [i, preferred] of names.entries()) {
      const rest = names.slice(i);
      const { models, leftOut } = planFolder("folder", [...rest].sort());
      expect(models.map(({ entry }) => entry)).toEqual([preferred]);
      expect(leftOut.map(({ path, reason }) => [path, reason])).toEqual(
        rest
          .slice(1)
          .sort()
          .map((name) => [name, "duplicate"]),
      );
    }
  });

  it("is refused as one checkpoint when it holds several", async () => {
    const folder = folderOf({ "a.safetensors": modelBytes(), "b.safetensors": modelBytes() });
    await expect(openCheckpoint(folder)).rejects.toThrow(/holds 2 checkpoints/);
  });

  it("of .npy files has a tensor for each", async () => {
    const folder = folderOf({ "fc1.weight.npy": npyFile(array), "fc2.weight.npy": npyFile(array) });
    const checkpoint = await openCheckpoint(folder);
    expect(checkpoint.format).toBe("npy");
    expect(checkpoint.tensors().map(({ name }) => name)).toEqual(["fc1.weight", "fc2.weight"]);
    const single = await openCheckpoint(join(folder, "fc2.weight.npy"));
    expect(single.tensors().map(({ name }) => name)).toEqual(["fc2.weight"]);
  });

  it("with an .npz alone is read from it", async () => {
    const checkpoint = await openCheckpoint(folderOf({ "weights.npz": await npzFile([array], true) }));
    expect(checkpoint).toMatchObject({ format: "npz", files: ["weights.npz"] });
  });

  it("may consist of links, as in the cache of the Hugging Face hub", async () => {
    const blobs = folderOf({ abc123: modelBytes(5) });
    const folder = folderOf({});
    symlinkSync(join(blobs, "abc123"), join(folder, "model.safetensors"));
    const checkpoint = await openCheckpoint(folder);
    expect([...(await checkpoint.tensors()[0]!.read(0, 1))]).toEqual([5]);
    const broken = folderOf({});
    symlinkSync(join(blobs, "gone"), join(broken, "model.safetensors"));
    await expect(openCheckpoint(broken)).rejects.toThrow(/link to a file that is gone/);
  });
});

describe("shards", () => {
  it("without an index are one model when all are there", async () => {
    const { [index]: _, ...without } = shards;
    const folder = folderOf(without);
    const checkpoint = await openCheckpoint(folder);
    expect(checkpoint.format).toBe("safetensors-sharded");
    expect(checkpoint.tensors().map(({ name }) => name)).toEqual(["a", "b"]);
    const single = await openCheckpoint(join(folder, secondShard));
    expect(single).toMatchObject({ format: "safetensors", step: null });
    expect(single.tensors().map(({ name }) => name)).toEqual(["b"]);
  });

  it("that are missing are named", async () => {
    const { [firstShard]: _, ...rest } = shards;
    const withIndex = openCheckpoint(folderOf(rest));
    await expect(withIndex).rejects.toThrow(UnreadableInputError);
    await expect(withIndex).rejects.toThrow(`names the file ${firstShard}, which is not beside it`);
    const { [index]: __, ...only } = rest;
    await expect(openCheckpoint(folderOf(only))).rejects.toThrow(`(${firstShard}) are not there`);
  });

  it("with the same tensor twice are refused", async () => {
    const folder = folderOf({ [firstShard]: modelBytes(), [secondShard]: modelBytes() });
    await expect(openCheckpoint(folder)).rejects.toThrow(/"fc.weight" in model-00001.*and in/);
  });
});

describe("a folder without a model", () => {
  it("is nothing to analyse, empty or not", async () => {
    const only = folderOf({ "config.json": "{}", "optimizer.pt": "x" });
    for (const folder of [folderOf({}), folderOf({ "notes.txt": "x" }), only]) {
      await expect(openCheckpoint(folder)).rejects.toBeInstanceOf(NothingToAnalyzeError);
    }
    await expect(openCheckpoint(only)).rejects.toThrow(/only the state of a training run \(optimizer.pt/);
  });

  it("that has one in a format that is not read is told so", async () => {
    const error = openCheckpoint(folderOf({ "saved_model.pb": "x", "config.json": "{}" }));
    await expect(error).rejects.toBeInstanceOf(UnreadableInputError);
    await expect(error).rejects.toThrow(/TensorFlow .*saved_model.pb.*not read yet/);
  });

  it("is told what the narrowest of its names promises and is not there", async () => {
    const layers = folderOf({ "model.json": "{}", "group1-shard1of1.bin": "x" });
    await expect(openCheckpoint(layers)).rejects.toThrow(/model.json: expected a weightsManifest, got none/);
  });

  const foreign: readonly (readonly [what: string, names: string, command: string])[] = [
    [
      "ZeRO",
      "mp_rank_00_model_states.pt bf16_zero_pp_rank_0_mp_rank_00_optim_states.pt",
      "python zero_to_fp32.py . pytorch_model.bin",
    ],
    ["ZeRO with stages", "layer_01-model_00-model_states.pt mp_rank_00_model_states.pt", "zero_to_fp32.py"],
    ["distcp", "__0_0.distcp .metadata", "torch.distributed.checkpoint.format_utils dcp_to_torch"],
    ["distcp of Megatron", "__0_0.distcp common.pt metadata.json", "dcp_to_torch"],
    ["Megatron", "mp_rank_00/model_optim_rng.pt", "tools/checkpoint/convert.py"],
    ["Megatron's rank", "model_optim_rng.pt", "tools/checkpoint/convert.py"],
    ["Megatron's series", "iter_0000100/mp_rank_00_000/model_optim_rng.pt", "tools/checkpoint/convert.py"],
    ["Orbax", "_METADATA manifest.ocdbt d/abc ocdbt.process_0/manifest.ocdbt", "orbax.checkpoint"],
    ["Orbax's series", "100/_CHECKPOINT_METADATA 100/default/_METADATA", "orbax.checkpoint"],
    ["T5X", "checkpoint target.encoder.layers_0/.zarray", "orbax.checkpoint"],
    [
      "SavedModel",
      "saved_model.pb variables/variables.index",
      "load_checkpoint('FOLDER/variables/variables')",
    ],
    ["TensorFlow", "model.ckpt-9.index model.ckpt-9.data-00000-of-00001 checkpoint", "load_checkpoint"],
    ["TensorFlow's graph", "frozen.pb", "tf2onnx.convert --graphdef"],
    ["TensorFlow Lite", "model.tflite", "tf2onnx.convert --tflite"],
  ];

  it.each(foreign)("is refused with the command that converts it: %s", async (_, names, command) => {
    const folder = folderOf(Object.fromEntries(names.split(" ").map((name) => [name, "x"])));
    const error = openCheckpoints(folder);
    await expect(error).rejects.toBeInstanceOf(UnreadableInputError);
    await expect(error).rejects.toThrow(command);
  });

  it("of Megatron's is read a file at a time", async () => {
    const rank = readFileSync("data/checkpoint-cases/torch/alone.pt");
    const folder = folderOf({ "mp_rank_00/model_optim_rng.pt": rank });
    const { format } = await openCheckpoint(join(folder, "mp_rank_00/model_optim_rng.pt"));
    expect(format).toBe("pytorch-zip");
  });

  it("is read where a library has put the whole model beside such parts", async () => {
    const parts = { "mp_rank_00_model_states.pt": "x", "__0_0.distcp": "x" };
    const checkpoint = await openCheckpoint(folderOf({ ...parts, "model.safetensors": modelBytes() }));
    expect(checkpoint.leftOut.map(({ reason }) => reason)).toEqual(["duplicate", "duplicate"]);
  });
});

describe("a folder of models in folders", () => {
  const ids = async (files: Readonly<Record<string, Uint8Array | string>>, inside = ".") => {
    const { checkpoints, leftOut, series } = await openCheckpoints(join(folderOf(files), inside));
    const left = leftOut.map(({ path, reason }) => `${path} ${reason}`);
    return { series, ids: checkpoints.map(({ id }) => id), leftOut: left };
  };

  it("opens each part of a pipeline, as diffusers stores them", async () => {
    const pipeline = {
      "model_index.json": "{}",
      "scheduler/scheduler_config.json": "{}",
      "text_encoder/model.safetensors": modelBytes(),
      "tokenizer/vocab.json": "{}",
      "unet/diffusion_pytorch_model.fp16.safetensors": modelBytes(),
      "unet/diffusion_pytorch_model.safetensors": modelBytes(),
      "vae/diffusion_pytorch_model.safetensors": modelBytes(),
    };
    expect(await ids(pipeline)).toEqual({ series: false, ids: ["text_encoder", "unet", "vae"], leftOut: [] });
    const whole = await ids({ ...pipeline, "v1.safetensors": modelBytes() });
    expect(whole.ids).toHaveLength(1);
    expect(whole.leftOut).toEqual(["text_encoder", "unet", "vae"].map((name) => `${name} other-checkpoint`));
  });

  it("with a model of its own names those of its subfolders, as in sentence-transformers", async () => {
    const found = await ids({
      "1_Pooling/config.json": "{}",
      "2_Dense/model.safetensors": modelBytes(),
      "model.safetensors": modelBytes(),
      "modules.json": "[]",
      "onnx/model.onnx": "x",
      "onnx/model_quantized.onnx": "x",
      "runs/events.out": "x",
    });
    expect(found.ids).toHaveLength(1);
    expect(found.leftOut).toEqual(["2_Dense other-checkpoint", "onnx other-checkpoint"]);
  });

  it("leaves out subfolders of training state", async () => {
    const run = {
      "checkpoint-5/model.safetensors": modelBytes(),
      "checkpoint-6/model.safetensors": modelBytes(),
      "checkpoint-7/optimizer.pt": "x",
      "optimizer_0/__0_0.distcp": "x",
    };
    expect(await ids(run)).toEqual({
      series: true,
      ids: ["checkpoint-5", "checkpoint-6"],
      leftOut: ["checkpoint-7 optimizer-state", "optimizer_0 optimizer-state"],
    });
    const state = openCheckpoints(folderOf({ "checkpoint-7/optimizer.pt": "x", "config.json": "{}" }));
    await expect(state).rejects.toBeInstanceOf(NothingToAnalyzeError);
    await expect(state).rejects.toThrow(/checkpoint-7 has no model.*only the state of a training run/s);
  });

  it("is found in the cache of the Hugging Face hub, whose snapshots are links", async () => {
    const cache = folderOf({
      "blobs/abc": modelBytes(7),
      "refs/main": "0f",
      "snapshots/0f/config.json": "{}",
    });
    symlinkSync("../../blobs/abc", join(cache, "snapshots/0f/model.safetensors"));
    const { checkpoints } = await openCheckpoints(cache);
    expect(checkpoints.map(({ id, files }) => [id, files])).toEqual([["0f", ["model.safetensors"]]]);
    expect([...(await checkpoints[0]!.tensors()[0]!.read(0, 1))]).toEqual([7]);
  });

  it("may be of links to folders", async () => {
    const stored = folderOf({ "a/model.safetensors": modelBytes(), "b/model.safetensors": modelBytes() });
    const run = folderOf({});
    symlinkSync(join(stored, "a"), join(run, "step-10"));
    symlinkSync(join(stored, "b"), join(run, "step-9"));
    symlinkSync(join(run, "step-11"), join(run, "step-11"));
    const { checkpoints, series } = await openCheckpoints(run);
    expect(series).toBe(true);
    expect(checkpoints.map(({ step }) => step)).toEqual([9, 10]);
  });

  it.skipIf(process.getuid?.() === 0)("is read without subfolders that may not be entered", async () => {
    const run = folderOf({ "step-1/model.safetensors": modelBytes(), "step-2/model.safetensors": "x" });
    chmodSync(join(run, "step-2"), 0);
    const { checkpoints, leftOut } = await openCheckpoints(run);
    chmodSync(join(run, "step-2"), 0o755);
    expect(checkpoints.map(({ id }) => id)).toEqual(["step-1"]);
    expect(leftOut).toMatchObject([{ path: "step-2", reason: "unreadable" }]);
  });
});

describe("a path", () => {
  it("that does not exist is met with names that are like it", async () => {
    const folder = folderOf({ "model.safetensors": modelBytes() });
    await expect(openCheckpoint(join(folder, "modle.safetensors"))).rejects.toThrow(
      "Did you mean model.safetensors?",
    );
    await expect(openCheckpoint(join(folder, "no/such"))).rejects.toThrow("neither does the folder");
    await expect(openCheckpoint(join(folder, "zzz"))).rejects.toBeInstanceOf(UnreadableInputError);
  });

  it("is read by content, whatever its name", async () => {
    const folder = folderOf({
      "model.bin": modelBytes(),
      "array.safetensors": npyFile(array),
      "really-a-pickle.safetensors": Uint8Array.of(0x80, 2, 0x7d, 0x71, 0, 0x2e),
      "page.safetensors": "<!DOCTYPE html>\n<html><body>404</body></html>",
      "empty.safetensors": "",
      "text.safetensors": "these are no weights at all",
      "unknown.dat": "these are no weights at all",
      "run.json": '{\n  "type": "analysis",\n  "schemaVersion": 1,\n  "checkpoints": []\n}',
    });
    expect((await openCheckpoint(join(folder, "model.bin"))).format).toBe("safetensors");
    expect((await openCheckpoint(join(folder, "array.safetensors"))).format).toBe("npy");
    const refusals: Record<string, RegExp> = {
      "really-a-pickle.safetensors": /expected safetensors by its name, got .*pickle/,
      "page.safetensors": /is a web page/,
      "empty.safetensors": /is empty/,
      "text.safetensors": /expected a header of at most/,
      "unknown.dat": /no format that is known here/,
      "run.json": /is a result that marchenko saved, not a checkpoint/,
    };
    for (const [name, message] of Object.entries(refusals)) {
      await expect(openCheckpoint(join(folder, name)), name).rejects.toThrow(message);
    }
  });

  it("that is neither file nor folder is refused", async () => {
    await expect(openCheckpoint("/dev/null")).rejects.toThrow(/not a regular file/);
  });
});

it("training state is told from models by its name", () => {
  const states =
    "optimizer.pt optimizer_0.bin optim.safetensors model_optimizer.npz optimizer-00001-of-00002.safetensors";
  for (const name of states.split(" ")) expect(trainingState(name)?.reason, name).toBe("optimizer-state");
  for (const name of "scheduler.bin lr_scheduler.pt rng_state.pth scaler.pt sampler_1.bin".split(" ")) {
    expect(trainingState(name)?.reason, name).toBe("training-state");
  }
  const models =
    "model.safetensors optimal.safetensors pytorch_model.bin x_optim_states.pt ema.safetensors trainer_state.json";
  for (const name of models.split(" ")) expect(trainingState(name), name).toBeNull();
  expect(trainingState(`optimizer${"1".repeat(230)}x`)).toBeNull();
});

it("the README says what is read of each format, in the order of the catalogue", () => {
  const readme = readFileSync("src/checkpoint/README.md", "utf8");
  const [table = ""] = readme.split("| step ");
  const rows = table.split("\n").filter((line) => line.startsWith("| `"));
  const first = rows.flatMap((row) => [...row.split("|")[1]!.matchAll(/`([\w-]+)`/g)].map(([, id]) => id));
  expect(first).toEqual(formats.map(({ id }) => id));
});
