import { existsSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { encodeSafetensors } from "../../src/checkpoint/index.ts";
import { comparisonResultSchema } from "../../src/comparison/result.ts";
import {
  analyze,
  compare,
  NothingToAnalyzeError,
  tensorOf,
  UnreadableInputError,
  UsageError,
} from "../../src/index.ts";
import { renderJson } from "../../src/report/json.ts";
import { gaussian, plant } from "../noise.ts";
import { roundedTo } from "./rounded-to.ts";

const base = gaussian(96, 48, 0.02, "base");
const other = gaussian(48, 96, 0.02, "other");

/** A model of two matrices and a bias, the first as given. */
function model(id: string, fc1: Float64Array | Float32Array, extra: string[] = []) {
  return {
    id,
    tensors: () => [
      tensorOf("fc1.weight", [96, 48], Float32Array.from(fc1)),
      tensorOf("fc2.weight", [48, 96], Float32Array.from(other.data)),
      tensorOf("fc1.bias", [96], new Float32Array(96)),
      ...extra.map((name) => tensorOf(name, [20, 10], Float32Array.from(gaussian(20, 10, 1, name).data))),
    ],
  };
}

const tuned = plant(base, 1.5, "tuned").data;

describe("a base and its finetune, with one direction added", () => {
  const compared = () => compare(model("base", base.data), model("tuned", tuned));

  test("is as its schema has it, and the same each time", async () => {
    const result = await compared();
    expect(comparisonResultSchema.safeParse(result).error?.issues ?? []).toEqual([]);
    expect(renderJson(await compared())).toBe(renderJson(result));
  });

  test("the layer that moved comes first, with the size of what was added", async () => {
    const { layers, totals } = await compared();
    expect(layers.map(({ layer, state }) => [layer, state])).toEqual([
      ["fc1.weight", "moved"],
      ["fc2.weight", "identical"],
    ]);
    expect(totals).toMatchObject({ compared: 2, moved: 1, identical: 1, none: 0, notCompared: 1 });
    const norm = Math.hypot(...base.data);
    expect(layers[0]!.relativeChange).toBeCloseTo(1.5 / norm, 6);
    expect(layers[1]!.relativeChange).toBe(0);
    expect(layers[1]!.change).toBeNull();
  });

  test("the spectrum of the difference is that of the direction: rank one", async () => {
    const [{ change } = { change: null }] = (await compared()).layers;
    expect(change!.metrics!.stableRank).toBeCloseTo(1, 6);
    expect(change!.metrics!.spectralNorm).toBeCloseTo(1.5, 5);
    // What rounding of float32 entries leaves of the difference is no direction.
    expect(change!.concentration!.rank).toBe(1);
    expect(change!.verdict).toBe("rank-deficient");
  });

  test("what did not move has no difference in any metric; what did has some", async () => {
    const { layers, summary } = await compared();
    for (const { difference, state } of Object.values(layers[1]!.differences)) {
      expect(difference).toBe(0);
      expect(["none", "unreliable"]).toContain(state);
    }
    const spectral = layers[0]!.differences["metrics.spectralNorm"]!;
    expect(spectral).toMatchObject({ state: "moved", errorKind: "bound" });
    expect(spectral.error!).toBeLessThan(1e-5);
    expect(spectral.difference).toBeCloseTo(spectral.b! - spectral.a!, 12);
    // The bulk is the same noise: its scale has not moved.
    const scale = layers[0]!.differences["marchenkoPastur.scale"]!;
    expect(scale.errorKind).toBe("standard-error");
    expect(scale.state).toBe("none");
    expect(summary["metrics.spectralNorm"]).toMatchObject({ moved: 1, none: 1 });
  });

  test("the spectra alone allow no larger change than there was (Mirsky)", async () => {
    const { layers } = await compared();
    expect(layers[0]!.spectralDistance!).toBeGreaterThan(0);
    expect(layers[0]!.spectralDistance!).toBeLessThanOrEqual(layers[0]!.relativeChange! * (1 + 1e-6));
  });

  test("subspaces of an unmoved layer are all in common", async () => {
    const { layers } = await compared();
    const { overlaps } = layers[1]!;
    expect(overlaps!.map(({ dimension }) => dimension)).toEqual([1, 2, 4, 8]);
    for (const { dimension, left, right } of overlaps!) {
      expect(left.overlap).toBeCloseTo(1, 9);
      expect(right.overlap).toBeCloseTo(1, 9);
      expect(left.random).toBeCloseTo(dimension / 96, 12);
      expect(right.random).toBeCloseTo(dimension / 48, 12);
    }
    const without = await compare(model("base", base.data), model("tuned", tuned), { overlap: false });
    expect(without.layers.every((layer) => layer.overlaps === null)).toBe(true);
  });
});

test("a copy in bfloat16 has not moved: rounding is no change", async () => {
  const rounded = roundedTo("BF16", Float32Array.from(tuned));
  const a = await writeModel("exact", [
    { name: "fc.weight", shape: [96, 48], data: Float32Array.from(tuned) },
  ]);
  const b = await writeModel("rounded", [
    { name: "fc.weight", shape: [96, 48], dtype: "BF16", data: rounded },
  ]);
  const { layers } = await compare(a, b);
  const [layer] = layers;
  expect(layer!.dtypes).toEqual({ a: "F32", b: "BF16" });
  expect(layer!.relativeChange!).toBeGreaterThan(1e-4);
  expect(layer!.state).toBe("none");
  for (const [id, { state }] of Object.entries(layer!.differences)) {
    if (state !== "unreliable") expect([id, state]).toEqual([id, expect.stringMatching(/^(none|unknown)$/)]);
  }
});

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "marchenko-compare-"));
});
afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
});

