import { join } from "node:path";
import { expect, test } from "vitest";
import { modelsOf } from "../../src/analysis/models-of.ts";
import { openSources } from "../../src/analysis/open-sources.ts";
import { analysisResultSchema } from "../../src/analysis/result.ts";
import { encodeSafetensors } from "../../src/checkpoint/index.ts";
import { analyze, compare, mergeShards, randomStream, trajectoryOf } from "../../src/index.ts";
import { temporaryFolders } from "../checkpoint/temporary-folder.ts";

const folderOf = temporaryFolders();

/** Noise with a direction that grows with the step. */
function model(rows: number, step: number, name = "fc.weight"): Uint8Array {
  const { normal } = randomStream(3, ["several-models", rows]);
  const data = Float32Array.from({ length: rows * 32 }, (_, i) => normal() + (i < 32 ? step : 0));
  return encodeSafetensors([{ name, shape: [rows, 32], data }]);
}

const a = {
  "a-1.safetensors": model(64, 1),
  "a-5.safetensors": model(64, 5),
  "a-10.safetensors": model(64, 10),
};
const b = { "b-2.safetensors": model(48, 2), "b-4.safetensors": model(48, 4) };
const alone = { "c.safetensors": model(40, 3, "other.weight") };
const without = ({ series, ...rest }: { readonly series?: string | undefined }) => rest;

test("each series of a folder has its trajectories, and a model beside them none", async () => {
  const result = await analyze(folderOf({ ...alone, ...b, ...a }));
  expect(analysisResultSchema.parse(result)).toEqual(result);
  expect(result.checkpoints.map(({ id, series, step }) => [id, series, step])).toEqual([
    ["a-1.safetensors", "a", 1],
    ["a-5.safetensors", "a", 5],
    ["a-10.safetensors", "a", 10],
    ["b-2.safetensors", "b", 2],
    ["b-4.safetensors", "b", 4],
    ["c.safetensors", undefined, null],
  ]);
  expect(result.trajectories!.map(({ series, layer, steps }) => [series, layer, steps])).toEqual([
    ["a", "fc.weight", [1, 5, 10]],
    ["b", "fc.weight", [2, 4]],
  ]);
  const models = modelsOf(result);
  expect(models.map(({ name, isSeries }) => [name, isSeries])).toEqual([
    ["a", true],
    ["b", true],
    ["c.safetensors", false],
  ]);
  expect(models.map((each) => each.result.checkpoints.length)).toEqual([3, 2, 1]);
  expect(models.map((each) => each.result.trajectories?.length)).toEqual([1, 1, undefined]);
  // The numbers of a series are those that it has in a folder of its own, where nothing names it.
  const own = await analyze(folderOf(a));
  expect(own.checkpoints.map(({ series }) => series)).toEqual([undefined, undefined, undefined]);
  expect(own.trajectories).toEqual(models[0]!.result.trajectories!.map(without));
  expect(modelsOf(own)).toMatchObject([{ name: null, isSeries: true }]);
});

test("models that are no series have no trajectories and are models by themselves", async () => {
  const result = await analyze(folderOf({ ...alone, "d.safetensors": model(40, 3) }));
  expect(result.trajectories).toBeUndefined();
  expect(result.checkpoints.map(({ series }) => series)).toEqual([undefined, undefined]);
  expect(modelsOf(result).map(({ isSeries }) => isSeries)).toEqual([false, false]);
});

test("folders of series that are given together are a series each", async () => {
  const paths = [folderOf(a), folderOf(b)];
  const { trajectories } = await analyze(paths);
  expect(trajectories!.map(({ series, steps }) => [series, steps])).toEqual([
    [paths[0], [1, 5, 10]],
    [paths[1], [2, 4]],
  ]);
});

test("shards of several models merge to what one run gives", async () => {
  const folder = folderOf({ ...a, ...b, ...alone });
  const shards = [1, 2].map((index) => analyze(folder, { shard: { index, count: 2 } }));
  expect(JSON.stringify(mergeShards(await Promise.all(shards)))).toBe(JSON.stringify(await analyze(folder)));
});

test("spikes of each series are followed by themselves", async () => {
  const both = await trajectoryOf(folderOf({ ...alone, ...b, ...a }));
  expect(analysisResultSchema.parse(both)).toEqual(both);
  for (const [name, files] of Object.entries({ a, b })) {
    const own = await trajectoryOf(folderOf(files));
    expect(own.followedSpikes!.length).toBeGreaterThan(0);
    const part = modelsOf(both).find((each) => each.name === name)!.result;
    expect(part.followedSpikes!.map(without)).toEqual(own.followedSpikes);
    expect(part.onsets!.map(without)).toEqual(own.onsets);
  }
});

test("a comparison takes one model, and refuses a folder of several, saved or not", async () => {
  const folder = folderOf({ ...a, ...alone });
  const one = join(folder, "a-1.safetensors");
  await expect(compare(folder, one)).rejects.toThrow(/4 checkpoints of several models/);
  await expect(compare(await analyze(folder), one)).rejects.toThrow(/4 checkpoints of several models/);
});

test("what is of one model takes the only series of a folder, and no model that is named", async () => {
  const folder = folderOf({ ...a, ...alone });
  const idsOf = async (input: string | string[]) => {
    const { sources, isSeries, close } = await openSources(input, { seriesAlone: true });
    await close();
    return [isSeries, ...sources.map(({ id }) => id)];
  };
  expect(await idsOf(folder)).toEqual([true, "a-1.safetensors", "a-5.safetensors", "a-10.safetensors"]);
  expect(await idsOf(folderOf({ ...a, ...b }))).toHaveLength(6);
  expect(await idsOf([folder, join(folderOf(b), "b-2.safetensors")])).toHaveLength(6);
});
