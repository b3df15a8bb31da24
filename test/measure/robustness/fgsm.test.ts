import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { differentiate } from "../../../src/autodiff/differentiate.ts";
import { layOut } from "../../../src/autodiff/program.ts";
import { referenceBackend } from "../../../src/backends/reference.ts";
import { totalLoss } from "../../../src/measure/example-losses.ts";
import { frozenModel } from "../../../src/measure/frozen-model.ts";
import { type MeasuredPart, partPlan } from "../../../src/measure/measured-part.ts";
import { adversarialImages } from "../../../src/measure/robustness/adversarial-images.ts";
import { fgsmMeasurement } from "../../../src/measure/robustness/fgsm-measurement.ts";
import { prepareRecipe } from "../../../src/train/prepare-recipe.ts";
import { parseRecipe } from "../../../src/train/recipe.ts";
import { tinyModels } from "../../models/tiny-models.ts";
import { tinyPart } from "./tiny-part.ts";

const pixels = { mean: [0.3, 0.5, 2], deviation: [0.2, 0.5, 3], lowest: -1, highest: 4 };
const vit = tinyModels.find(({ name }) => name === "vit, class token, 3 channels")!;

async function measured(part: MeasuredPart, given: object = {}) {
  const settings = fgsmMeasurement.settings.parse(given);
  const { layers, model } = await fgsmMeasurement.run(part, { settings, found: [] });
  expect(layers).toEqual([]);
  return { piece: fgsmMeasurement.model!.parse(model!.piece), reasons: model!.reasons! };
}

describe("adversarial images", () => {
  const entries = fc.array(fc.double({ min: -1, max: 4, noNaN: true }), { minLength: 12, maxLength: 12 });
  const signs = fc.array(fc.constantFrom(-1e-30, 0, 2e5), { minLength: 12, maxLength: 12 });

  it("have every pixel moved by epsilon of the range, against the clip alone, and by the channel's own scale", () => {
    fc.assert(
      fc.property(
        entries,
        signs,
        fc.double({ min: 0.01, max: 1, noNaN: true }),
        (own, gradients, epsilon) => {
          const channel = (i: number) => Math.floor(i / 4) % 3;
          const images = own.map(
            (pixel, i) => (pixel - pixels.mean[channel(i)]!) / pixels.deviation[channel(i)]!,
          );
          const moved = adversarialImages(images, gradients, 4, pixels, epsilon);
          for (const [i, pixel] of own.entries()) {
            const after = moved[i]! * pixels.deviation[channel(i)]! + pixels.mean[channel(i)]!;
            const wanted = Math.min(Math.max(pixel + epsilon * 5 * Math.sign(gradients[i]!), -1), 4);
            expect(Math.abs(after - wanted)).toBeLessThan(1e-14);
            if (gradients[i] === 0) expect(moved[i]).toBe(images[i]);
          }
        },
      ),
    );
  });
});

describe("FGSM", () => {
  it("raises the loss by epsilon |dl/dp|_1 as epsilon falls", async () => {
    // Pixels far from the ends of their range: nothing is clipped.
    const wide = { ...pixels, lowest: -1e3, highest: 1e3 };
    const part = tinyPart(vit, { pixels: wide });
    const { piece } = await measured(part, { epsilons: [1e-9] });
    const images = layOut({ outputs: { loss: part.traced.loss } }).inputs.get("images")!;
    const [gradient] = differentiate(totalLoss(part.traced), [images]);
    const plan = await partPlan(part, { outputs: { gradient: gradient! } });
    const norms: number[] = [];
    for (let place = 0; place < part.count; place++) {
      const found = await plan.run(await part.batch(place));
      const perPixel = Float64Array.from(
        found.gradient!,
        (each, i) => each / wide.deviation[Math.floor(i / 16) % 3]!,
      );
      norms.push(perPixel.reduce((sum, each) => sum + Math.abs(each), 0) / part.batchSize);
    }
    const [step] = piece.steps as [(typeof piece.steps)[number]];
    expect(step.epsilon).toBe(1e-9);
    expect(step.pixels).toBeCloseTo(2e-6, 18);
    const slope = norms.reduce((a, b) => a + b, 0) / norms.length;
    // The second order is of the size of the step, 2e-6; rounding of the loss over it is 1e-10.
    expect(step.increase! / step.pixels / slope).toBeCloseTo(1, 4);
    expect(step.increase).toBeCloseTo(step.crossEntropy! - piece.cleanCrossEntropy!, 14);
    expect([step.changed, step.accuracy]).toEqual([0, piece.cleanAccuracy]);
  });

  it("has the first step's numbers and errors beside the clean ones, whatever the smoothing of the loss", async () => {
    const { piece, reasons } = await measured(tinyPart(vit, { pixels, count: 4 }), { epsilons: [0.2, 0.01] });
    const [first, second] = piece.steps;
    expect([piece.accuracy, piece.crossEntropy]).toEqual([first!.accuracy, first!.crossEntropy]);
    expect(first!.increase).toBeGreaterThan(second!.increase!);
    expect(piece.crossEntropyStandardError).toBeGreaterThan(0);
    expect(reasons).toEqual({});
    const smoothed = await measured(tinyPart(vit, { pixels, count: 4, labelSmoothing: 0.3 }), {
      epsilons: [0.2, 0.01],
    });
    expect(smoothed.piece).toEqual(piece);
  });

  it("is null for tokens, with the reason", async () => {
    const gpt = tinyModels.find(({ name }) => name === "gpt")!;
    const settings = fgsmMeasurement.settings.parse({});
    const { model } = await fgsmMeasurement.run(tinyPart(gpt), { settings, found: [] });
    expect(model).toEqual({ piece: null, reasons: { "": "tokens have no pixels" } });
  });

  it("knows the pixels of a recipe's data: digits of 0 to 16", async () => {
    const recipe = parseRecipe({
      name: "tiny",
      data: { name: "digits" },
      model: { kind: "mlp", form: "key-value", width: 4, mlpWidth: 6, depth: 1 },
      optimizer: { name: "sgd", learningRate: 0.1 },
      steps: 1,
      batchSize: 16,
    });
    const model = frozenModel(referenceBackend(), await prepareRecipe(recipe));
    model.draw();
    const part = model.part("test", { batches: 2 });
    expect([part.pixels!.lowest, part.pixels!.highest]).toEqual([0, 16]);
    const { piece } = await measured(part);
    expect(piece.steps.map((each) => each.pixels)).toEqual([1, 2, 4, 8].map((k) => (k / 255) * 16));
    const increases = piece.steps.map((each) => each.increase!);
    for (const [i, each] of increases.entries()) expect(each).toBeGreaterThan(increases[i - 1] ?? 0);
    // A disturbed model takes the same batches.
    const { feed } = await part.batch(0);
    expect(Array.from(part.disturbed().inputs.keys())).toEqual(Object.keys(feed));
    model.dispose();
  });
});
