import { describe, expect, it } from "vitest";
import { measuredValue } from "../../../src/measure/average.ts";
import { measurementQuantities } from "../../../src/measure/groups.ts";
import {
  affordableSteps,
  hessianSettings,
  hessianWork,
} from "../../../src/measure/hessian/hessian-counts.ts";
import { hessianMeasurement } from "../../../src/measure/hessian/hessian-measurement.ts";
import { layerHessianSchema, modelHessianSchema } from "../../../src/measure/hessian/hessian-schemas.ts";
import type { MeasuredPart } from "../../../src/measure/measured-part.ts";
import { modelOf } from "../../../src/models/catalogue.ts";
import { sparsityOptions } from "../../../src/sparsity/options.ts";
import { tinyModels } from "../../models/tiny-models.ts";
import { partOf, tinyPart } from "./parts.ts";

const vit = tinyModels.find(({ name }) => name.startsWith("vit, mean"))!;
const plain = tinyModels[0]!;

const small = { batches: 2, probes: 3, draws: 3, densityProbes: 2, steps: 5, layerProbes: 3, layerSteps: 5 };

function run(
  part: MeasuredPart,
  settings: object,
  signal?: AbortSignal,
  onProgress?: (share: number) => void,
) {
  return hessianMeasurement.run(part, {
    settings: hessianSettings.parse(settings),
    found: [],
    signal,
    onProgress,
  });
}

describe("the Hessian's measurement", () => {
  it.each(tinyModels)("of $name fits its schemas, and its parts each other", async (tiny) => {
    const { part } = tinyPart(tiny, { batches: 3, lastExamples: 1 });
    const shares: number[] = [];
    const { layers, model } = await run(part, small, undefined, (share) => shares.push(share));
    expect(layers.length).toBe(part.traced.blocks.length);
    const whole = modelHessianSchema.parse(model!.piece);
    expect(whole.examples).toBe(4); // batches 0 and 1 of 3, spread over the part
    expect(whole.counts).toEqual(small);
    expect(whole.parameters.map(({ name }) => name)).toEqual(Array.from(part.traced.parameters.keys()));
    const sum = (of: "trace" | "fisherTrace") =>
      whole.parameters.reduce((total, each) => total + each[of]!, 0);
    for (const of of ["trace", "fisherTrace"] as const) {
      expect(Math.abs(sum(of) - whole[of]!)).toBeLessThan(1e-10 * Math.max(1, Math.abs(whole[of]!)));
    }
    expect(whole.density!.rules.length).toBe(2);
    expect(whole.topEigenvalues!.length).toBe(5);
    for (const [i, { piece, reasons }] of layers.entries()) {
      const layer = layerHessianSchema.parse(piece);
      const { key, value } = part.traced.blocks[i]!;
      const own = whole.parameters.find(({ name }) => name === key)!;
      expect(layer.fisherTrace).toBe(own.fisherTrace);
      expect(layer.topEigenvalues!.length).toBeGreaterThan(0);
      if (value === null) expect(reasons).toEqual({ valueMatrix: "the block has no value matrix" });
      else expect(reasons).toEqual({});
      expect(layer.valueMatrix === null).toBe(value === null);
    }
    expect(Math.min(...shares)).toBe(0);
    expect(Math.max(...shares)).toBeLessThanOrEqual(1);
    expect(Math.max(...shares)).toBeGreaterThan(0.8);
  });

  it("has the quantities that it lists, and they are known to all", async () => {
    const { layers } = await run(tinyPart(vit).part, small);
    for (const { id } of hessianMeasurement.quantities) {
      expect(measuredValue({ hessian: layers[0]!.piece }, id), id).toBeTypeOf("number");
      expect(measurementQuantities.map((each) => each.id)).toContain(id);
    }
  });

  it("gives the same for the same seed, and other numbers for the other part", async () => {
    const { part } = tinyPart(vit, { batches: 2 });
    const once = await run(part, small);
    expect(await run(part, small)).toEqual(once);
    const other = await run({ ...part, part: "train" }, small);
    expect(other.layers[0]!.piece!.trace).not.toBe(once.layers[0]!.piece!.trace);
  });

  it("leaves out what has a count of 0, and says so; one probe has no standard error", async () => {
    const none = {
      batches: 1,
      probes: 0,
      draws: 0,
      densityProbes: 0,
      steps: 0,
      layerProbes: 0,
      layerSteps: 0,
    };
    const nothing = await run(tinyPart(vit).part, none);
    const leftOut = "left out by the settings: 0 probes, draws or steps";
    for (const piece of [nothing.model!.piece!, nothing.layers[0]!.piece!]) {
      expect([piece.trace, piece.fisherTrace, piece.topEigenvalues, piece.leastEigenvalue]).toEqual([
        null,
        null,
        null,
        null,
      ]);
    }
    expect(nothing.model!.reasons).toEqual({
      trace: leftOut,
      fisherTrace: leftOut,
      topEigenvalues: leftOut,
      leastEigenvalue: leftOut,
      density: leftOut,
    });
    expect(nothing.layers[0]!.reasons!["valueMatrix.trace"]).toBe(leftOut);
    const one = await run(tinyPart(vit).part, { ...none, probes: 1, draws: 1, densityProbes: 1, steps: 4 });
    expect(one.model!.piece).toMatchObject({ traceStandardError: null, fisherTraceStandardError: null });
    expect(Object.keys(one.model!.reasons!).sort()).toEqual([
      "density.meanStandardError",
      "fisherTraceStandardError",
      "traceStandardError",
    ]);
  });

  it("of weights that are not finite gives null, with the reason", async () => {
    const { part, entries, batches } = tinyPart(vit);
    const name = part.traced.blocks[0]!.key;
    const broken = new Map(entries).set(name, Float64Array.from(entries.get(name)!).fill(Number.NaN));
    const { layers, model } = await run(
      partOf(part.traced, { entries: broken, batches, batchSize: 2 }),
      small,
    );
    for (const { piece, reasons } of [model!, ...layers]) {
      expect(piece).toBeNull();
      expect(reasons![""]).toMatch(/not finite|NaN/);
    }
  });

  it("of a dead layer has zeros, with errors of 0", async () => {
    const { part, entries, batches } = tinyPart(plain);
    const { key } = part.traced.blocks[0]!;
    const bias = key.replace("weight", "bias");
    const dead = new Map(entries)
      .set(key, Float64Array.from(entries.get(key)!).fill(0))
      .set(bias, Float64Array.from(entries.get(bias)!).fill(-1));
    const { layers } = await run(partOf(part.traced, { entries: dead, batches, batchSize: 2 }), small);
    const { trace, traceStandardError, fisherTrace, topEigenvalues } = layers[0]!.piece!;
    expect([trace, traceStandardError, fisherTrace, topEigenvalues![0]]).toEqual([
      0,
      0,
      0,
      { value: 0, residual: 0 },
    ]);
  });

  it("ends between two runs when it is told to", async () => {
    const stop = new AbortController();
    let runs = 0;
    const measured = run(tinyPart(vit).part, small, stop.signal, () => {
      if (++runs === 5) stop.abort(new Error("enough"));
    });
    await expect(measured).rejects.toThrow("enough");
    expect(runs).toBe(5);
  });
});

