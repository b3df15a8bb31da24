import { anisotropy } from "../noise/anisotropy.ts";
import { effectiveSteps } from "../noise/effective-steps.ts";
import { spectralBounds } from "../noise/spectral-bounds.ts";
import type { TapEntries } from "../train/observer.ts";
import type { Recipe } from "../train/recipe.ts";
import type { Collector } from "./experiment.ts";
import { runningCovariance } from "./running-covariance.ts";

/** Steps from one batch that counts to the next. */
export const EVERY = 20;
/** Block whose features the bound is computed of: the code's own choice. */
const BOUND_BLOCK = 1;
/** What passes a block: its tap, and what it is called. */
export const vectors = [
  { id: "sample", tap: "input", title: "features x" },
  { id: "gradient", tap: "activation.gradient", title: "gradients g" },
  { id: "effective", tap: "preActivation.gradient", title: "effective gradients eta" },
] as const;

/** Recorded observations: 1, 2, 5, 10, 20, 50 and so on. */
function isRecorded(count: number): boolean {
  const power = 10 ** Math.floor(Math.log10(count));
  return [1, 2, 5].includes(count / power);
}

/**
 * Gathers covariances of what passes the MLP blocks while a network trains by SGD: their anisotropy, as means over blocks,
 * and the code's bound, at observations 1, 2, 5, 10, 20, 50 and so on, and at the last step.
 *
 * The sum over steps decays as what SGD with weight decay leaves in the weights does, by r = 1 - kappa lambda a step.
 *
 * @param recipe - of blocks as wide as their tokens: a residual perceptron without value matrices.
 */
export function anisotropyCollector(recipe: Recipe): Collector {
  const width = Number(recipe.model.width);
  const { learningRate, weightDecay } = recipe.optimizer as unknown as {
    learningRate: number;
    weightDecay: number;
  };
  const kept = (1 - learningRate * weightDecay) ** EVERY;
  const effective = effectiveSteps(learningRate, weightDecay);
  const taps = Array.from({ length: Number(recipe.model.depth) }, (_, block) =>
    vectors.map(({ id, tap }) => ({ id, name: `block.${block}.mlp.${tap}`, sum: runningCovariance(width) })),
  );
  const series: Record<string, { steps: number[]; values: (number | null)[] }> = {};
  const note = (name: string, step: number, value: number | null) => {
    series[name] ??= { steps: [], values: [] };
    series[name].steps.push(step);
    series[name].values.push(value);
  };
  const record = (step: number) => {
    const found = taps.map((block) => block.map(({ sum }) => anisotropy(sum.matrix(), width)));
    for (const [i, { id }] of vectors.entries()) {
      for (const number of ["alphaRatio", "deltaRatio"] as const) {
        const values = found.flatMap((block) => (block[i] ? [block[i][number]] : []));
        const mean =
          values.length === taps.length ? values.reduce((sum, each) => sum + each, 0) / taps.length : null;
        note(`${id}.${number}`, step, mean);
      }
    }
    const features = found[Math.min(BOUND_BLOCK, taps.length - 1)]![0]!;
    const samples = recipe.batchSize * Math.min(step + 1, effective);
    const bounds = features && spectralBounds(width, samples, features);
    note("bound.real", step, bounds?.real ?? null);
    note("bound.imaginary", step, bounds?.imaginary ?? null);
  };
  let count = 0;
  return {
    observers: [
      {
        every: EVERY,
        taps: taps.flat().map(({ name }) => name),
        async onStep({ step }, entries: Readonly<Record<string, TapEntries>>) {
          for (const { name, sum } of taps.flat()) sum.add(entries[name]!.data, kept);
          count++;
          if (isRecorded(count) || step === recipe.steps) record(step);
        },
      },
    ],
    result: () => ({
      numbers: Object.fromEntries(
        Object.entries(series).map(([name, { values }]) => [name, values.at(-1) ?? null]),
      ),
      series,
    }),
  };
}
