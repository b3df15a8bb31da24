import { allModules, scaleLimits, transformerBase, vanillaAndModified } from "./bases.ts";
import {
  differenceHeld,
  flatnessColumns,
  type Pair,
  ratioHeld,
  relativelyEqual,
  trainedColumns,
  trainingCharts,
  variantTable,
} from "./comparison.ts";
import type { Claim, Experiment } from "./experiment.ts";
import { literature } from "./literature.ts";
import { trainedMetrics } from "./trained-metrics.ts";

/** The activated ratio of the modified network over the vanilla one's, at most. */
const SPARSER = 0.92;
/** Losses that differ by less count as equal. */
const EQUAL_LOSS = 0.01;
/** Accuracies that differ by less count as equal: 1.5 points. */
const EQUAL_ACCURACY = 0.015;
const ownLine = "this package's own line for this recipe";
const source = `${ownLine}: another program gave a ratio of 0.82 with two seeds`;

const pair: Pair = { of: "modified", against: "vanilla" };

const claims: readonly Claim[] = [
  {
    id: "equal-loss",
    statement: "The modified network reaches the vanilla network's training loss, within 1 %.",
    source: ownLine,
    judge: (runs) => relativelyEqual(runs, "train.loss", pair, EQUAL_LOSS),
  },
  {
    id: "equal-accuracy",
    statement: "Its test accuracy is the vanilla network's, within 1.5 points.",
    source: ownLine,
    judge: (runs) =>
      differenceHeld(runs, "test.accuracy", pair, { atLeast: -EQUAL_ACCURACY, atMost: EQUAL_ACCURACY }),
  },
  {
    id: "sparser-train",
    statement: "On the training part its activated ratio is at most 0.92 of the vanilla network's.",
    source,
    judge: (runs) => ratioHeld(runs, "train.activatedRatio", pair, SPARSER),
  },
  {
    id: "sparser-test",
    statement: "On the test part its activated ratio is at most 0.92 of the vanilla network's.",
    source,
    judge: (runs) => ratioHeld(runs, "test.activatedRatio", pair, SPARSER),
  },
];

/** @source Peng et al. 2023, arXiv 2309.03004. */
export const scratch: Experiment = {
  id: "scratch",
  title: "Sparsity from scratch",
  question:
    "Does a Transformer with JSReLU, zeroth biases and restricted LayerNorm, trained from scratch, have fewer active neurons than a vanilla ReLU network at the same loss?",
  literature: [literature.improvement, literature.earlier],
  seeds: { usual: 5, quick: 1 },
  variants(setting) {
    const base = transformerBase(setting).recipe;
    const input = { ...allModules, zerothBias: { ...allModules.zerothBias, placement: "input" } };
    return [
      ...vanillaAndModified(setting),
      {
        id: "modified-input",
        title: "all modules, zeroth bias at the input",
        recipe: { ...base, sparsity: input },
      },
    ];
  },
  measure: trainedMetrics,
  claims,
  tables: (runs) => [
    variantTable("After training", runs, trainedColumns),
    variantTable("Gradients and flatness after training", runs, flatnessColumns),
  ],
  charts: trainingCharts,
  limits: (setting) => [
    ...scaleLimits(setting),
    "Most of the difference at the small scale comes from the bound of LayerNorm under strong weight decay: see `ablation`.",
    "The activated ratio counts neurons; how much time that saves depends on the hardware and on the layout of the zeros.",
  ],
};
