import { evaluateRun } from "../../src/experiments/evaluate-run.ts";
import type { Experiment } from "../../src/experiments/experiment.ts";
import { held, judged } from "../../src/experiments/verdict.ts";

/** A network that is trained in a blink. */
export const toyRecipe = {
  extends: "digits-vit",
  model: { width: 8, depth: 1, mlpWidth: 16 },
  steps: 6,
  batchSize: 16,
  logEvery: 2,
  evaluateEvery: 3,
  checkpointEvery: 3,
};

/** Two seeds of a start and of what is finetuned from it. */
export const toyExperiment: Experiment = {
  id: "toy",
  title: "Toy",
  question: "Does it run?",
  literature: [],
  seeds: { usual: 2, quick: 1 },
  variants: () => [
    { id: "start", title: "start", recipe: toyRecipe },
    { id: "tuned", title: "tuned", recipe: { ...toyRecipe, steps: 4 }, startsFrom: "start" },
  ],
  measure: evaluateRun,
  claims: [
    {
      id: "share",
      statement: "The activated ratio is a share.",
      source: "its definition",
      judge: (runs) =>
        judged("The ratio is between 0 and 1.", [
          held("activated ratio", runs.values("tuned", "train.activatedRatio"), { atLeast: 0, atMost: 1 }),
        ]),
    },
  ],
  tables: (runs) => [
    {
      title: "Loss",
      rowTitle: "variant",
      columns: [{ id: "train.loss", title: "loss", unit: "nats" }],
      rows: runs.variants.map(({ id, title }) => ({ label: title, cells: [runs.values(id, "train.loss")] })),
    },
  ],
  charts: () => [],
  limits: () => ["It is a toy."],
};