async function writeModel(name: string, tensors: Parameters<typeof encodeSafetensors>[0]): Promise<string> {
  const path = join(folder, `${name}.safetensors`);
  await writeFile(path, encodeSafetensors(tensors));
  return path;
}

describe("layers are aligned by name and shape", () => {
  test("what one side lacks is listed, and what has another shape", async () => {
    const a = model("a", base.data, ["only-a.weight"]);
    const b = {
      id: "b",
      tensors: () => [
        tensorOf("fc1.weight", [96, 48], Float32Array.from(tuned)),
        tensorOf("fc2.weight", [96, 48], Float32Array.from(other.data)),
        tensorOf("only-b.weight", [20, 10], Float32Array.from(gaussian(20, 10, 1, "b").data)),
      ],
    };
    const { layers, onlyInA, onlyInB, notCompared } = await compare(a, b);
    expect(layers.map(({ layer }) => layer)).toEqual(["fc1.weight"]);
    expect(onlyInA.map(({ layer }) => layer)).toEqual(["fc1.bias", "only-a.weight"]);
    expect(onlyInB.map(({ layer }) => layer)).toEqual(["only-b.weight"]);
    expect(notCompared).toEqual([
      {
        layer: "fc2.weight",
        shapeA: [48, 96],
        shapeB: [96, 48],
        reason: "shape",
        detail: "[48, 96] in A, [96, 48] in B",
      },
    ]);
  });

  test("with nothing in common there is nothing to compare", async () => {
    const b = { id: "b", tensors: () => [tensorOf("x.weight", [20, 10], gaussian(20, 10, 1, "x").data)] };
    const a = model("a", base.data);
    await expect(compare(a, b)).rejects.toThrow(NothingToAnalyzeError);
    // Known by names and shapes: no layer is analysed before.
    let analysed = 0;
    const onProgress = () => void analysed++;
    for (const one of [a, await analyze(a)]) {
      await expect(compare(one, b, { onProgress })).rejects.toThrow(
        /no layer .* is in both .* in A, 1 only in B/,
      );
    }
    expect(analysed).toBe(0);
  });

  test("globs choose layers, of checkpoints and of saved results", async () => {
    const [a, b] = [model("a", base.data), model("b", tuned)];
    const names = async (x: typeof a | Awaited<ReturnType<typeof analyze>>) =>
      (await compare(x, b, { include: ["fc1*"] })).layers.map(({ layer }) => layer);
    expect(await names(a)).toEqual(["fc1.weight"]);
    expect(await names(await analyze(a))).toEqual(["fc1.weight"]);
  });
});

