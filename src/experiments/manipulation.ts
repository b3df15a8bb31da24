import { createActivation } from "../sparsity/activations/catalogue.ts";
import { type Base, scaleLimits, transformerBase } from "./bases.ts";
import { seriesChart, trainedColumns, variantTable } from "./comparison.ts";
import { evaluateRun } from "./evaluate-run.ts";
import type { Experiment, RunMetrics, Variant } from "./experiment.ts";
import { literature } from "./literature.ts";
import { heldByEach, judged } from "./verdict.ts";

/** h, half of the flat zone's width before r, the end of the inner function's own flat zone, which is 0. */
const HALF_WIDTH = 1.5;
/** |dx| and |dy|: the zone leaves 0 out, and the value there is none. */
const SHIFT = 1.6;

const shifts = [
  [SHIFT, SHIFT],
  [SHIFT, -SHIFT],
  [-SHIFT, SHIFT],
  [-SHIFT, -SHIFT],
] as const;

const inners = [
  { id: "squared", name: "squared-relu", title: "SquaredReLU" },
  { id: "jsrelu", name: "jsrelu", title: "JSReLU" },
] as const;

const signOf = (shift: number) => (shift > 0 ? "up" : "down");

/** Two-sided, shifted by dx and dy: flat on [dx - h, dx + h], with value dy there. */
function shifted(inner: string, dx: number, dy: number) {
  return { name: "shift", dx, dy, inner: { name: "s-shaped", h: HALF_WIDTH, inner } };
}

/** How they are trained: the protocol of the authors' code, scaled down, and with the weight decay of the other experiments. */
function trainings({ recipe }: Base) {
  return [
    {
      id: "plain",
      title: "Adam, no weight decay",
      inners,
      recipe: {
        ...recipe,
        optimizer: { name: "adam", learningRate: 1e-3, clipNorm: 1 },
        schedule: { name: "constant" },
        labelSmoothing: 0,
        steps: 1380,
      },
    },
    { id: "decayed", title: "weight decay", inners: inners.slice(1), recipe },
  ];
}

/** How far the flat zone and its value are from where the shifts should put them: 0 but for rounding. */
function habitatError(dx: number, dy: number, spec: Parameters<typeof createActivation>[0]): number {
  const { x, y } = createActivation(spec).habitat;
  if (x.length !== 1 || y.length !== 1) return Number.POSITIVE_INFINITY;
  const [[from, to], [low, high]] = [x[0]!, y[0]!];
  return Math.max(
    Math.abs(from - (dx - HALF_WIDTH)),
    Math.abs(to - (dx + HALF_WIDTH)),
    Math.abs((low + high) / 2 - dy),
  );
}

/** @source Peng et al. 2023, arXiv 2309.03004; the protocol is that of its code, whose figure could not be read. */
export const manipulation: Experiment = {
  id: "manipulation",
  title: "Where the flat zone is moved to",
  question:
    "When the flat zone of an activation function lies away from zero, and its value is not zero, do pre-activations still gather in it?",
  literature: [literature.robustness],
  seeds: { usual: 3, quick: 1 },
  variants(setting) {
    return trainings(transformerBase(setting)).flatMap((training) =>
      training.inners.flatMap((inner) =>
        shifts.map(([dx, dy]): Variant => {
          const sparsity = {
            activation: shifted(inner.name, dx, dy),
            zerothBias: { placement: "input", clip: null },
          };
          return {
            id: `${training.id}-${inner.id}-x-${signOf(dx)}-y-${signOf(dy)}`,
            title: `${inner.title}, dx ${dx}, dy ${dy}; ${training.title}`,
            recipe: { ...training.recipe, sparsity },
          };
        }),
      ),
    );
  },
  async measure(run): Promise<RunMetrics> {
    const { numbers, series } = await evaluateRun(run);
    const { activation } = run.prepared.recipe.sparsity as {
      activation: ReturnType<typeof shifted>;
    };
    const { dx, dy } = activation;
    const first = series["train.derivativeSparsity"]!.values[0] ?? null;
    const last = numbers["train.derivativeSparsity"] ?? null;
    return {
      numbers: {
        ...numbers,
        "initial.derivativeSparsity": first,
        "change.derivativeSparsity": first === null || last === null ? null : last - first,
        habitatError: habitatError(dx, dy, activation),
      },
      series,
    };
  },
  claims: [
    {
      id: "habitats",
      statement: "The flat zone lies at [dx - 1.5, dx + 1.5] with value dy, to rounding, for all shifts.",
      source: "the definition of the two-sided, shifted function",
      judge: (runs) =>
        judged(
          "Distance of the flat zone's ends and of its value from where the shifts put them.",
          runs.variants.map(({ id, title }) =>
            heldByEach(`error of the zone: ${title}`, runs.values(id, "habitatError"), { atMost: 1e-12 }),
          ),
        ),
    },
  ],
  tables: (runs) => [
    variantTable("Share of pre-activations in the flat zone", runs, [
      { id: "initial.derivativeSparsity", title: "at the start", unit: null },
      { id: "train.derivativeSparsity", title: "after training", unit: null },
      { id: "change.derivativeSparsity", title: "change", unit: null },
      ...trainedColumns.filter(({ id }) => id === "train.loss" || id === "test.accuracy"),
    ]),
  ],
  charts: (runs) => [
    seriesChart(runs, "train.derivativeSparsity", {
      title: "Pre-activations in the flat zone",
      y: "derivative sparsity",
    }),
  ],
  limits: (setting) => [
    ...scaleLimits(setting),
    "No direction is claimed: at this scale another program found no trend without weight decay, and one that depends on the signs of dx and dy with it.",
  ],
};
