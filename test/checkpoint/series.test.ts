import { existsSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import {
  checkpointNumber,
  checkpointStem,
  seriesNames,
  seriesNumbers,
} from "../../src/checkpoint/checkpoint-number.ts";
import { openCheckpoint, openCheckpoints } from "../../src/checkpoint/index.ts";
import { CheckpointFormatError, NothingToAnalyzeError, UnreadableInputError } from "../../src/errors.ts";
import { modelBytes, temporaryFolders } from "./temporary-folder.ts";
import { npzFile } from "./written-files.ts";

const folderOf = temporaryFolders();

async function opened(files: Readonly<Record<string, Uint8Array | string>>, inside = ".") {
  const { checkpoints, series, allSeries, leftOut } = await openCheckpoints(join(folderOf(files), inside));
  return {
    series,
    allSeries: Object.fromEntries(
      allSeries.map(({ name, checkpoints }) => [name, checkpoints.map(({ id }) => id)]),
    ),
    ids: checkpoints.map(({ id }) => id),
    steps: checkpoints.map(({ step }) => step),
    epochs: checkpoints.map(({ epoch }) => epoch),
    leftOut: Object.fromEntries(leftOut.map(({ path, reason }) => [path, reason])),
    checkpoints,
  };
}

describe("the number in a name", () => {
  it("is a step or an epoch by the word before it", () => {
    const expected: Record<string, [number | null, number | null]> = {
      "checkpoint-500": [500, null],
      step1000: [1000, null],
      "step-000500": [500, null],
      global_step20: [20, null],
      iter_100: [100, null],
      "epoch=3-step=900.safetensors": [900, 3],
      epoch_3: [null, 3],
      "epoch=3.ckpt": [null, 3],
      "checkpoint-epoch3-step100": [100, 3],
      "model_299.npz": [299, null],
      "resnet-50": [null, null],
      "llama-7b": [null, null],
      "model-70b.safetensors": [null, null],
      "model-1.5": [null, null],
      "model-00001-of-00002.safetensors": [null, null],
      "model.safetensors": [null, null],
      timestep_5: [null, null],
      iter_0000100: [100, null],
      "ckpt-3.h5": [3, null],
      "step1000-tokens4B": [1000, null],
      "step-1e3": [1000, null],
      "step-20k.pt": [20_000, null],
      iter_2m: [2_000_000, null],
      "checkpoint-5k": [5000, null],
      "checkpoint-350m": [null, null],
      "checkpoint_12.pth.tar": [12, null],
      "epoch=03-val_loss=0.32.ckpt": [null, 3],
    };
    for (const [name, [step, epoch]] of Object.entries(expected)) {
      expect(checkpointNumber(name), name).toEqual({ step, epoch });
    }
  });

  it("that no word explains is the first that differs within a series", () => {
    expect(seriesNumbers(["net.05-0.56.npz", "net.25-0.60.npz"])?.map(({ step }) => step)).toEqual([5, 25]);
    expect(seriesNumbers(["gpt2-100", "gpt2-200"])?.map(({ step }) => step)).toEqual([100, 200]);
    expect(seriesNumbers(["a-1", "a-1"])).toBeNull();
    expect(seriesNumbers(["epoch_1_batch_20", "epoch_1_batch_100"])?.map(({ step }) => step)).toEqual([
      20, 100,
    ]);
    expect(checkpointStem("step-500.pt")).toBe(checkpointStem("step-1e3.pt"));
    expect(checkpointStem("step-500.pt")).toBe(checkpointStem("step-2k.pt"));
    expect(checkpointStem("net.05-0.56.safetensors")).toBe(checkpointStem("net.102-0.66.safetensors"));
    expect(checkpointStem("a-1")).not.toBe(checkpointStem("b-1"));
  });
});

it.each([
  "mp_rank_00 mp_rank_01",
  "m-Q4_0.gguf m-Q8_0.gguf",
  "a.fp16.pt a.fp32.pt",
  "seed1 seed2",
  "layer1 layer2",
])("%s are numbered for something else", (names) => {
  expect(seriesNumbers(names.split(" "))).toBeNull();
});

it("series are called by what their names share, or by their ends", () => {
  const net = ["fer2013_net.00-0.47.hdf5", "fer2013_net.05-0.56.hdf5", "fer2013_net.102-0.66.hdf5"];
  expect(seriesNames([net])).toEqual(["fer2013_net"]);
  expect(seriesNames([["step-1", "step-10"]])).toEqual(["step"]);
  expect(seriesNames([["20", "100"]])).toEqual(["20 … 100"]);
  // Both begin with "a": one of them is called otherwise.
  expect(
    seriesNames([
      ["a-1", "a-2"],
      ["a_1", "a_2"],
    ]),
  ).toEqual(["a", "a_1 … a_2"]);
});

describe("a folder with a series and more", () => {
  const epochs = Object.fromEntries(
    [102, 5, 25].map((epoch) => [`net.${epoch}-0.5.safetensors`, modelBytes(epoch)]),
  );
  const ordered = ["net.5-0.5.safetensors", "net.25-0.5.safetensors", "net.102-0.5.safetensors"];

  it("has each model of other tensors by itself, whatever its name", async () => {
    const others = { "a.safetensors": modelBytes(1, [4]), "onet.safetensors": modelBytes(1, [5]) };
    expect(await opened({ ...others, ...epochs })).toMatchObject({
      series: false,
      ids: ["a.safetensors", ...ordered, "onet.safetensors"],
      steps: [null, 5, 25, 102, null],
      allSeries: { net: ordered },
      leftOut: {},
    });
  });

  it("leaves out what has the tensors of the series and another name", async () => {
    const same = { "final.safetensors": modelBytes(), "best-1.safetensors": modelBytes(1, [4]) };
    expect(await opened({ ...same, ...epochs })).toMatchObject({
      ids: ["best-1.safetensors", ...ordered],
      leftOut: { "final.safetensors": "other-checkpoint" },
    });
    const copies = { "last-a1.safetensors": modelBytes(), "last-a2.safetensors": modelBytes() };
    const steps = { "step-1.safetensors": modelBytes(), "step-2.safetensors": modelBytes() };
    expect(await opened({ ...copies, ...steps })).toMatchObject({
      series: true,
      steps: [1, 2],
      leftOut: { "last-a1.safetensors": "other-checkpoint", "last-a2.safetensors": "other-checkpoint" },
    });
  });

  it("may have several series, of one model or of several", async () => {
    const other = { "big-1.safetensors": modelBytes(1, [7]), "big-2.safetensors": modelBytes(2, [7]) };
    expect(await opened({ ...other, ...epochs })).toMatchObject({
      series: false,
      allSeries: { big: ["big-1.safetensors", "big-2.safetensors"], net: ordered },
    });
  });

  it("keeps numbered models of different tensors apart", async () => {
    const sizes = {
      "resnet-18.safetensors": modelBytes(1, [3]),
      "resnet-34.safetensors": modelBytes(1, [4]),
    };
    const found = await opened({ ...sizes, ...epochs });
    expect(found).toMatchObject({ allSeries: { net: ordered }, leftOut: {} });
    expect(found.ids).toEqual([...ordered, ...Object.keys(sizes)]);
  });

  const real = "../shared/real-models";
  it.skipIf(!existsSync(real))("of real models is the series of one and six others", async () => {
    const { checkpoints, series, allSeries } = await openCheckpoints(real);
    expect(series).toBe(false);
    expect(allSeries.map(({ name }) => name)).toEqual(["fer2013_mini_XCEPTION"]);
    expect(allSeries[0]!.checkpoints.map(({ step }) => step)).toEqual([0, 5, 25, 102]);
    expect(checkpoints.map(({ id }) => id)).toHaveLength(10);
    for (const checkpoint of checkpoints) await checkpoint.close();
  });
});

describe("a folder of checkpoints", () => {
  it("is a series ordered by number, not by alphabet", async () => {
    const folders = {
      "checkpoint-1000/model.safetensors": modelBytes(2),
      "checkpoint-500/model.safetensors": modelBytes(1),
    };
    expect(await opened({ ...folders, "config.json": "{}" })).toMatchObject({
      series: true,
      ids: ["checkpoint-500", "checkpoint-1000"],
      steps: [500, 1000],
      leftOut: {},
    });
  });

  it("may be of files, by step within epoch", async () => {
    const names = ["epoch=10-step=3000", "epoch=9-step=2700", "epoch=3-step=900"];
    const files = Object.fromEntries(names.map((name) => [`${name}.safetensors`, modelBytes()]));
    expect(await opened(files)).toMatchObject({ series: true, steps: [900, 2700, 3000], epochs: [3, 9, 10] });
    const epochs = await opened({
      "epoch_10.safetensors": modelBytes(),
      "epoch_9.safetensors": modelBytes(),
    });
    expect(epochs).toMatchObject({ series: true, epochs: [9, 10], steps: [null, null] });
  });

  it("may be of archives, with numbers that no word explains", async () => {
    const archive = await npzFile([{ name: "w", shape: [1], data: Float32Array.of(1) }], false);
    const files = { "net.05-0.56.npz": archive, "net.102-0.66.npz": archive, "net.25-0.60.npz": archive };
    expect(await opened(files)).toMatchObject({ series: true, steps: [5, 25, 102] });
  });

  it.each([
    ["checkpoint-1000/ checkpoint-500/", [500, 1000]],
    ["step1000/ step512/", [512, 1000]],
    ["global_step20/ global_step100/", [20, 100]],
    ["iter_0000100/ iter_0000020/", [20, 100]],
    ["20/ 100/", [20, 100]],
    ["step-1k/ step-500/ step-1e4/", [500, 1000, 10_000]],
    ["model_299.safetensors model_1000.safetensors checkpoint.safetensors", [299, 1000]],
    ["weights.01-0.55.safetensors weights.12-0.40.safetensors weights.02-0.50.safetensors", [1, 2, 12]],
    ["epoch=3-step=900.safetensors epoch=10-step=3000.safetensors last.safetensors", [900, 3000]],
    ["step-1.safetensors step-2.safetensors last-v1.safetensors last-v2.safetensors", [1, 2]],
    ["step-1_2.safetensors step-1_10.safetensors step-2_1.safetensors", [1, 1, 2]],
  ] as const)("of %s is ordered by number", async (names, steps) => {
    const paths = names.split(" ").map((name) => (name.endsWith("/") ? `${name}model.safetensors` : name));
    const found = await opened(Object.fromEntries(paths.map((path) => [path, modelBytes()])));
    expect(found).toMatchObject({ series: true, steps });
    for (const path of paths.filter((name) => /^(checkpoint|last)/.test(name) && !name.includes("/"))) {
      expect(found.leftOut).toHaveProperty([path], "other-checkpoint");
    }
  });

  it("has one member a point of training", async () => {
    const names = ["step-05", "step-5", "step-7"];
    const files = Object.fromEntries(names.map((name) => [`${name}.safetensors`, modelBytes()]));
    expect(await opened(files)).toMatchObject({
      ids: ["step-05.safetensors", "step-7.safetensors"],
      leftOut: { "step-5.safetensors": "same-step" },
    });
  });

  it("may have members in different formats", async () => {
    const array = npzFile([{ name: "fc.weight", shape: [2, 3], data: new Float32Array(6) }], false);
    const files = {
      "step-5.safetensors": modelBytes(),
      "step-7.npz": await array,
      "step-5.npz": await array,
    };
    expect(await opened(files)).toMatchObject({
      series: true,
      ids: ["step-5.safetensors", "step-7.npz"],
      leftOut: { "step-5.npz": "duplicate" },
    });
  });

  it("is found from the folder of a run", async () => {
    const run = {
      "recipe.json": "{}",
      "log.ndjson": "",
      "checkpoints/step-000500/model.safetensors": modelBytes(),
      "checkpoints/step-000500/optimizer.safetensors": modelBytes(),
      "checkpoints/step-001000/model.safetensors": modelBytes(),
      "checkpoints/step-001000/config.json": "{}",
    };
    const found = await opened(run);
    expect(found).toMatchObject({ series: true, ids: ["step-000500", "step-001000"], steps: [500, 1000] });
    expect(found.checkpoints[0]!.leftOut).toMatchObject([
      { path: "optimizer.safetensors", reason: "optimizer-state" },
    ]);
    expect(await opened(run, "checkpoints")).toMatchObject({ series: true, steps: [500, 1000] });
    const single = await opened(run, "checkpoints/step-000500");
    expect(single).toMatchObject({ series: false, ids: ["step-000500"], steps: [500] });
  });

  it("leaves out members with other tensors, broken ones, and those of another name", async () => {
    const result = await opened({
      "step-1/model.safetensors": modelBytes(),
      "step-2/model.safetensors": modelBytes(),
      "step-3/model.safetensors": modelBytes(1, [3, 3]),
      "step-4/model.safetensors": modelBytes().slice(0, -3),
      "step-5/saved_model.pb": "x",
      "best/model.safetensors": modelBytes(),
      "logs/events.txt": "",
    });
    expect(result).toMatchObject({
      series: true,
      steps: [1, 2],
      leftOut: {
        "step-3": "different-tensors",
        "step-4": "unreadable",
        "step-5": "unsupported-format",
        best: "other-checkpoint",
      },
    });
  });

  it("of unrelated models opens each", async () => {
    const unrelated = { "a.safetensors": modelBytes(), "b.safetensors": modelBytes(1, [4]) };
    expect(await opened(unrelated)).toMatchObject({ series: false, ids: ["a.safetensors", "b.safetensors"] });
    const layers = { "layer1.safetensors": modelBytes(), "layer2.safetensors": modelBytes(1, [4]) };
    expect(await opened(layers)).toMatchObject({ series: false, steps: [null, null] });
    const runs = Object.fromEntries(
      ["a-1", "a-2", "b-1", "b-2"].map((name) => [`${name}.safetensors`, modelBytes()]),
    );
    expect(await opened(runs)).toMatchObject({
      series: false,
      ids: Object.keys(runs),
      allSeries: {
        a: ["a-1.safetensors", "a-2.safetensors"],
        b: ["b-1.safetensors", "b-2.safetensors"],
      },
      steps: [1, 2, 1, 2],
    });
  });

  it("of unrelated models in several formats opens each, and says which can't be read", async () => {
    const npz = await npzFile([{ name: "b.weight", shape: [2], data: Float32Array.of(1, 2) }], true);
    const { ids, series, leftOut } = await opened({
      "a.safetensors": modelBytes(),
      "a.npz": npz,
      "b.npz": npz,
      "rest.pt": "x",
    });
    expect({ ids, series, leftOut }).toEqual({
      ids: ["a.safetensors", "b.npz"],
      series: false,
      leftOut: { "a.npz": "duplicate", "rest.pt": "unreadable" },
    });
  });

  it("with a model of its own is that model", async () => {
    const both = { "model.safetensors": modelBytes(), "checkpoint-5/model.safetensors": modelBytes() };
    expect(await opened(both)).toMatchObject({
      series: false,
      steps: [null],
      leftOut: { "checkpoint-5": "other-checkpoint" },
    });
  });

  it("without any is refused for the reason that helps most", async () => {
    await expect(openCheckpoints(folderOf({ "a/notes.txt": "" }))).rejects.toBeInstanceOf(
      NothingToAnalyzeError,
    );
    await expect(openCheckpoints(folderOf({ "step-1/saved_model.pb": "" }))).rejects.toBeInstanceOf(
      UnreadableInputError,
    );
    const broken = folderOf({ "step-1/model.safetensors": modelBytes().slice(0, 20) });
    await expect(openCheckpoints(broken)).rejects.toBeInstanceOf(CheckpointFormatError);
    await expect(openCheckpoints(join(broken, "nothing"))).rejects.toBeInstanceOf(UnreadableInputError);
  });

  it("may have hundreds of members: no file stays open", async () => {
    const names = Array.from({ length: 300 }, (_, i) => `step-${i}/model.safetensors`);
    const result = await opened(Object.fromEntries(names.map((name, i) => [name, modelBytes(i)])));
    expect(result.steps).toEqual(Array.from({ length: 300 }, (_, i) => i));
    const { readdirSync } = await import("node:fs");
    if (process.platform === "linux") expect(readdirSync("/proc/self/fd").length).toBeLessThan(200);
    const last = result.checkpoints.at(-1)!;
    expect([...(await last.tensors()[0]!.read(0, 1))]).toEqual([299]);
  });
});

it("a single file keeps the step in its name", async () => {
  const folder = folderOf({ "step-7.safetensors": modelBytes() });
  expect(await openCheckpoint(join(folder, "step-7.safetensors"))).toMatchObject({ step: 7, epoch: null });
});
