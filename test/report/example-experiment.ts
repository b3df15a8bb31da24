import { version } from "../../src/analysis/version.ts";
import { estimateOf } from "../../src/experiments/estimate.ts";
import type { ExperimentResult } from "../../src/experiments/result.ts";
import { held, heldByEach } from "../../src/experiments/verdict.ts";

const variants = ["vanilla", "modified"] as const;

/** A made experiment: one claim of each verdict, where there are seeds enough. */
export function exampleExperiment(seeds: readonly number[] = [0, 1, 2]): ExperimentResult {
  const perSeed = (mean: number, spread: number) => seeds.map((_, i) => mean + spread * (i - 1));
  const claims = [
    { id: "sparser", numbers: [held("ratio", perSeed(0.86, 0.01), { atMost: 0.92 })] },
    { id: "equal", numbers: [held("difference", perSeed(0.005, 0.02), { atLeast: -0.01, atMost: 0.01 })] },
    { id: "exact", numbers: [heldByEach("rate", perSeed(0.7, 0.001), { atLeast: 0.75, atMost: 0.75 })] },
  ];
  return {
    type: "experiment",
    schemaVersion: 1,
    provenance: {
      tool: "marchenko",
      version,
      schema: "marchenko/schema/experiment.json",
      configuration: { experiment: "scratch", scale: "small" },
      seed: 0,
      engine: "reference",
      files: [],
      run: { host: "secret-host" },
    },
    warnings: [],
    name: "scratch",
    title: "Sparsity from scratch",
    scale: "small",
    quick: seeds.length === 1,
    seeds: [...seeds],
    question: "Does it become sparser?",
    literature: [{ statement: "It does.", source: "an abstract" }],
    claims: claims.map(({ id, numbers }) => ({
      id,
      statement: `The claim called ${id}.`,
      source: "made up",
      verdict: numbers[0]!.verdict,
      evidence: "Numbers of the runs.",
      numbers: numbers.map((number) => ({ ...number, perSeed: [...number.perSeed] })),
    })),
    tables: [
      {
        title: "After training",
        rowTitle: "variant",
        columns: [
          { id: "loss", title: "cross-entropy", unit: "nats" },
          { id: "ratio", title: "activated ratio", unit: null },
        ],
        rows: variants.map((label, i) => ({
          label,
          cells: [perSeed(0.1 + 0.001 * i, 0.002), perSeed(0.29 - 0.05 * i, 0.003)].map((values) => {
            const estimate = estimateOf(values);
            return { ...estimate, perSeed: [...estimate.perSeed] };
          }),
        })),
      },
    ],
    charts: [
      {
        id: "ratio",
        title: "Activated ratio",
        x: { title: "step", scale: "linear" },
        y: { title: "activated ratio", scale: "linear" },
        lines: variants.flatMap((label, i) =>
          seeds.map((seed) => ({
            label,
            seed,
            x: [0, 50, 100],
            y: [0.5, seed === 1 ? null : 0.4, 0.3 - 0.05 * i + 0.002 * seed],
          })),
        ),
      },
    ],
    runs: variants.flatMap((variant) =>
      seeds.map((seed) => ({
        variant,
        title: variant,
        seed,
        status: variant === "modified" && seed === 2 ? ("failed" as const) : ("finished" as const),
        reason: variant === "modified" && seed === 2 ? "the loss is not finite" : null,
        recipe: { name: variant, seed, sparsity: { activation: variant === "modified" ? "jsrelu" : "relu" } },
        folder: `runs/${variant}-seed-${seed}`,
        metrics: { loss: 0.1 },
      })),
    ),
    limits: ["Two variants and no more."],
  };
}
