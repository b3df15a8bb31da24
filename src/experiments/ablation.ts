import { type Base, scaleLimits, transformerBase } from "./bases.ts";
import { flatnessColumns, ratioHeld, trainedColumns, trainingCharts, variantTable } from "./comparison.ts";
import type { Claim, Experiment, RunTable, TableSpec, Variant } from "./experiment.ts";
import { literature } from "./literature.ts";
import { trainedMetrics } from "./trained-metrics.ts";

/** A module that is on or off, or one of several: its choices, the first is off. */
interface Factor {
  readonly title: string;
  readonly choices: readonly {
    /** In the variant's id; "" for off. */
    readonly id: string;
    readonly title: string;
    readonly sparsity: Readonly<Record<string, unknown>>;
  }[];
}

const off = { id: "", title: "", sparsity: {} };
const factors: readonly Factor[] = [
  {
    title: "activation",
    choices: [off, { id: "jsrelu", title: "JSReLU", sparsity: { activation: "jsrelu" } }],
  },
  {
    title: "zeroth bias",
    choices: [
      off,
      {
        id: "bias-in",
        title: "zeroth bias at the input",
        sparsity: { zerothBias: { placement: "input", clip: 0.1 } },
      },
      {
        id: "bias-out",
        title: "zeroth bias at the output",
        sparsity: { zerothBias: { placement: "output", clip: 0.1 } },
      },
    ],
  },
  {
    title: "restricted LayerNorm",
    choices: [off, { id: "norm", title: "restricted LayerNorm", sparsity: { restrictedLayerNorm: true } }],
  },
  {
    title: "weight noise",
    choices: [
      off,
      {
        id: "noise",
        title: "tokenwise weight noise",
        sparsity: { synapseNoise: { rho: 0.1, kind: "tokenwise" } },
      },
    ],
  },
];

type Choice = Factor["choices"][number];

/** All combinations, the last factor changing fastest. */
const grid: readonly (readonly Choice[])[] = factors.reduce<Choice[][]>(
  (rows, { choices }) => rows.flatMap((row) => choices.map((choice) => [...row, choice])),
  [[]],
);

const idOf = (choices: readonly Choice[]) =>
  choices.flatMap(({ id }) => (id === "" ? [] : [id])).join("-") || "vanilla";

/** The rows that are tried with one seed: nothing, each module alone, and how they add up. */
const quickRows: ReadonlySet<string> = new Set([
  "vanilla",
  "jsrelu",
  "bias-in",
  "norm",
  "jsrelu-norm",
  "jsrelu-bias-in-norm",
  "jsrelu-bias-out-norm",
]);

/** Weaker decay: rows of which the difference between both is that of the bound alone, or of all modules. */
const WEAK_DECAY = 0.1;
const weakRows: ReadonlySet<string> = new Set(["vanilla", "norm", "jsrelu-norm", "jsrelu-bias-out-norm"]);

function variantOf({ recipe }: Base, choices: readonly Choice[]): Variant {
  const sparsity = Object.assign(
    { activation: "relu" },
    ...choices.map((choice) => choice.sparsity),
  ) as object;
  const titles = choices.flatMap(({ title }) => (title === "" ? [] : [title]));
  return {
    id: idOf(choices),
    title: titles.join(", ") || "vanilla ReLU",
    recipe: { ...recipe, sparsity },
  };
}

function withWeakDecay(variant: Variant): Variant {
  return {
    id: `${variant.id}-weak-decay`,
    title: `${variant.title}; weight decay ${WEAK_DECAY}`,
    recipe: { ...variant.recipe, optimizer: { weightDecay: WEAK_DECAY } },
  };
}

const abstract = "Peng et al. 2026, arXiv 2605.25612, abstract, which names the module";

/** A module alone lowers the activated ratio. */
function alone(id: string, title: string, source: string): Claim {
  return {
    id: `${id}-alone`,
    statement: `${title} alone lowers the activated ratio on the training part.`,
    source,
    judge: (runs) => ratioHeld(runs, "train.activatedRatio", { of: id, against: "vanilla" }, 1),
  };
}

/** Mean of a number with a factor's choice over that with the factor off, over all rows that differ by it alone. */
function effects(runs: RunTable): TableSpec {
  const columns = ["train.activatedRatio", "test.activatedRatio", "train.loss"] as const;
  const rows = factors.flatMap((_, at) =>
    factors[at]!.choices.slice(1).map((choice) => {
      const pairs = grid
        .filter((row) => row[at] === choice)
        .map((row) => [idOf(row), idOf(row.with(at, factors[at]!.choices[0]!))] as const)
        .filter(([on, without]) => runs.has(on) && runs.has(without));
      const cells = columns.map((column) =>
        runs.seeds.map((_seed, seed) => {
          const ratios = pairs.map(([on, without]) => {
            const [a, b] = [
              runs.values(on, column)[seed] ?? null,
              runs.values(without, column)[seed] ?? null,
            ];
            return a === null || b === null ? null : a / b;
          });
          const known = ratios.filter((ratio) => ratio !== null);
          return known.length === 0 ? null : known.reduce((sum, ratio) => sum + ratio, 0) / known.length;
        }),
      );
      return { label: `${choice.title} (${pairs.length} pairs)`, cells };
    }),
  );
  return {
    title: "Each module's effect, over the rows that differ by it alone",
    rowTitle: "module",
    columns: columns.map((id) => ({ id, title: `${id}, ratio with over without`, unit: null })),
    rows,
  };
}

/** @source Peng et al. 2023, arXiv 2309.03004. */
export const ablation: Experiment = {
  id: "ablation",
  title: "Which module makes it sparse",
  question:
    "Of JSReLU, zeroth biases, restricted LayerNorm and weight noise, which lowers the activated ratio, alone and together?",
  literature: [literature.modules],
  seeds: { usual: 3, quick: 1 },
  variants(setting) {
    const base = transformerBase(setting);
    const all = grid.map((choices) => variantOf(base, choices));
    if (setting.quick) return all.filter(({ id }) => quickRows.has(id));
    return [...all, ...all.filter(({ id }) => weakRows.has(id)).map(withWeakDecay)];
  },
  measure: trainedMetrics,
  claims: [
    alone(
      "norm",
      "Restricted LayerNorm",
      "this package's own line for this recipe: another program gave .255 against .291; the module is of arXiv 2605.25612",
    ),
    alone("jsrelu", "JSReLU", abstract),
    alone("bias-in", "A zeroth bias at the input", abstract),
    {
      id: "norm-weak-decay",
      statement: "Restricted LayerNorm alone lowers the activated ratio under weight decay 0.1, too.",
      source: abstract,
      judge: (runs) =>
        ratioHeld(runs, "train.activatedRatio", { of: "norm-weak-decay", against: "vanilla-weak-decay" }, 1),
    },
  ],
  tables: (runs) => [
    variantTable("After training", runs, trainedColumns),
    variantTable("Gradients and flatness after training", runs, flatnessColumns),
    effects(runs),
  ],
  charts: trainingCharts,
  limits: (setting) => [
    ...scaleLimits(setting),
    "A module that does nothing alone here may do so with other data, longer training or less weight decay.",
  ],
};