describe("the work that a Hessian is", () => {
  const sized = (sizes: object, batchSize: number) =>
    modelOf("vit").trace(sizes, sparsityOptions.parse({}), { batchSize, training: false, labelSmoothing: 0 });
  const digits = sized({ imageSize: 8, patchSize: 2, classes: 10, width: 32, depth: 3 }, 64);
  const cifar = sized({ imageSize: 32, patchSize: 4, channels: 3, width: 64, depth: 4 }, 32);
  const base = sized(
    { imageSize: 224, patchSize: 16, channels: 3, width: 768, depth: 12, heads: 12, classes: 1000 },
    32,
  );
  const defaults = hessianSettings.parse({});

  it("is all of the defaults for 40 000 parameters, less for more, and refused for a base model", () => {
    const full = hessianWork(digits, 23, defaults);
    expect(full).toMatchObject({
      refusal: null,
      counts: { batches: 2, probes: 16, steps: 30, layerSteps: 24 },
    });
    expect(full.operations).toBeLessThan(defaults.operations);
    const scaled = hessianWork(cifar, 100, defaults);
    expect(scaled.refusal).toBeNull();
    expect(scaled.counts.probes).toBeLessThan(16);
    expect(scaled.counts.probes).toBeGreaterThanOrEqual(2);
    const refused = hessianWork(base, 1000, defaults);
    expect(refused.refusal).toMatch(/about 1\.\de\+15 operations, and 4\.0e\+11 are allowed: set hessian/);
    const allowed = hessianWork(base, 1000, { ...defaults, operations: refused.operations });
    expect(allowed.refusal).toBeNull();
  });

  it("takes counts that are set as they are, and no more batches than there are", () => {
    const { counts } = hessianWork(cifar, 1, { ...defaults, batches: 7, probes: 40 });
    expect(counts).toMatchObject({ batches: 1, probes: 40 });
  });

  it("takes no more Lanczos steps than have a place in a GiB", () => {
    expect(affordableSteps(30, 40_000)).toBe(30);
    // 2^30 / (8 * 6e6) = 22.4 directions, one of which is the product.
    expect(affordableSteps(30, 6_000_000)).toBe(21);
    expect(affordableSteps(30, 86_000_000)).toBe(0);
    expect(affordableSteps(2, 10)).toBe(2);
  });
});
