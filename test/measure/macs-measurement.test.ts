import { describe, expect, it } from "vitest";
import { macsMeasurement } from "../../src/measure/macs-measurement.ts";
import { tinyModels } from "../models/tiny-models.ts";
import { tinyPart } from "./tiny-part.ts";

const found = {
  positiveRatio: 0.2,
  positiveRatioStandardError: 0.004,
  negativeRatio: 0.1,
  negativeRatioStandardError: 0.006,
  derivativeSparsity: 0.6,
  derivativeSparsityStandardError: 0.02,
};
const vit = tinyModels.find(({ name }) => name === "vit, mean, fused")!;

async function measured(layers: readonly Record<string, unknown>[]) {
  const run = await macsMeasurement.run(tinyPart(vit), { settings: {}, found: layers });
  return {
    layers: run.layers.map(({ piece, reasons }) => ({ piece: macsMeasurement.layer!.parse(piece), reasons })),
    model: { piece: macsMeasurement.model!.parse(run.model!.piece), reasons: run.model!.reasons },
  };
}

describe("the steps of a model", () => {
  it("follow the shares that meters have found", async () => {
    const { layers, model } = await measured([
      found,
      { ...found, positiveRatio: 0.9, derivativeSparsity: 0 },
    ]);
    const [first, second] = layers.map(({ piece }) => piece);
    // 4 patches; d 6, n 10.
    expect([first!.dense, first!.denseTraining]).toEqual([4 * 2 * 60, 4 * 6 * 60]);
    expect(first!.inferenceRatio).toBeCloseTo((1 + 0.3) / 2, 14);
    expect(first!.trainingRatio).toBeCloseTo((1 + 2 * 0.3 + 3 * 0.4) / 6, 14);
    expect(first!.inferenceRatioStandardError).toBeCloseTo(0.01 / 2, 14);
    expect(first!.trainingRatioStandardError).toBeCloseTo((2 * 0.01 + 3 * 0.02) / 6, 14);
    expect([second!.inferenceRatio, second!.trainingRatio]).toEqual([1, 1]);

    const { piece, reasons } = model;
    expect(piece.mlp).toBe(2 * 480);
    // Patches 4 4 6, queries, keys, values and outputs 4 4 36, products of 4 tokens 2 16 6, a block; the head 6 3.
    expect(piece.dense).toBe(96 + 2 * (576 + 192 + 480) + 18);
    expect(piece.mlpShare).toBeCloseTo(960 / piece.dense, 14);
    expect(piece.dense - piece.inference!).toBeCloseTo(480 - first!.inference!, 9);
    expect(piece.trainingRatio).toBeCloseTo(piece.training! / piece.denseTraining, 14);
    expect(reasons).toEqual({});
  });

  it("are dense ones alone where the shares aren't known, with the reason", async () => {
    const { layers, model } = await measured([{}, found]);
    expect(layers[0]!.piece).toMatchObject({ dense: 480, inferenceRatio: null, trainingRatio: null });
    expect(layers[0]!.reasons).toMatchObject({ inferenceRatio: expect.stringMatching(/wasn't measured/) });
    expect(layers[1]!.piece.inferenceRatio).not.toBeNull();
    expect(model.piece).toMatchObject({ mlp: 960, inferenceRatio: null });
    expect(model.reasons).toMatchObject({ trainingRatio: expect.stringMatching(/wasn't measured/) });
  });

  it("have no error where the shares have none", async () => {
    const sure = { ...found, positiveRatioStandardError: null };
    const { layers, model } = await measured([sure, sure]);
    expect(layers[0]!.piece.inferenceRatio).toBeCloseTo(0.65, 14);
    expect(layers[0]!.piece.inferenceRatioStandardError).toBeNull();
    expect(model.piece.trainingRatioStandardError).toBeNull();
    expect(model.reasons).toMatchObject({
      trainingRatioStandardError: expect.stringMatching(/no standard error/),
    });
  });
});