describe("saved analyses", () => {
  test("give the same differences as the checkpoints, without what needs weights", async () => {
    const [a, b] = [model("base", base.data), model("tuned", tuned)];
    const fresh = await compare(a, b);
    const saved = await compare(await analyze(a), await analyze(b));
    expect(comparisonResultSchema.safeParse(saved).error?.issues ?? []).toEqual([]);
    expect(saved.a.from).toBe("result");
    const byName = new Map(fresh.layers.map((layer) => [layer.layer, layer]));
    for (const layer of saved.layers) {
      const { differences, spectralDistance } = byName.get(layer.layer)!;
      expect(layer.differences).toEqual(differences);
      expect(layer.spectralDistance).toBe(spectralDistance);
      expect([layer.relativeChange, layer.change, layer.overlaps]).toEqual([null, null, null]);
    }
    expect(saved.layers.map(({ state }) => state)).toEqual(["moved", "none"]);
  });

  test("are read by path, and may be compared with a checkpoint", async () => {
    const path = join(folder, "base.json");
    await writeFile(path, renderJson(await analyze(model("base", base.data))));
    const { a, b, totals } = await compare(path, model("tuned", tuned));
    expect([a.from, b.from]).toEqual(["result", "checkpoint"]);
    expect(totals.moved).toBe(1);
  });

  test("made with another seed are compared with a warning", async () => {
    const a = await analyze(model("base", base.data));
    const b = await analyze(model("tuned", tuned), { seed: 1 });
    expect((await compare(a, b)).warnings[0]).toMatch(/^A and B were analysed with another seed/);
  });

  test("of several models are refused, of a series the last is taken", async () => {
    const models = [model("a", base.data), model("b", tuned)];
    await expect(compare(await analyze(models), models[0]!)).rejects.toThrow(UsageError);
    const series = await analyze("data/example-series", { include: ["*layer.0.*"] });
    const { warnings, a } = await compare(series, "data/example-series/step-000100", {
      include: ["*layer.0.*"],
      overlap: false,
    });
    expect(a.step).toBe(1600);
    expect(warnings[0]).toMatch(/series of 6 checkpoints: its last, .*1600.*, is compared/);
  });

  test("a shard, another kind of result and a damaged one are refused", async () => {
    const write = async (name: string, value: unknown) => {
      const path = join(folder, name);
      await writeFile(path, JSON.stringify(value));
      return path;
    };
    const b = model("b", base.data);
    const shard = await write("shard.json", await analyze(b, { shard: { index: 1, count: 2 } }));
    await expect(compare(shard, b)).rejects.toThrow(/one shard of an analysis/);
    const noise = await write("noise.json", { type: "noise", schemaVersion: 1 });
    await expect(compare(noise, b)).rejects.toThrow(/saved result of type "noise"/);
    const damaged = await write("damaged.json", { type: "analysis", schemaVersion: 1, checkpoints: 3 });
    await expect(compare(damaged, b)).rejects.toThrow(UnreadableInputError);
    await expect(compare(join(folder, "missing.json"), b)).rejects.toThrow(/does not exist/);
  });
});

const epochs = ["00-0.47", "102-0.66"].map(
  (epoch) => `../shared/real-models/fer2013_mini_XCEPTION.${epoch}.hdf5`,
);

test.skipIf(!epochs.every(existsSync))(
  "two epochs of fer2013_mini_XCEPTION: which layers moved, with uncertainty",
  async () => {
    const { layers, totals } = await compare(epochs[0]!, epochs[1]!);
    expect(totals).toMatchObject({ compared: 15, moved: 15, onlyInA: 0, onlyInB: 0 });
    // By h5py 3.16.0 and numpy 2.4.6, in float64: norm(b - a) / norm(a).
    expect(
      layers.slice(0, 4).map(({ layer, relativeChange }) => [layer, relativeChange!.toFixed(6)]),
    ).toEqual([
      ["conv2d_7_1/kernel", "2.942382"],
      ["separable_conv2d_8_1/pointwise_kernel", "2.206964"],
      ["separable_conv2d_7_1/pointwise_kernel", "1.942352"],
      ["conv2d_6_1/kernel", "1.849761"],
    ]);
    // The same, by numpy.linalg.svd: the stable rank of b - a, and norm(U_a'U_b)^2 / 8 of the leading vectors.
    const { change, overlaps: found } = layers[3]!;
    expect(change!.metrics!.stableRank).toBeCloseTo(3.601846, 5);
    expect(found!.at(-1)).toMatchObject({ dimension: 8 });
    expect(found!.at(-1)!.left.overlap).toBeCloseTo(0.303298, 5);
    expect(found!.at(-1)!.right.overlap).toBeCloseTo(0.306985, 5);
    for (const { relativeChange, relativeChangeError, spectralDistance, overlaps } of layers) {
      expect(relativeChange!).toBeGreaterThan(2 * relativeChangeError!);
      expect(spectralDistance!).toBeLessThan(relativeChange!);
      expect(overlaps!.length).toBeGreaterThan(0);
    }
    const alike = layers.flatMap(({ differences }) => differences["concentration.ratio"]!.state);
    expect(new Set(alike)).toEqual(new Set(["none", "unsure", "moved"]));
  },
);
