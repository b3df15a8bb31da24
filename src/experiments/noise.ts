import { analyze } from "../analysis/analyze.ts";
import { gradientNoise } from "../noise/noise.ts";
import type { NoiseLayerResult } from "../noise/result.ts";
import { checkpointName } from "../train/run-folder.ts";
import { scaleLimits, vanillaAndModified } from "./bases.ts";
import { seriesChart, variantTable } from "./comparison.ts";
import { mostOf, paired } from "./estimate.ts";
import type { Claim, Experiment, FinishedRun, RunMetrics, Series } from "./experiment.ts";
import { literature } from "./literature.ts";
import { spreadSteps } from "./measured-series.ts";
import { held, heldByEach, judged } from "./verdict.ts";

/** The role of key matrices. */
const KEY = "mlp-in";

/** The majority ratio of i.i.d. entries with four times as many rows as columns is 4.1 to 4.3; a fifth either way. */
const NOISE_RATIO = { atLeast: 3.4, atMost: 5.1 };
/** What counts as concentrated: two decades of eigenvalues. */
const TRAINED_RATIO = 100;

/** Checkpoints whose noise is measured. */
const FEW = 4;

const variantIds = ["vanilla", "modified"] as const;

/** Numbers of the noise of a key matrix, of the noise matrix that batches are summed in with random signs. */
const noiseNumbers: readonly {
  readonly id: string;
  readonly title: string;
  readonly of: (layer: NoiseLayerResult) => number | null;
}[] = [
  { id: "noiseToSignal", title: "noise over signal", of: (layer) => layer.noiseToSignal },
  ...(["marchenko-pastur", "product-law", "separable-law"] as const).map((law) => ({
    id: `raw.${law}`,
    title: `KS distance from ${law}`,
    of: (layer: NoiseLayerResult) => distance(layer, "random-signs", law),
  })),
  {
    id: "whitened.marchenko-pastur",
    title: "KS distance from marchenko-pastur, whitened",
    of: (layer) => distance(layer, "whitened", "marchenko-pastur"),
  },
  {
    id: "gaussian.marchenko-pastur",
    title: "KS distance from marchenko-pastur, Gaussian of the shape",
    of: (layer) => distance(layer, "gaussian", "marchenko-pastur"),
  },
  {
    id: "majorityRatio",
    title: "majority ratio of the noise",
    of: (layer) => matrixOf(layer, "random-signs")?.concentration?.majorityRatio ?? null,
  },
  {
    id: "inputs.alphaRatio",
    title: "alpha/p of features",
    of: ({ anisotropy }) => anisotropy.inputs?.alphaRatio ?? null,
  },
  {
    id: "gradients.alphaRatio",
    title: "alpha/p of effective gradients",
    of: ({ anisotropy }) => anisotropy.outputGradients?.alphaRatio ?? null,
  },
  {
    id: "tail.stable",
    title: "stable index of scaled entries",
    of: ({ tail }) => tail?.scaled.stable?.value ?? null,
  },
  {
    id: "tail.control",
    title: "the same of its Gaussian control, not scaled",
    of: ({ tail }) => tail?.control.stable?.value ?? null,
  },
];

function matrixOf({ matrices }: NoiseLayerResult, name: string) {
  return matrices.find(({ matrix }) => matrix === name);
}

function distance(layer: NoiseLayerResult, matrix: string, law: string): number | null {
  return matrixOf(layer, matrix)?.laws.find((each) => each.law === law)?.ksDistance ?? null;
}

function meanOf(values: readonly (number | null | undefined)[]): number | null {
  const known = values.filter((value) => value !== null && value !== undefined);
  return known.length === 0 ? null : known.reduce((sum, value) => sum + value, 0) / known.length;
}

/** Spectra of the key matrices over a run's checkpoints; a dead matrix has none, and what is said of all blocks isn't known. */
async function keySpectra({ folder, prepared }: FinishedRun) {
  const { join } = await import("node:path");
  const { seed } = prepared.recipe;
  const { checkpoints } = await analyze(join(folder, "checkpoints"), { seed });
  const keys = checkpoints.map(({ step, layers }) => ({
    step: step ?? 0,
    layers: layers.filter(({ role }) => role === KEY),
  }));
  const ratios = keys.map(({ layers }) =>
    layers.map(({ concentration }) => concentration?.majorityRatio ?? null),
  );
  const zeroErrors = keys.flatMap(({ layers }) =>
    layers.map(({ shape, concentration }) => {
      const structural = 1 - Math.min(...shape) / Math.max(...shape);
      const rate = concentration?.nearZeroRate ?? null;
      return rate === null ? null : Math.abs(rate - structural);
    }),
  );
  return {
    majority: { steps: keys.map(({ step }) => step), values: ratios.map(meanOf) } satisfies Series,
    numbers: {
      "first.majorityRatio": meanOf(ratios[0] ?? []),
      "last.majorityRatio": meanOf(ratios.at(-1) ?? []),
      "last.largestMajorityRatio": mostOf(ratios.at(-1) ?? []),
      nearZeroError: mostOf(zeroErrors),
    },
  };
}

