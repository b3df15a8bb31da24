import { z } from "zod";
import { provenanceSchema } from "../analysis/result.ts";
import { schemaVersion } from "../analysis/version.ts";
import { scales } from "./experiment.ts";
import { claimVerdicts } from "./verdict.ts";

const number = z.number();
const numberOrNull = number.nullable();
const perSeed = z.array(numberOrNull).describe("In the order of seeds; null where a run has no such number.");

const estimate = {
  mean: numberOrNull.describe("Over the seeds that have it."),
  deviation: numberOrNull.describe("Standard deviation over seeds; null for fewer than two."),
  low: numberOrNull.describe("Lower end of the 95 % interval of the mean, by Student's t."),
  high: numberOrNull,
  perSeed,
};

const axis = z.object({ title: z.string(), scale: z.enum(["linear", "log"]) });

/** Schema of {@link ExperimentResult}. */
export const experimentResultSchema = z
  .object({
    type: z.literal("experiment"),
    schemaVersion: z.literal(schemaVersion),
    provenance: provenanceSchema,
    warnings: z.array(z.string()),
    name: z.string(),
    title: z.string(),
    scale: z.enum(scales),
    quick: z.boolean(),
    seeds: z.array(z.int()),
    question: z.string(),
    literature: z.array(z.object({ statement: z.string(), source: z.string() })),
    claims: z.array(
      z.object({
        id: z.string(),
        statement: z.string(),
        source: z.string(),
        verdict: z.enum(claimVerdicts).describe("Of these runs; it says nothing of other settings."),
        evidence: z.string(),
        numbers: z.array(
          z.object({
            name: z.string(),
            ...estimate,
            atMost: numberOrNull.describe("What the number is held to; null where it is not."),
            atLeast: numberOrNull,
            verdict: z.enum(claimVerdicts),
          }),
        ),
      }),
    ),
    tables: z.array(
      z.object({
        title: z.string(),
        rowTitle: z.string(),
        columns: z.array(z.object({ id: z.string(), title: z.string(), unit: z.string().nullable() })),
        rows: z.array(z.object({ label: z.string(), cells: z.array(z.object(estimate)) })),
      }),
    ),
    charts: z.array(
      z.object({
        id: z.string(),
        title: z.string(),
        x: axis,
        y: axis,
        lines: z.array(
          z.object({
            label: z.string(),
            seed: z.int().nullable(),
            x: z.array(number),
            y: z.array(numberOrNull),
          }),
        ),
      }),
    ),
    runs: z.array(
      z.object({
        variant: z.string(),
        title: z.string(),
        seed: z.int(),
        status: z.enum(["finished", "failed"]),
        reason: z.string().nullable().describe("Why it failed."),
        recipe: z
          .record(z.string(), z.unknown())
          .describe("Whole; paths are relative to the experiment's folder."),
        folder: z.string().describe("Relative to the experiment's folder."),
        metrics: z.record(z.string(), numberOrNull),
      }),
    ),
    limits: z.array(z.string()).describe("What this does not show."),
  })
  .describe("Result of marchenko experiment");

/** What `runExperiment` gives. */
export type ExperimentResult = z.infer<typeof experimentResultSchema>;
