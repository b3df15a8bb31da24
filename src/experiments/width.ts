import { anisotropyCollector, EVERY, vectors } from "./anisotropy-collector.ts";
import { namedData } from "./bases.ts";
import { mostOf } from "./estimate.ts";
import { evaluateRun } from "./evaluate-run.ts";
import type { ChartSpec, Claim, Experiment, RunTable, Series, Setting, TableSpec } from "./experiment.ts";
import { held, judged, monotone } from "./verdict.ts";

/** Blocks of the network. */
const DEPTH = 4;
const RATE = 1e-3;
const BATCH = 32;

const sizes = {
  small: { widths: [16, 64, 128, 256, 512], decays: [0, 0.1], steps: 3000 },
  full: {
    widths: [16, 64, 128, 224, 336, 400, 512, 624, 720, 800, 912, 1024],
    decays: [0, 0.01, 0.1, 0.3],
    steps: 187_500,
  },
} as const;

const idOf = (width: number, decay: number) => `width-${width}-decay-${String(decay).replace(".", "-")}`;

/** Values of a series at all its steps, over widths of one decay: `[step][width][seed]`; of steps that all runs have. */
function overWidths(runs: RunTable, name: string, decay: number) {
  const { widths } = sizes[runs.setting.scale];
  const all = widths.map((width) => runs.series(idOf(width, decay), name));
  const steps = all.flat().find((series) => series !== null)?.steps ?? [];
  const at = (series: Series | null, step: number) =>
    series ? (series.values[series.steps.indexOf(step)] ?? null) : null;
  return steps.map((step) => ({
    step,
    perWidth: all.map((perSeed) => perSeed.map((series) => at(series, step))),
  }));
}

const source = "the figures of the code beside arXiv 2309.03004; alpha and delta as it defines them";

/** A number of the accumulated covariances at the last step rises or falls with width, for every decay. */
function withWidth(id: string, title: string, name: string, direction: "rises" | "falls"): Claim {
  return {
    id,
    statement: `${title} strictly ${direction} with width.`,
    source,
    judge(runs) {
      const { widths, decays } = sizes[runs.setting.scale];
      const numbers = decays.flatMap((decay) =>
        monotone(
          `${name}, weight decay ${decay}`,
          widths,
          widths.map((width) => runs.values(idOf(width, decay), name)),
          direction,
        ),
      );
      return judged(`Differences of successive widths at the last step, seed by seed.`, numbers);
    },
  };
}

const claims: readonly Claim[] = [
  withWidth("sample-alpha", "alpha/p of features", "sample.alphaRatio", "falls"),
  withWidth("gradient-alpha", "alpha/p of gradients", "gradient.alphaRatio", "falls"),
  withWidth("sample-delta", "delta/p of features", "sample.deltaRatio", "rises"),
  withWidth("gradient-delta", "delta/p of gradients", "gradient.deltaRatio", "rises"),
  {
    id: "bound-width",
    statement: "B_re of the code's formula falls with width at equal step.",
    source,
    judge(runs) {
      const { widths, decays } = sizes[runs.setting.scale];
      const numbers = decays.flatMap((decay) => {
        const table = overWidths(runs, "bound.real", decay);
        return widths.slice(1).map((width, w) => {
          const differences = runs.seeds.map((_, seed) =>
            mostOf(
              table.map(({ perWidth }) => difference(logs(perWidth[w + 1]!)[seed], logs(perWidth[w]!)[seed])),
            ),
          );
          return held(
            `largest log10 B_re of ${width} less ${widths[w]}, weight decay ${decay}`,
            differences,
            { atMost: 0 },
          );
        });
      });
      return judged(
        "The largest difference of log10 B_re of successive widths over all recorded steps.",
        numbers,
      );
    },
  },
  {
    id: "bound-step",
    statement: "B_re of the code's formula rises with the step at every width.",
    source,
    judge(runs) {
      const { widths, decays } = sizes[runs.setting.scale];
      const numbers = decays.flatMap((decay) => {
        const table = overWidths(runs, "bound.real", decay);
        return widths.map((width, w) => {
          const rises = runs.seeds.map((_, seed) => {
            const values = table.map(({ perWidth }) => logs(perWidth[w]!)[seed]);
            const most = mostOf(values.slice(1).map((value, i) => difference(values[i], value)));
            return most === null ? null : -most;
          });
          return held(`smallest rise of log10 B_re, weight decay ${decay}, width ${width}`, rises, {
            atLeast: 0,
          });
        });
      });
      return judged("The smallest difference of log10 B_re between successive recorded steps.", numbers);
    },
  },
];

/** a - b; null where one is missing. */
function difference(a: number | null | undefined, b: number | null | undefined): number | null {
  return typeof a === "number" && typeof b === "number" ? a - b : null;
}