async function measureRun(run: FinishedRun): Promise<RunMetrics> {
  const { join } = await import("node:path");
  const { seed } = run.prepared.recipe;
  const { majority, numbers } = await keySpectra(run);
  const few = await spreadSteps(run.folder, FEW);
  const series: Record<string, { steps: number[]; values: (number | null)[] }> = {};
  const own: Record<string, number | null> = {};
  for (const step of few) {
    run.signal.throwIfAborted();
    const path = join(run.folder, "checkpoints", checkpointName(step));
    const { checkpoints } = await gradientNoise(path, { backend: run.backend, seed, signal: run.signal });
    const keys = checkpoints[0]!.layers.filter(({ role }) => role === KEY);
    for (const { id, of } of noiseNumbers) {
      const value = meanOf(keys.map(of));
      series[`noise.${id}`] ??= { steps: [], values: [] };
      series[`noise.${id}`]!.steps.push(step);
      series[`noise.${id}`]!.values.push(value);
      own[`noise.${id}`] = value;
    }
  }
  return { numbers: { ...numbers, ...own }, series: { majorityRatio: majority, ...series } };
}

/** One number of the noise at the last checkpoint is below another, of the same run. */
function nearer(id: string, statement: string, of: string, than: string): Claim {
  return {
    id,
    statement,
    source:
      "what theory gives where effective gradients and features are independent (separable law: Hachem, Loubaton & Najim 2007, Ann. Appl. Probab. 17:875-930)",
    judge: (runs) =>
      judged(
        "KS distances at the last checkpoint, mean over blocks, the first less the second, seed by seed.",
        variantIds.map((variant) =>
          held(
            `${of} - ${than}, ${variant}`,
            paired(
              runs.values(variant, `noise.${of}`),
              runs.values(variant, `noise.${than}`),
              (a, b) => a - b,
            ),
            { atMost: 0 },
          ),
        ),
      ),
  };
}

const claims: readonly Claim[] = [
  {
    id: "structural-zeros",
    statement:
      "The eigenvalues of K K' that are zero are the structural ones: their share is 1 - d/n exactly, for all blocks and checkpoints.",
    source: "the figures of the code beside arXiv 2309.03004; arithmetic where K has full rank",
    judge: (runs) =>
      judged(
        "The largest difference of the near-zero rate from 1 - d/n.",
        variantIds.map((variant) =>
          heldByEach(`largest difference, ${variant}`, runs.values(variant, "nearZeroError"), {
            atMost: 1e-12,
          }),
        ),
      ),
  },
  {
    id: "noise-at-first",
    statement: "Before training the majority ratio is that of noise, about 4.2.",
    source: "i.i.d. entries, n = 4 d: 4.1 to 4.3 by the Marchenko-Pastur law and by draws of this shape",
    judge: (runs) =>
      judged(
        "Majority ratio of eigenvalues of the first checkpoint, mean over blocks.",
        variantIds.map((variant) =>
          held(
            `majority ratio at first, ${variant}`,
            runs.values(variant, "first.majorityRatio"),
            NOISE_RATIO,
          ),
        ),
      ),
  },
  {
    id: "concentrated",
    statement: "After training the majority ratio of every block is below 100.",
    source: `this package's line for what is said in ${literature.concentration.source}; the code's figures are cut at 100`,
    judge: (runs) =>
      judged(
        "The largest majority ratio of all blocks at the last checkpoint.",
        variantIds.map((variant) =>
          held(`largest majority ratio, ${variant}`, runs.values(variant, "last.largestMajorityRatio"), {
            atMost: TRAINED_RATIO,
          }),
        ),
      ),
  },
  nearer(
    "whitening",
    "Whitening by the covariances of features and effective gradients brings the noise nearer to Marchenko-Pastur.",
    "whitened.marchenko-pastur",
    "raw.marchenko-pastur",
  ),
  nearer(
    "separable",
    "The separable law of those covariances is nearer to the noise than Marchenko-Pastur is.",
    "raw.separable-law",
    "raw.marchenko-pastur",
  ),
];

/** @source Peng et al. 2023, arXiv 2309.03004. */
export const noise: Experiment = {
  id: "noise",
  title: "Spectra of keys and of gradient noise",
  question:
    "Do the eigenvalues of trained key matrices stay within two decades, and which law of random matrices does the noise of their gradients follow?",
  literature: [literature.concentration],
  seeds: { usual: 3, quick: 1 },
  variants: vanillaAndModified,
  measure: measureRun,
  claims,
  tables: (runs) => [
    variantTable("Key matrices", runs, [
      { id: "first.majorityRatio", title: "majority ratio at first", unit: null },
      { id: "last.majorityRatio", title: "majority ratio at last", unit: null },
      { id: "last.largestMajorityRatio", title: "largest of a block", unit: null },
      { id: "nearZeroError", title: "near-zero rate less 1 - d/n, at most", unit: null },
    ]),
    variantTable(
      "Gradient noise of key matrices at the last checkpoint",
      runs,
      noiseNumbers.map(({ id, title }) => ({ id: `noise.${id}`, title, unit: null })),
    ),
  ],
  charts: (runs) => [
    seriesChart(
      runs,
      "majorityRatio",
      { title: "Majority ratio of key matrices", y: "ratio of eigenvalues" },
      "log",
    ),
    ...noiseNumbers.map(({ id, title }) => seriesChart(runs, `noise.${id}`, { title, y: title })),
  ],
  limits: (setting) => [
    ...scaleLimits(setting),
    "The majority ratio is of eigenvalues; of singular values it is the square root.",
    "Noise is of frozen weights: what a trajectory sums up is not independent from step to step.",
    "Tail indices of coordinates of unequal variance look heavy for Gaussian noise, too: compare with the control.",
  ],
};
