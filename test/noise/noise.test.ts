import { cpSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { analyze } from "../../src/analysis/analyze.ts";
import { wasmBackend } from "../../src/backends/wasm/wasm-backend.ts";
import { noiseRenderers } from "../../src/cli/noise-renderers.ts";
import { MarchenkoError, UsageError } from "../../src/errors.ts";
import { gradientNoise } from "../../src/noise/noise.ts";
import { noiseQuantities } from "../../src/noise/quantities.ts";
import { type NoiseResult, noiseResultSchema } from "../../src/noise/result.ts";
import { composeRecipe } from "../../src/train/compose-recipe.ts";
import { presetsByName } from "../../src/train/presets/catalogue.ts";
import { train } from "../../src/train/train.ts";
import { runFolders } from "../train/toy.ts";

const nextFolder = runFolders();
const run = nextFolder();
const steps = 6;
let result: NoiseResult;

beforeAll(async () => {
  const recipe = composeRecipe(
    {
      extends: "digits-vit",
      name: "small",
      model: { width: 12, depth: 2, mlpWidth: 24, heads: 2 },
      steps,
      batchSize: 16,
      checkpointEvery: [],
    },
    { presets: presetsByName },
  );
  const backend = await wasmBackend();
  await train({ recipe, out: run, backend });
  await backend.dispose();
  result = await gradientNoise(join(run, "checkpoints"), { batches: 12 });
}, 120_000);

describe("gradient noise of a run", () => {
  test("is a result of its schema, with no number that isn't finite", () => {
    expect(noiseResultSchema.parse(result)).toEqual(result);
    expect(() => noiseRenderers.json!(result)).not.toThrow();
    expect(result.checkpoints.map(({ step }) => step)).toEqual([0, steps]);
    expect(result.checkpoints[1]).toMatchObject({
      part: "train",
      batchSize: 16,
      batches: 6,
      heldOutBatches: 6,
    });
  });

  test("names layers as an analysis of the checkpoint does", async () => {
    const analysed = await analyze(join(run, "checkpoints", "step-000006"));
    const rows = new Map(analysed.checkpoints[0]!.layers.map((layer) => [layer.layer, layer]));
    const { layers } = result.checkpoints[1]!;
    expect(layers.map(({ role }) => role)).toEqual(["mlp-in", "mlp-out", "mlp-in", "mlp-out"]);
    for (const { layer, kind, role, block, depth, shape } of layers) {
      expect(rows.get(layer)).toMatchObject({ kind, role, block, depth, shape });
    }
  });

  test("counts samples by tokens, and bounds the rank of an example by them", () => {
    for (const { layers } of result.checkpoints) {
      for (const { matrices, shape, anisotropy, orientation } of layers) {
        expect(orientation).toBe("out-in");
        const samples = Object.fromEntries(matrices.map((each) => [each.matrix, each.samples]));
        // 16 patches of 2 x 2, 16 examples, 6 batches; half of them are 3.
        expect(samples).toMatchObject({
          "single-example": 16,
          "single-batch": 256,
          "random-signs": 1536,
          half: 768,
          gaussian: null,
        });
        for (const { concentration } of matrices) {
          expect(concentration?.rank ?? 0).toBeLessThanOrEqual(Math.min(...shape));
        }
        expect(anisotropy.inputs?.order).toBe(shape[1]);
        expect(anisotropy.outputGradients?.order ?? shape[0]).toBe(shape[0]);
      }
    }
  });

  test("has the bounds of the paper's code behind the first step alone", () => {
    const [first, last] = result.checkpoints;
    expect(first!.layers[0]!.spectralBounds).toBeNull();
    expect(first!.layers[0]!.reasons.spectralBounds).toMatch(/no steps/);
    expect(last!.layers[0]!.spectralBounds).toMatchObject({ steps, aspectRatio: 12 / (16 * steps) });
    expect(result.warnings.join("\n")).toMatch(/no spectralBounds: no steps were made/);
  });

  test("follows every quantity over the steps", () => {
    expect(result.trajectories!.map(({ layer }) => layer)).toEqual(
      result.checkpoints[0]!.layers.map(({ layer }) => layer),
    );
    const { steps: at, values } = result.trajectories![0]!;
    expect(at).toEqual([0, steps]);
    expect(Object.keys(values)).toEqual(noiseQuantities.map(({ id }) => id));
    expect(values["matrices.random-signs.laws.separable-law.ksDistance"]![1]).toBe(
      result.checkpoints[1]!.layers[0]!.matrices.find(({ matrix }) => matrix === "random-signs")!.laws.find(
        ({ law }) => law === "separable-law",
      )!.ksDistance,
    );
    for (const { id } of noiseQuantities) expect(id).toBe(id.trim());
    expect(new Set(noiseQuantities.map(({ id }) => id)).size).toBe(noiseQuantities.length);
  });

  test("gives the same again, and other draws for another seed", async () => {
    expect(await gradientNoise(join(run, "checkpoints"), { batches: 12 })).toEqual(result);
    const other = await gradientNoise(join(run, "checkpoints", "step-000006"), { batches: 12, seed: 9 });
    expect(other.checkpoints[0]!.layers[0]!.noiseNorm).not.toBe(result.checkpoints[1]!.layers[0]!.noiseNorm);
  });

  test("is written as a table, CSV and Markdown", async () => {
    const table = String(await noiseRenderers.table!(result));
    expect(table).toMatch(/^step-000006, the last of 2: .*: train part, 6 batches of 16 examples/);
    expect(table.split("\n").filter((line) => /mlp-(in|out)/.test(line)).length).toBe(4);
    const csv = String(await noiseRenderers.csv!(result))
      .trimEnd()
      .split("\r\n");
    expect(csv.length).toBe(1 + 2 * 4);
    expect(new Set(csv.map((line) => line.split(",").length)).size).toBe(1);
    const markdown = String(await noiseRenderers.markdown!(result));
    expect(markdown).toContain("## step-000000\n");
    expect(markdown).not.toMatch(/NaN|undefined|Infinity/);
  });
});

describe("gradient noise refuses", () => {
  const path = () => join(run, "checkpoints", "step-000006");

  test.each([
    [{ batches: 3 }, /at least 4/],
    [{ batches: 4.5 }, /whole number/],
    [{ part: "test", batchSize: 100 } as const, /has 2 of 100 examples: give a smaller --batch-size/],
    [{ batchSize: 700 }, /whole batches/],
  ])("%o", async (options, message) => {
    const failure = await gradientNoise(path(), options).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(UsageError);
    expect((failure as Error).message).toMatch(message);
  });

  test("weights that are not finite", async () => {
    const broken = nextFolder();
    cpSync(path(), broken, { recursive: true });
    const file = join(broken, "model.safetensors");
    const bytes = readFileSync(file);
    const start = 8 + Number(bytes.readBigUInt64LE(0));
    for (let at = start; at + 4 <= bytes.length; at += 4) bytes.writeFloatLE(Number.NaN, at);
    writeFileSync(file, bytes);
    const failure = await gradientNoise(broken, { batches: 4 }).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(MarchenkoError);
    expect((failure as MarchenkoError).exitCode).toBe(3);
    expect((failure as Error).message).toMatch(/NaN|finite/);
  });

  test("what is aborted", async () => {
    const signal = AbortSignal.abort(new Error("stopped"));
    await expect(gradientNoise(path(), { batches: 4, signal })).rejects.toThrow("stopped");
  });
});
