import { readFileSync, writeFileSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { analyze } from "../../src/analysis/analyze.ts";
import { referenceBackend } from "../../src/backends/reference.ts";
import { openCheckpoint } from "../../src/checkpoint/open-checkpoint.ts";
import { encodeSafetensors } from "../../src/checkpoint/safetensors-writer.ts";
import { CheckpointFormatError, UnreadableInputError, UsageError } from "../../src/errors.ts";
import { layerQuantities, measuredValue } from "../../src/measure/average.ts";
import { groups } from "../../src/measure/groups.ts";
import { type MeasureOptions, measure } from "../../src/measure/measure.ts";
import { measureEvery } from "../../src/measure/measure-every.ts";
import { type MeasurementResult, measurementResultSchema } from "../../src/measure/result.ts";
import { prepareRecipe } from "../../src/train/prepare-recipe.ts";
import { parseRecipe } from "../../src/train/recipe.ts";
import { metricsOf, runFolders, toy, trainHere } from "../train/toy.ts";

const nextFolder = runFolders();
const run = nextFolder();
const checkpointAt = (step: number) => join(run, "checkpoints", `step-${String(step).padStart(6, "0")}`);
const measureHere = (path: string | string[], options: MeasureOptions = {}) =>
  measure(path, { backend: referenceBackend(), batches: 2, only: everyMeter, ...options });
/** Meters alone: measurements with runs of their own have tests of their own. */
const everyMeter = [
  "activationSparsity",
  "derivativeSparsity",
  "gradientSparsity",
  "effectiveGradientSparsity",
  "gradientDensity",
  "augmentedFlatness",
  "implicitRobustness",
  "spectralIncrease",
];
const recipe = { ...toy, measureEvery: 5 };
let series: MeasurementResult;

beforeAll(async () => {
  const backend = referenceBackend();
  const prepared = await prepareRecipe(parseRecipe(recipe));
  await trainHere({ recipe, backend, out: run, observers: [measureEvery(5, run, backend, prepared)] });
  series = await measureHere(join(run, "checkpoints"));
});

/** A checkpoint of the run's last with other entries. */
async function changed(
  change: (name: string, entries: Float32Array | Float64Array) => void,
): Promise<string> {
  const checkpoint = await openCheckpoint(checkpointAt(10));
  const tensors = [];
  for (const tensor of checkpoint.tensors()) {
    const data = await tensor.read();
    change(tensor.name, data);
    tensors.push({ name: tensor.name, shape: tensor.shape, data });
  }
  await checkpoint.close();
  const folder = nextFolder();
  await mkdir(folder);
  const path = join(folder, "model.safetensors");
  writeFileSync(path, await encodeSafetensors(tensors, checkpoint.metadata));
  return path;
}

describe("measure", () => {
  it("gives what its schema says, for each checkpoint and part", () => {
    expect(measurementResultSchema.parse(series)).toEqual(series);
    expect(series.checkpoints.map(({ step, part }) => [step, part])).toEqual(
      [0, 4, 8, 10].flatMap((step) => ["train", "test"].map((part) => [step, part])),
    );
    expect(series.checkpoints.every(({ examples }) => examples === 16)).toBe(true);
    expect(series).toMatchObject({ model: { kind: "mlp", blocks: 1 }, data: { name: "digits" } });
    expect(series.provenance).toMatchObject({
      seed: 5,
      engine: "reference",
      configuration: { recipe: "toy", recipeFrom: "the checkpoint's metadata", parts: ["train", "test"] },
    });
  });

  it("has the loss that training's evaluation had, on the same batches", () => {
    const evaluated = metricsOf(run).find(({ step, split }) => step === 10 && split === "test")!;
    const measured = series.checkpoints.at(-1)!;
    expect(measured.crossEntropy).toBeCloseTo(evaluated.loss as number, 5);
    expect(measured.accuracy).toBeCloseTo(evaluated.accuracy as number, 12);
    expect(measured.layers[0]!.activatedRatio).toBeCloseTo(evaluated.activatedRatio as number, 6);
    expect(measured.layers[0]!.derivativeSparsity).toBeCloseTo(evaluated.derivativeSparsity as number, 6);
    // Label smoothing of 0.1 is in the loss alone.
    expect(measured.loss).not.toBeCloseTo(measured.crossEntropy!, 3);
  });

  it("names layers, blocks and depths as an analysis of the checkpoint does", async () => {
    const { checkpoints } = await analyze(checkpointAt(10));
    const [layer] = series.checkpoints.at(-1)!.layers;
    const analysed = checkpoints[0]!.layers.find((each) => each.layer === layer!.layer)!;
    const { role, block, depth, shape } = analysed;
    expect(layer).toMatchObject({ role, block, depth, shape });
    expect(checkpoints[0]!.layers.map((each) => each.layer)).toContain(layer!.value);
  });

  it("averages over layers, and follows each number over a series", () => {
    const { layers, average } = series.checkpoints.at(-1)!;
    expect(average.activatedRatio).toEqual({ mean: layers[0]!.activatedRatio, deviation: null, count: 1 });
    const trajectory = series.trajectories!.find(({ part, layer }) => part === "test" && layer !== null)!;
    expect(trajectory.steps).toEqual([0, 4, 8, 10]);
    expect(layerQuantities.length).toBeGreaterThan(30);
    for (const { id } of layerQuantities) {
      const values = series.checkpoints
        .filter(({ part }) => part === "test")
        .map((each) => measuredValue(each.layers[0]!, id));
      expect(trajectory.values[id], id).toEqual(values);
    }
    const whole = series.trajectories!.find(({ part, layer }) => part === "test" && layer === null)!;
    const losses = series.checkpoints.flatMap(({ part, loss }) => (part === "test" ? [loss] : []));
    expect(whole.values.loss).toEqual(losses);
  });

  it("is the same again, and the same for a checkpoint alone as in its series", async () => {
    const again = await measureHere(checkpointAt(8));
    expect(again.trajectories).toBeUndefined();
    expect(again.checkpoints).toEqual(series.checkpoints.filter(({ step }) => step === 8));
  });

  it("takes one part, fewer groups and another seed", async () => {
    const { checkpoints, warnings } = await measureHere(checkpointAt(8), {
      parts: ["train"],
      only: ["gradientDensity", "activationSparsity"],
      without: ["activationSparsity"],
      seed: 6,
    });
    const [only] = checkpoints;
    expect(checkpoints).toHaveLength(1);
    const [layer] = only!.layers;
    expect(layer!.gradientDensity!.ratio).toBeGreaterThan(0);
    expect(layer).toMatchObject({ activatedRatio: null, augmentedFlatness: null });
    expect(layer!.reasons).toMatchObject({
      activatedRatio: "it was not asked for",
      augmentedFlatness: "it was not asked for",
    });
    expect(warnings).toEqual([]);
    expect(only!.loss).not.toBe(series.checkpoints.find(({ step }) => step === 8)!.loss);
  });

  it("has zeros and reasons for a layer whose neurons are dead", async () => {
    const path = await changed((name, entries) => {
      if (name === "blocks.0.key.weight") entries.fill(0);
      if (name === "blocks.0.key.bias") entries.fill(-1);
    });
    const { checkpoints, warnings } = await measureHere(path);
    for (const { layers } of checkpoints) {
      const [layer] = layers;
      expect(layer).toMatchObject({ activatedRatio: 0, derivativeSparsity: 1, activeAmplitude: null });
      expect(layer!.augmentedFlatness).toMatchObject({ key: 0, l0Coefficient: null, identityRatio: null });
      expect(layer!.reasons).toMatchObject({ activeAmplitude: "no neuron is active" });
    }
    expect(warnings).toHaveLength(2);
    expect(warnings[0]).toMatch(
      /train: some numbers of blocks\.0\.key\.weight are null: no neuron is active/,
    );
  });

  it("has null, not infinity, where numbers overflow", async () => {
    const path = await changed((name, entries) => {
      if (name === "output.weight") entries.fill(3e38);
    });
    // In float32 the logits are infinite, and their differences nothing.
    const result = await measure(path, { batches: 2, only: everyMeter, parts: ["test"] });
    expect(measurementResultSchema.parse(result)).toEqual(result);
    const [measured] = result.checkpoints;
    expect(measured).toMatchObject({ loss: null, reasons: { loss: "it leaves the range of numbers" } });
    expect(measured!.layers[0]!.activatedRatio).toBeGreaterThan(0);
    expect(measured!.layers[0]!.reasons["augmentedFlatness.key"]).toBe("it leaves the range of numbers");
  });

  it("refuses what doesn't fit, and says what to do", async () => {
    const nan = await changed((name, entries) => {
      if (name === "blocks.0.key.weight") entries[3] = Number.NaN;
    });
    await expect(measureHere(nan)).rejects.toThrow(CheckpointFormatError);
    await expect(measureHere(nan)).rejects.toThrow(/blocks\.0\.key\.weight has entries that are no finite/);
    await expect(measureHere(join(run, "nowhere"))).rejects.toThrow(UnreadableInputError);
    const refused: [Partial<MeasureOptions>, RegExp][] = [
      [{ data: "mnist" }, /model\.imageSize: the data have 28, got 8/],
      [{ recipe: parseRecipe({ ...toy, model: { kind: "vit" } }) }, /are not those of the recipe's model/],
      [{ only: ["activationsparsity"] }, /Did you mean activationSparsity/],
      [{ without: groups.map(({ id }) => id) }, /nothing is left to measure/],
      [{ settings: { nothing: { x: 1 } } }, /nothing to measure called settings\.nothing/],
      [{ batches: 0 }, /at least 1 is measured/],
    ];
    for (const [options, message] of refused) {
      const failing = measureHere(checkpointAt(10), options);
      await expect(failing).rejects.toThrow(message);
      await expect(failing).rejects.toBeInstanceOf(UsageError);
    }
    const other = nextFolder();
    await trainHere({ recipe: { ...toy, steps: 1, sparsity: { activation: "relu" } }, out: other });
    await expect(measureHere([checkpointAt(10), join(other, "checkpoints", "step-000001")])).rejects.toThrow(
      /its recipe has another sparsity .* one by one/,
    );
  });
});

describe("measureEvery", () => {
  const lines = () =>
    readFileSync(join(run, "measurements.ndjson"), "utf8")
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line));

  it("writes a line of the whole and one a block, for both parts, and measures as measure() does", () => {
    expect(lines().map(({ step, part, layer }) => [step, part, layer])).toEqual(
      [0, 5, 10].flatMap((step) =>
        ["train", "test"].flatMap((part) => [
          [step, part, null],
          [step, part, "blocks.0.key.weight"],
        ]),
      ),
    );
    for (const { step, part, layer, values } of lines()) {
      const saved = series.checkpoints.find((each) => each.step === step && each.part === part);
      if (!saved) continue;
      const of = layer === null ? saved : saved.layers[0]!;
      // The checkpoint holds float32, the run here float64.
      for (const [id, value] of Object.entries<number | null>(values)) {
        const want = measuredValue(of, id);
        if (value === null || want === null) expect(value, id).toBe(want);
        else expect(Math.abs(value - want), id).toBeLessThanOrEqual(1e-4 * (Math.abs(want) + 1e-3));
      }
    }
  });

  it("drops the lines from the step on at which a run begins, and half a line", async () => {
    const folder = nextFolder();
    await mkdir(folder);
    const path = join(folder, "measurements.ndjson");
    writeFileSync(path, '{"step":0}\n{"step":5}\n{"step":10}\n{"st');
    const prepared = await prepareRecipe(parseRecipe(toy));
    await measureEvery(5, folder, referenceBackend(), prepared).onStart!(5);
    expect(readFileSync(path, "utf8")).toBe('{"step":0}\n');
  });
});
