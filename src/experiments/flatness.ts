import { measuredValue } from "../measure/average.ts";
import type { MeasuredCheckpoint } from "../measure/result.ts";
import { checkpointName } from "../train/run-folder.ts";
import { scaleLimits, vanillaAndModified } from "./bases.ts";
import { seriesChart, variantTable } from "./comparison.ts";
import { paired } from "./estimate.ts";
import { evaluateRun } from "./evaluate-run.ts";
import type { Claim, Experiment, FinishedRun, RunMetrics, Series } from "./experiment.ts";
import { literature } from "./literature.ts";
import { averages, ends, measuredCheckpoints, spreadSteps } from "./measured-series.ts";
import { held, heldByEach, judged } from "./verdict.ts";

/** Meters, which share one pass over the data. */
const meters = [
  "activationSparsity",
  "derivativeSparsity",
  "augmentedFlatness",
  "implicitRobustness",
  "gradientDensity",
  "spectralIncrease",
];

/** Numbers that are followed over checkpoints, as means over blocks. */
const followed = [
  { id: "activatedRatio", title: "activated ratio", scale: "linear" },
  { id: "augmentedFlatness.identityRatio", title: "AF_K / (T n C0)", scale: "linear" },
  { id: "augmentedFlatness.key", title: "AF_K", scale: "log" },
  { id: "augmentedFlatness.l0Coefficient", title: "C0", scale: "log" },
  { id: "augmentedFlatness.value", title: "AF_V", scale: "log" },
  { id: "augmentedFlatness.l2Coefficient", title: "C2", scale: "log" },
  { id: "implicitRobustness.squaredGradient", title: "implicit adversarial robustness", scale: "log" },
  { id: "implicitRobustness.inputSquaredNorm", title: "|x|^2", scale: "log" },
  { id: "gradientDensity.ratio", title: "R", scale: "linear" },
  { id: "spectralIncrease.keyTrace", title: "tr K K'", scale: "log" },
  { id: "spectralIncrease.gradientTrace", title: "tr M", scale: "log" },
] as const;

/** Of the Hessian's block of a key matrix, at a few checkpoints, since it takes long. */
const HESSIAN = "hessian.trace";
const FEW = 4;

/** How exact the identity is in float32. */
const EXACT = 1e-5;
const ownLine =
  "this package's own line for this recipe (figure F2): another program gave 0.44 to 0.5, and 0.29";
const identity = "arithmetic: sigma' of a ReLU is 1 on active entries and 0 elsewhere";

/** The largest and the smallest of a number over all blocks and checkpoints. */
function extremes(checkpoints: readonly MeasuredCheckpoint[], of: (layer: object) => number | null) {
  const values = checkpoints.flatMap(({ layers }) => layers.map(of)).filter((value) => value !== null);
  const pick = (choose: (...all: number[]) => number) => (values.length > 0 ? choose(...values) : null);
  return { least: pick(Math.min), most: pick(Math.max) };
}

async function measureRun(run: FinishedRun): Promise<RunMetrics> {
  const { numbers, series } = await evaluateRun(run);
  const checkpoints = await measuredCheckpoints(run, meters);
  const found: Record<string, Series> = Object.fromEntries(
    followed.map(({ id }) => [id, averages(checkpoints, id)]),
  );
  const own: Record<string, number | null> = {};
  for (const { id } of followed) {
    const { first, last } = ends(found[id]!);
    own[`first.${id}`] = first;
    own[`last.${id}`] = last;
  }
  const difference = extremes(checkpoints, (layer) =>
    measuredValue(layer, "augmentedFlatness.identityDifference"),
  );
  const few = (await spreadSteps(run.folder, FEW)).map(checkpointName);
  const curved = run.setting.scale === "small" ? await measuredCheckpoints(run, ["hessian"], few) : [];
  const hessian = averages(curved, HESSIAN);
  return {
    numbers: {
      ...numbers,
      ...own,
      leastIdentityDifference: difference.least,
      mostIdentityDifference: difference.most,
      [`last.${HESSIAN}`]: ends(hessian).last,
    },
    series: { ...series, ...found, ...(curved.length > 0 && { [HESSIAN]: hessian }) },
  };
}