function logs(values: readonly (number | null)[]): (number | null)[] {
  return values.map((value) => (value === null ? null : Math.log10(value)));
}

function table(runs: RunTable): TableSpec {
  const { widths, decays } = sizes[runs.setting.scale];
  const columns = [
    ...vectors.flatMap(({ id, title }) => [
      { id: `${id}.alphaRatio`, title: `alpha/p of ${title}`, unit: null },
      { id: `${id}.deltaRatio`, title: `delta/p of ${title}`, unit: null },
    ]),
    { id: "bound.real", title: "B_re at the end", unit: null },
    { id: "train.loss", title: "train cross-entropy", unit: "nats" },
  ];
  return {
    title: "Accumulated covariances at the last step, mean over blocks",
    rowTitle: "network",
    columns,
    rows: decays.flatMap((decay) =>
      widths.map((width) => ({
        label: `p = ${width}, weight decay ${decay}`,
        cells: columns.map(({ id }) => runs.values(idOf(width, decay), id)),
      })),
    ),
  };
}

function charts(runs: RunTable): ChartSpec[] {
  const { widths, decays } = sizes[runs.setting.scale];
  const byWidth = (id: string, name: string, title: string): ChartSpec => ({
    id,
    title,
    x: { title: "width p", scale: "log" },
    y: { title, scale: "log" },
    lines: decays.flatMap((decay) =>
      runs.seeds.map((seed, i) => ({
        label: `weight decay ${decay}`,
        seed,
        x: widths,
        y: widths.map((width) => runs.values(idOf(width, decay), name)[i] ?? null),
      })),
    ),
  });
  return [
    byWidth("sample-alpha", "sample.alphaRatio", "alpha/p of features"),
    byWidth("gradient-alpha", "gradient.alphaRatio", "alpha/p of gradients"),
    {
      id: "bound",
      title: "B_re of the code's formula",
      x: { title: "step", scale: "log" },
      y: { title: "B_re", scale: "log" },
      lines: widths.flatMap((width) =>
        runs.series(idOf(width, decays[0]), "bound.real").flatMap((series, i) =>
          series
            ? [
                {
                  label: `p = ${width}`,
                  seed: runs.seeds[i]!,
                  // A logarithmic axis has no 0.
                  x: series.steps.map((step) => step + 1),
                  y: series.values,
                },
              ]
            : [],
        ),
      ),
    },
  ];
}

/** @source Peng et al. 2023, arXiv 2309.03004, and the code beside it: settings, statistics and formula are the code's. */
export const width: Experiment = {
  id: "width",
  title: "Width and anisotropy",
  question:
    "As a perceptron gets wider, do its features and gradients spread over a smaller share of their directions, and does the code's bound on spectral concentration fall?",
  literature: [
    {
      statement: "Sources of flatness other than sparsity are ruled out by spectral concentration.",
      source: "Peng et al. 2023, arXiv 2309.03004, abstract",
    },
  ],
  seeds: { usual: 3, quick: 1 },
  variants(setting: Setting) {
    const { widths, decays, steps } = sizes[setting.scale];
    const data =
      setting.data === null
        ? { small: { name: "digits" }, full: { name: "mnist" } }[setting.scale]
        : namedData(setting.data);
    return decays.flatMap((weightDecay) =>
      widths.map((size) => ({
        id: idOf(size, weightDecay),
        title: `p = ${size}, weight decay ${weightDecay}`,
        recipe: {
          data,
          model: { kind: "mlp", width: size, depth: DEPTH, form: "residual", layerNorm: "plain" },
          sparsity: { activation: "relu" },
          optimizer: { name: "sgd", learningRate: RATE, weightDecay },
          steps,
          batchSize: BATCH,
        },
      })),
    );
  },
  collector: anisotropyCollector,
  async measure(run) {
    const { numbers, series } = await evaluateRun(run);
    const { collected } = run;
    return {
      numbers: { ...numbers, ...collected?.numbers },
      series: { ...series, ...collected?.series },
    };
  },
  claims,
  tables: (runs) => [table(runs)],
  charts,
  limits: (setting) => [
    ...(setting.scale === "small"
      ? [
          "Images of 8 x 8 pixels and 3000 steps; the code had MNIST with random crops and turns, and 187 500 steps.",
        ]
      : ["MNIST without the random crops and turns of the code."]),
    `Covariances are of every ${EVERY}th batch, in float32 products summed in float64, not of every one.`,
    "B_re is the formula of the code; what it bounds, and under which conditions, could not be read. It is far above 1 here.",
    "alpha/p and delta/p tell the same: delta/p = sqrt(1 - alpha/p).",
  ],
};
