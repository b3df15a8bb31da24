import { z } from "zod";
import { differentiate } from "../../autodiff/differentiate.ts";
import { sum } from "../../autodiff/ops/broadcasting.ts";
import { layOut } from "../../autodiff/program.ts";
import type { PixelScale } from "../../datasets/standardisation.ts";
import { eventTurn } from "../../train/event-turn.ts";
import { meanOf } from "../estimate.ts";
import { exampleMoments } from "../example-moments.ts";
import { type MeasuredPart, partPlan } from "../measured-part.ts";
import { defineMeasurement, type Measured, type MeasurementContext } from "../measurement.ts";
import { numbersOf } from "../numbers-of.ts";
import { lossValues } from "../part-loss.ts";
import type { Quantity } from "../quantity.ts";
import { adversarialImages } from "./adversarial-images.ts";
import { predictionsOf } from "./predictions.ts";

const number = z.number().nullable();
const share = z.number().min(0).max(1).nullable();
const error = z.number().nonnegative().nullable().describe("Standard error over examples.");

const schema = z.object({
  cleanAccuracy: share,
  cleanAccuracyStandardError: error,
  cleanCrossEntropy: number.describe("Without label smoothing, in nats."),
  cleanCrossEntropyStandardError: error,
  accuracy: share.describe("Of adversarial images at the first epsilon."),
  accuracyStandardError: error,
  crossEntropy: number.describe("Of adversarial images at the first epsilon, in nats."),
  crossEntropyStandardError: error,
  steps: z.array(
    z.object({
      epsilon: z.number().positive().describe("Over the range of pixels."),
      pixels: z.number().positive().describe("The same in the pixels' unit."),
      accuracy: share,
      accuracyStandardError: error,
      crossEntropy: number,
      crossEntropyStandardError: error,
      increase: number.describe("Adversarial less clean cross-entropy."),
      increaseStandardError: error,
      changed: share.describe("Share of predictions that change."),
      changedStandardError: error,
    }),
  ),
});
type Fgsm = z.output<typeof schema>;

const settings = z.strictObject({
  epsilons: z
    .array(z.number().positive().max(1))
    .min(1)
    .max(16)
    .default([1 / 255, 2 / 255, 4 / 255, 8 / 255])
    .describe("steps, over the range of pixels"),
});

const source = "Goodfellow, Shlens & Szegedy 2015, arXiv 1412.6572";

const quantities: readonly Quantity[] = [
  {
    id: "fgsm.cleanAccuracy",
    title: "Accuracy of clean images",
    symbol: "acc",
    unit: "1",
    formula: "share of images whose largest logit is their label's",
    meaning: "What adversarial accuracy is to be compared with: both are of the same images.",
    source,
  },
  {
    id: "fgsm.accuracy",
    title: "Adversarial accuracy",
    symbol: "acc adv",
    unit: "1",
    formula: "the same of clip(p + epsilon (highest - lowest) sign dl/dp, lowest, highest), pixels p",
    meaning: "Accuracy where every pixel is moved by one step of FGSM: larger is more robust.",
    source,
  },
  {
    id: "fgsm.crossEntropy",
    title: "Adversarial cross-entropy",
    symbol: "l adv",
    unit: "nat",
    formula: "mean over adversarial images of -ln softmax(logits)_label",
    meaning: "The loss where every pixel is moved by one step of FGSM: smaller is more robust.",
    source,
  },
];

/** Robustness of a classifier of images to one step of the fast gradient sign method on its pixels. */
export const fgsmMeasurement = defineMeasurement({
  id: "fgsm",
  title: "robustness of the input: FGSM",
  quantities,
  layer: null,
  model: schema,
  settings,
  byDefault: true,
  async run(part, context) {
    const { pixels } = part;
    if (pixels) return { layers: [], model: await fgsm(part, pixels, context) };
    return { layers: [], model: { piece: null, reasons: { "": "tokens have no pixels" } } };
  },
});

/** Gradients and clean predictions are of the images as the model takes them, standardised. */
async function fgsm(
  part: MeasuredPart,
  pixels: PixelScale,
  { settings: { epsilons }, signal, onProgress }: MeasurementContext<z.output<typeof settings>>,
): Promise<Measured<Fgsm>> {
  const { logits } = part.traced;
  const { crossEntropy, correct } = lossValues(part);
  const input = layOut({ outputs: { logits } }).inputs.get("images")!;
  const [gradients] = differentiate(sum(crossEntropy), [input]);
  const clean = exampleMoments(2);
  const moments = epsilons.map(() => exampleMoments(4));
  const plan = await partPlan(part, { outputs: { crossEntropy, correct, logits, gradients: gradients! } });
  const scored = ["crossEntropy", "correct", "logits"];
  try {
    for (let place = 0; place < part.count; place++) {
      await eventTurn();
      signal?.throwIfAborted();
      const batch = await part.batch(place);
      const images = batch.feed.images as ArrayLike<number>;
      const before = await plan.run(batch);
      const predicted = predictionsOf(before.logits!, logits.shape[1]!);
      for (let i = 0; i < batch.examples; i++) clean.add([before.correct![i]!, before.crossEntropy![i]!]);
      const perChannel = input.shape[2]! * input.shape[3]!;
      for (const [k, epsilon] of epsilons.entries()) {
        signal?.throwIfAborted();
        const moved = adversarialImages(images, before.gradients!, perChannel, pixels, epsilon);
        const after = await plan.run(batch, { images: moved }, scored);
        const fooled = predictionsOf(after.logits!, logits.shape[1]!);
        for (let i = 0; i < batch.examples; i++) {
          const loss = after.crossEntropy![i]!;
          const changed = fooled[i] === predicted[i] ? 0 : 1;
          moments[k]!.add([after.correct![i]!, loss, loss - before.crossEntropy![i]!, changed]);
        }
      }
      onProgress?.((place + 1) / part.count);
    }
  } finally {
    plan.dispose();
  }
  const first = numbersOf(
    { accuracy: meanOf(moments[0]!, 0), crossEntropy: meanOf(moments[0]!, 1) },
    moments[0]!,
  );
  const own = numbersOf({ cleanAccuracy: meanOf(clean, 0), cleanCrossEntropy: meanOf(clean, 1) }, clean);
  const steps = moments.map((each) => {
    const [accuracy, loss, increase, changed] = [0, 1, 2, 3].map((k) => meanOf(each, k));
    const named = { accuracy: accuracy!, crossEntropy: loss!, increase: increase!, changed: changed! };
    return numbersOf(named, each);
  });
  const range = pixels.highest - pixels.lowest;
  const piece = {
    ...own.piece,
    ...first.piece,
    steps: steps.map((step, k) => ({
      epsilon: epsilons[k]!,
      pixels: epsilons[k]! * range,
      ...step.piece,
    })),
  };
  const ofSteps = steps.flatMap(({ reasons }, k) =>
    Object.entries(reasons).map(([name, reason]) => [`steps.${k}.${name}`, reason] as const),
  );
  return { piece, reasons: { ...own.reasons, ...first.reasons, ...Object.fromEntries(ofSteps) } };
}
