import { z } from "zod";
import { blockMacs, modelMacs, type NeuronShares, sidesOf } from "./macs.ts";
import { defineMeasurement, type Measured, type MeasurementContext } from "./measurement.ts";
import type { Quantity } from "./quantity.ts";

const steps = z.number().nonnegative();
const share = z.number().min(0).max(1);
const error = z.number().nonnegative().nullable();

const ratios = {
  inference: steps.nullable().describe("Without the products of inactive neurons."),
  inferenceRatio: share.nullable().describe("Of the dense steps."),
  inferenceRatioStandardError: error.describe("At most: as if all shares erred the same way."),
  training: steps.nullable().describe("Forward and backward, without what inactive neurons make needless."),
  trainingRatio: share.nullable().describe("Of the dense steps of training."),
  trainingRatioStandardError: error.describe("At most: as if all shares erred the same way."),
};

const layer = z.object({
  dense: steps.describe("Multiply-accumulate steps of the block for one example."),
  denseTraining: steps.describe("The same, forward and backward."),
  ...ratios,
});

const model = z.object({
  dense: steps.describe("Multiply-accumulate steps of the whole model for one example."),
  denseTraining: steps.describe("The same, forward and backward."),
  mlp: steps.describe("Those of MLP blocks."),
  mlpShare: share.describe("Share of the whole model's dense steps that MLP blocks take."),
  ...ratios,
});

const source = "a count of this package: the products of a block, each at the neurons that it is needed for";

const quantities: readonly Quantity[] = [
  {
    id: "macs.inferenceRatio",
    title: "Theoretical inference cost",
    symbol: "MAC inf",
    unit: "1",
    formula: "(1 + s) / 2 of a block with K and V, s the share of activations that aren't 0",
    meaning:
      "Share of multiplications that are left at inference where inactive neurons are skipped; time is saved less than that.",
    source,
  },
  {
    id: "macs.trainingRatio",
    title: "Theoretical training cost",
    symbol: "MAC train",
    unit: "1",
    formula:
      "(1 + 2 s + 3 s_gamma) / 6 of a block with K and V, s_gamma the share of derivatives that aren't 0",
    meaning:
      "Share of multiplications that are left in a training step where inactive neurons are skipped; time is saved less than that.",
    source,
  },
];

/** Steps that are needed where neurons are skipped. */
interface Skipping {
  readonly steps: number;
  readonly dense: number;
  /** Of the steps; null where it isn't known. */
  readonly error: number | null;
}

interface BlockCosts {
  readonly dense: number;
  readonly denseTraining: number;
  /** What is left of them, or why it isn't known. */
  readonly left: { readonly inference: Skipping; readonly training: Skipping } | string;
}

/** Theoretical multiply-accumulate steps, by the shares that the meters have found. */
export const macsMeasurement = defineMeasurement({
  id: "macs",
  title: "theoretical multiply-accumulate steps",
  quantities,
  layer,
  model,
  settings: z.strictObject({}),
  byDefault: true,
  async run({ traced, batchSize }, { found }) {
    const blocks = traced.blocks.map((block, i) => costsOf(traced, block, found[i] ?? {}));
    const whole = modelMacs(traced, batchSize);
    const mlp = blocks.reduce((total, { dense }) => total + dense, 0);
    const lefts = blocks.map(({ left }) => left);
    const unknown = lefts.find((left) => typeof left === "string");
    const known = lefts.filter((left) => typeof left !== "string");
    const sumOf = (of: "inference" | "training"): Skipping => {
      const saved = known.reduce((total, left) => total + left[of].dense - left[of].steps, 0);
      const errors = known.map((left) => left[of].error);
      return {
        dense: whole[of],
        steps: whole[of] - saved,
        error: errors.includes(null) ? null : errors.reduce<number>((total, each) => total + each!, 0),
      };
    };
    const left = unknown ?? { inference: sumOf("inference"), training: sumOf("training") };
    const sizes = { dense: whole.inference, denseTraining: whole.training };
    const all = statedRatios({ ...sizes, left });
    return {
      layers: blocks.map(statedRatios),
      model: { ...all, piece: { ...all.piece, mlp, mlpShare: mlp / whole.inference } },
    };
  },
});

type Found = MeasurementContext<unknown>["found"][number];

/** Dense steps of a block for one example, and those that are left. */
function costsOf(
  traced: Parameters<typeof modelMacs>[0],
  block: Parameters<typeof sidesOf>[1],
  found: Found,
): BlockCosts {
  const { tokens, ...sides } = sidesOf(traced, block);
  const numberOf = (name: string) => (typeof found[name] === "number" ? found[name] : null);
  // What is skipped is a = 0: of one-sided functions with a slope on the left, less than what is not active.
  const sumOf = (...names: readonly string[]) => {
    const numbers = names.map(numberOf);
    return numbers.includes(null) ? null : numbers.reduce<number>((sum, each) => sum + each!, 0);
  };
  const active = sumOf("positiveRatio", "negativeRatio");
  const flat = numberOf("derivativeSparsity");
  const errors = {
    active: sumOf("positiveRatioStandardError", "negativeRatioStandardError"),
    sloped: numberOf("derivativeSparsityStandardError"),
  };
  // Each share is rounded: their sum may pass 1 by that.
  const shares = { active: Math.min(1, active ?? 0), sloped: 1 - (flat ?? 0) };
  const isSure = errors.active !== null && errors.sloped !== null;
  const cost = blockMacs(sides, shares, isSure ? (errors as NeuronShares) : undefined);
  const skipping = ({ dense, skipping: steps, ratioError }: typeof cost.inference): Skipping => ({
    dense: tokens * dense,
    steps: tokens * steps,
    error: isSure ? tokens * dense * ratioError : null,
  });
  return {
    dense: tokens * cost.inference.dense,
    denseTraining: tokens * cost.training.dense,
    left:
      active === null || flat === null
        ? "the share of activations that are not zero or the derivative sparsity wasn't measured"
        : { inference: skipping(cost.inference), training: skipping(cost.training) },
  };
}

function statedRatios({ left, ...dense }: BlockCosts) {
  if (typeof left === "string") {
    const nulls = {
      inference: null,
      inferenceRatio: null,
      inferenceRatioStandardError: null,
      training: null,
      trainingRatio: null,
      trainingRatioStandardError: null,
    };
    const reasons = Object.fromEntries(
      Object.keys(nulls)
        .filter((name) => !name.endsWith("StandardError"))
        .map((name) => [name, left]),
    );
    return { piece: { ...dense, ...nulls }, reasons } satisfies Measured<z.output<typeof layer>>;
  }
  const ratio = ({ steps, dense: all }: Skipping) => steps / all;
  const errorOf = ({ error: own, dense: all }: Skipping) => (own === null ? null : own / all);
  const { inference, training } = left;
  const errors = {
    inferenceRatioStandardError: errorOf(inference),
    trainingRatioStandardError: errorOf(training),
  };
  const reasons = Object.entries(errors)
    .filter(([, each]) => each === null)
    .map(([name]) => [name, "the shares have no standard error"]);
  return {
    piece: {
      ...dense,
      inference: inference.steps,
      inferenceRatio: ratio(inference),
      training: training.steps,
      trainingRatio: ratio(training),
      ...errors,
    },
    reasons: Object.fromEntries(reasons) as Record<string, string>,
  } satisfies Measured<z.output<typeof layer>>;
}
