import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { AnalysisResult } from "../../src/analysis/result.ts";
import { shardsOf } from "../../src/analysis/shards.ts";
import {
  type AnalyzeOptions,
  analyze,
  mergeShards,
  NothingToAnalyzeError,
  tensorOf,
  UnreadableInputError,
  UsageError,
} from "../../src/index.ts";
import { renderJson } from "../../src/report/json.ts";
import { gaussian, plant } from "../noise.ts";

/** Matrices of several shapes, one with spikes, one that is zero, one that is NaN, a bias; two checkpoints. */
function models() {
  return ["a", "b"].map((id, step) => ({
    id,
    step,
    tensors: () => [
      tensorOf("fc1.weight", [48, 24], plant(gaussian(48, 24, 1, `1 ${id}`), 40, id).data),
      tensorOf("fc1.bias", [48], new Float32Array(48)),
      tensorOf("fc2.weight", [24, 48], gaussian(24, 48, 1, `2 ${id}`).data),
      tensorOf("fc3.weight", [40, 40], gaussian(40, 40, 1, `3 ${id}`).data),
      tensorOf("zero.weight", [16, 12], new Float32Array(16 * 12)),
      tensorOf("nan.weight", [16, 12], new Float32Array(16 * 12).fill(Number.NaN)),
    ],
  }));
}

/** All shards as they are read again from their files. */
async function shardsOfRun(count: number, options: AnalyzeOptions = {}): Promise<AnalysisResult[]> {
  const results: AnalysisResult[] = [];
  for (let index = 1; index <= count; index++) {
    const result = await analyze(models(), { ...options, shard: { index, count } });
    results.push(JSON.parse(renderJson(result)));
  }
  return results;
}

describe("the shards of an analysis", () => {
  test.each([
    [1, {}],
    [3, {}],
    [20, {}],
    [3, { comparableAlpha: true, null: "permute", vectors: true, spectra: "all", seed: 5 }],
  ] as const)("merged in any order, %i of them equal one run byte for byte", async (count, options) => {
    const whole = await analyze(models(), options);
    const shards = await shardsOfRun(count, options);
    expect(renderJson(mergeShards(shards))).toBe(renderJson(whole));
    expect(renderJson(mergeShards(shards.reverse()))).toBe(renderJson(whole));
  });

  test("have every layer once, the others as rows that say who has them", async () => {
    const shards = await shardsOfRun(3);
    for (const [i, { shard, checkpoints }] of shards.entries()) {
      expect(shard).toEqual({ index: i + 1, count: 3, comparableSide: null });
      expect(checkpoints.map(({ layers }) => layers.length)).toEqual([6, 6]);
    }
    const fc1 = shards.map(({ checkpoints }) => checkpoints[0]!.layers[0]!);
    expect(fc1.filter(({ status }) => status === "analysed")).toHaveLength(1);
    const other = fc1.find(({ status }) => status === "skipped")!;
    expect(other.reason).toBe("other-shard");
    expect(other.detail).toMatch(/^shard [123] of 3 has it$/);
    // Nobody has to analyse a bias: each says so.
    for (const { checkpoints } of shards) expect(checkpoints[0]!.layers[1]!.reason).toBe("not-a-matrix");
  });

  test("p-values are corrected for all layers, not for those of a shard", async () => {
    const shards = await shardsOfRun(3);
    const spikeIn = (result: AnalysisResult) => result.checkpoints[0]!.layers[0]!.marchenkoPastur!.spikes[0]!;
    const own = spikeIn(shards.find((each) => each.checkpoints[0]!.layers[0]!.marchenkoPastur)!);
    const merged = spikeIn(mergeShards(shards));
    expect(merged.pValue).toBe(own.pValue);
    expect(merged.pValueAdjusted).toBe(Math.min(1, 3 * own.pValue));
  });
});

describe("what is no set of shards is refused", () => {
  test("a missing one is named", async () => {
    const [a, , c] = await shardsOfRun(3);
    expect(() => mergeShards([a!, c!], ["a.json", "c.json"])).toThrow(
      new UnreadableInputError("1 of 3 shards is missing: 2. Run --shard 2/3, and merge again."),
    );
  });

  test("one that is there twice, too", async () => {
    const [a, b] = await shardsOfRun(2);
    expect(() => mergeShards([a!, b!, a!], ["a.json", "b.json", "copy.json"])).toThrow(
      new UnreadableInputError("a.json and copy.json are both shard 1 of 2: give one of them"),
    );
  });

  test("one of other options or input says what differs", async () => {
    const [a] = await shardsOfRun(2);
    const [, b] = await shardsOfRun(2, { seed: 1 });
    expect(() => mergeShards([a!, b!], ["a.json", "b.json"])).toThrow(
      /^b\.json is of another analysis than a\.json: expected the seed 0, got 1\./,
    );
    const other = models().map((model) => ({ ...model, id: `${model.id}2` }));
    const foreign = await analyze(other, { shard: { index: 2, count: 2 } });
    expect(() => mergeShards([a!, foreign])).toThrow(/expected the checkpoints .*"a".* got .*"a2"/);
    const [, third] = await shardsOfRun(3);
    expect(() => mergeShards([a!, third!])).toThrow(/expected the number of shards 2, got 3/);
  });

  test("a whole analysis, and none", async () => {
    const whole = await analyze(models());
    expect(() => mergeShards([whole], ["run.json"])).toThrow(/^run\.json is no shard/);
    expect(() => mergeShards([])).toThrow(UnreadableInputError);
  });

  test("a shard that can't be", async () => {
    for (const shard of [
      { index: 0, count: 2 },
      { index: 3, count: 2 },
      { index: 1.5, count: 2 },
    ]) {
      await expect(analyze(models(), { shard })).rejects.toThrow(UsageError);
    }
  });
});

test("nothing to analyse is told by every shard, or by the merge where only entries tell it", async () => {
  const bias = { id: "a", tensors: () => [tensorOf("b.bias", [8], new Float32Array(8))] };
  await expect(analyze(bias, { shard: { index: 1, count: 2 } })).rejects.toThrow(NothingToAnalyzeError);
  const zero = { id: "a", tensors: () => [tensorOf("a.weight", [16, 16], new Float32Array(256))] };
  const shards = [await analyze(zero, { shard: { index: 1, count: 2 } })];
  shards.push(await analyze(zero, { shard: { index: 2, count: 2 } }));
  expect(() => mergeShards(shards)).toThrow(NothingToAnalyzeError);
});

test("shards have about equal work, and every layer is in one", () => {
  fc.assert(
    fc.property(fc.array(fc.nat(1e6), { maxLength: 40 }), fc.integer({ min: 1, max: 12 }), (costs, count) => {
      const shards = shardsOf(costs, count);
      const loads = new Array<number>(count).fill(0);
      for (const [i, shard] of shards.entries()) {
        expect(shard === 0).toBe(costs[i] === 0);
        if (shard > 0) loads[shard - 1]! += costs[i]!;
      }
      // Graham's bound of any list schedule.
      const total = costs.reduce((sum, cost) => sum + cost, 0);
      expect(Math.max(...loads)).toBeLessThanOrEqual(total / count + Math.max(0, ...costs));
    }),
  );
});