const claims: readonly Claim[] = [
  {
    id: "active-at-first",
    statement: "Before training, 0.44 to 0.5 of the vanilla network's neurons are active.",
    source: ownLine,
    judge: (runs) =>
      judged("Activated ratio of the first checkpoint on the training part, mean over blocks.", [
        held("activated ratio at first", runs.values("vanilla", "first.activatedRatio"), {
          atLeast: 0.44,
          atMost: 0.5,
        }),
      ]),
  },
  {
    id: "active-at-last",
    statement: "After training, fewer than 0.33 are.",
    source: ownLine,
    judge: (runs) =>
      judged("Activated ratio of the last checkpoint on the training part, mean over blocks.", [
        held("activated ratio at last", runs.values("vanilla", "last.activatedRatio"), { atMost: 0.33 }),
      ]),
  },
  {
    id: "identity",
    statement: "AF_K / (T n C0) is the activated ratio of every ReLU block at every checkpoint, within 1e-5.",
    source: identity,
    judge: (runs) =>
      judged("The largest difference of either sign over blocks and checkpoints.", [
        heldByEach("least difference", runs.values("vanilla", "leastIdentityDifference"), {
          atLeast: -EXACT,
        }),
        heldByEach("largest difference", runs.values("vanilla", "mostIdentityDifference"), { atMost: EXACT }),
      ]),
  },
  {
    id: "bound",
    statement: "With JSReLU AF_K / (T n C0) is never below the activated ratio.",
    source: "arithmetic: sigma' of JSReLU is at least 1 on active entries",
    judge: (runs) =>
      judged("The least difference over blocks and checkpoints.", [
        heldByEach("least difference", runs.values("modified", "leastIdentityDifference"), {
          atLeast: -EXACT,
        }),
      ]),
  },
  {
    id: "falls",
    statement:
      "AF_K / (T n C0), augmented flatness over its coefficient, falls while the vanilla network trains.",
    source: literature.flatness.source,
    judge: (runs) => {
      const id = "augmentedFlatness.identityRatio";
      const ratios = paired(
        runs.values("vanilla", `last.${id}`),
        runs.values("vanilla", `first.${id}`),
        (last, first) => last / first,
      );
      return judged("The last over the first checkpoint that has gradients, mean over blocks.", [
        held("AF_K / (T n C0), last / first", ratios, { atMost: 1 }),
      ]);
    },
  },
  {
    id: "aligned",
    statement:
      "Gradients of active neurons are about as large as all: R is between 0.5 and 2 after training, so that small effective gradients come from zeros of the derivative.",
    source: "this package's own line (figure F11): another program gave 0.96 to 1.10",
    judge: (runs) =>
      judged("R = E[g^2 | active] / E[g^2] of the last checkpoint, mean over blocks.", [
        held("R of vanilla", runs.values("vanilla", "last.gradientDensity.ratio"), {
          atLeast: 0.5,
          atMost: 2,
        }),
        held("R of modified", runs.values("modified", "last.gradientDensity.ratio"), {
          atLeast: 0.5,
          atMost: 2,
        }),
      ]),
  },
];

/** @source Peng et al. 2023, arXiv 2309.03004; Peng et al. 2026, arXiv 2605.25612. */
export const flatness: Experiment = {
  id: "flatness",
  title: "Sparsity is flatness over a coefficient",
  question:
    "Is the activated ratio augmented flatness over its coefficient, and does that ratio fall while a network trains?",
  literature: [literature.flatness, literature.robustness],
  seeds: { usual: 3, quick: 1 },
  variants: vanillaAndModified,
  measure: measureRun,
  claims,
  tables: (runs) => [
    variantTable(
      "First checkpoint that has the number",
      runs,
      followed.map(({ id, title }) => ({ id: `first.${id}`, title, unit: null })),
    ),
    variantTable("Last checkpoint", runs, [
      ...followed.map(({ id, title }) => ({ id: `last.${id}`, title, unit: null })),
      { id: `last.${HESSIAN}`, title: "Hessian trace of a key matrix", unit: null },
    ]),
  ],
  charts: (runs) => [
    ...followed.map(({ id, title, scale }) => seriesChart(runs, id, { title, y: title }, scale)),
    seriesChart(runs, HESSIAN, { title: "Hessian trace of key matrices", y: "trace" }, "log"),
  ],
  limits: (setting) => [
    ...scaleLimits(setting),
    "The identity is arithmetic: it shows that the meters are right, and that the ratio falls says no more than that the activated ratio does.",
    "Gradients are of each example's own loss with the recipe's label smoothing, on the training part with frozen weights.",
    "Augmented flatness is of the data's own labels and counts each token's copy of a matrix apart. Where a network has learned smoothed labels its gradients vanish and the Hessian does not: the one is no estimate of the other's trace there.",
  ],
};
