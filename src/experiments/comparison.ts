import { paired } from "./estimate.ts";
import type { ChartSpec, RunTable, TableSpec } from "./experiment.ts";
import { held, type Judgement, judged } from "./verdict.ts";

/** Two variants, and what they are called in sentences. */
export interface Pair {
  /** Id of the variant that is judged. */
  readonly of: string;
  /** Id of the variant that it is judged against. */
  readonly against: string;
}

/** The ratio of a number of one variant to another's, seed by seed, held to a line. */
export function ratioHeld(runs: RunTable, number: string, { of, against }: Pair, atMost: number): Judgement {
  const ratios = paired(runs.values(of, number), runs.values(against, number), (a, b) => a / b);
  return judged(`${number} of ${of} over that of ${against}, seed by seed, against ${atMost} at most.`, [
    held(`${number}: ${of} / ${against}`, ratios, { atMost }),
  ]);
}

/** The relative difference of a number between two variants, seed by seed, held within a share of the second. */
export function relativelyEqual(
  runs: RunTable,
  number: string,
  { of, against }: Pair,
  within: number,
): Judgement {
  const differences = paired(runs.values(of, number), runs.values(against, number), (a, b) => a / b - 1);
  return judged(
    `${number} of ${of} less that of ${against}, as a share of the latter, seed by seed, within ${within} either way.`,
    [held(`${number}: ${of} / ${against} - 1`, differences, { atLeast: -within, atMost: within })],
  );
}

/** The difference of a number between two variants, seed by seed, held to a line. */
export function differenceHeld(
  runs: RunTable,
  number: string,
  { of, against }: Pair,
  line: { readonly atMost?: number; readonly atLeast?: number },
): Judgement {
  const differences = paired(runs.values(of, number), runs.values(against, number), (a, b) => a - b);
  const ends = [
    line.atLeast === undefined ? [] : [`at least ${line.atLeast}`],
    line.atMost === undefined ? [] : [`at most ${line.atMost}`],
  ].flat();
  return judged(`${number} of ${of} less that of ${against}, seed by seed, ${ends.join(" and ")}.`, [
    held(`${number}: ${of} - ${against}`, differences, line),
  ]);
}

/** A column of a table: a number of every run. */
export interface Column {
  /** Name of the number. */
  readonly id: string;
  readonly title: string;
  readonly unit: string | null;
}

/** Columns that every comparison of trained networks has. */
export const trainedColumns: readonly Column[] = [
  { id: "train.loss", title: "train cross-entropy", unit: "nats" },
  { id: "test.loss", title: "test cross-entropy", unit: "nats" },
  { id: "test.accuracy", title: "test accuracy", unit: null },
  { id: "train.activatedRatio", title: "activated ratio, train", unit: null },
  { id: "test.activatedRatio", title: "activated ratio, test", unit: null },
  { id: "training.activatedRatio", title: "activated ratio, mean over training", unit: null },
  { id: "train.derivativeSparsity", title: "derivative sparsity, train", unit: null },
];

/** What `trainedMetrics` has of gradients and flatness, of single examples on the training part. */
export const flatnessColumns: readonly Column[] = [
  { id: "train.squaredDerivative", title: "mean sigma'^2", unit: null },
  { id: "train.augmentedFlatness.key", title: "AF_K", unit: "loss^2 / weight^2" },
  {
    id: "train.implicitRobustness.squaredGradient",
    title: "implicit adversarial robustness",
    unit: "loss^2 / feature^2",
  },
  { id: "train.implicitRobustness.inputSquaredNorm", title: "|x|^2", unit: "feature^2" },
  { id: "train.gradientDensity.ratio", title: "R", unit: null },
  {
    id: "train.robustness.absolute.increase",
    title: "loss increase, tokens moved by 0.1 sqrt d",
    unit: "nats",
  },
  { id: "train.robustness.relative.increase", title: "loss increase, tokens moved by 0.1 |x|", unit: "nats" },
];

/** A row a variant, a column a number. */
export function variantTable(title: string, runs: RunTable, columns: readonly Column[]): TableSpec {
  return {
    title,
    rowTitle: "variant",
    columns: columns.map((each) => ({ ...each })),
    rows: runs.variants.map((variant) => ({
      label: variant.title,
      cells: columns.map((column) => runs.values(variant.id, column.id)),
    })),
  };
}

/** A number over steps, a line a run. */
export function seriesChart(
  runs: RunTable,
  name: string,
  text: { readonly title: string; readonly y: string },
  yScale: "linear" | "log" = "linear",
): ChartSpec {
  return {
    id: name.replaceAll(".", "-"),
    title: text.title,
    x: { title: "step", scale: "linear" },
    y: { title: text.y, scale: yScale },
    lines: runs.variants.flatMap((variant) =>
      runs
        .series(variant.id, name)
        .flatMap((series, i) =>
          series ? [{ label: variant.title, seed: runs.seeds[i]!, x: series.steps, y: series.values }] : [],
        ),
    ),
  };
}

/** Activity and loss while training. */
export function trainingCharts(runs: RunTable): ChartSpec[] {
  return [
    seriesChart(runs, "train.activatedRatio", {
      title: "Activated ratio of training batches",
      y: "activated ratio",
    }),
    seriesChart(runs, "test.activatedRatio", {
      title: "Activated ratio on the test part",
      y: "activated ratio",
    }),
    seriesChart(runs, "train.loss", { title: "Loss that is trained", y: "loss, nats" }, "log"),
    seriesChart(
      runs,
      "test.loss",
      { title: "Cross-entropy on the test part", y: "cross-entropy, nats" },
      "log",
    ),
  ];
}
