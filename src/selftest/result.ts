import { z } from "zod";
import { provenanceSchema } from "../analysis/result.ts";
import { schemaVersion } from "../analysis/version.ts";

const number = z.number();

export const selftestResultSchema = z
  .object({
    type: z.literal("selftest"),
    schemaVersion: z.literal(schemaVersion),
    provenance: provenanceSchema,
    holds: z.boolean().describe("Whether no bound is missed by two standard errors or more."),
    studies: z.array(
      z.object({
        id: z.string(),
        title: z.string(),
        method: z.string().describe("What was done, and what the numbers mean."),
        source: z.string(),
        rows: z.array(
          z.object({
            circumstances: z.string(),
            quantity: z.string(),
            value: number,
            standardError: number.nullable().describe("Of the value, from the number of repetitions."),
            repetitions: z.int().positive(),
            atLeast: number.nullable().describe("What the value is held to; null where it is not."),
            atMost: number.nullable(),
            outcome: z
              .enum(["holds", "undecided", "missed", "unbounded"])
              .describe("undecided: missed by less than two standard errors."),
          }),
        ),
      }),
    ),
  })
  .describe("Result of marchenko selftest");

export type SelftestResult = z.infer<typeof selftestResultSchema>;
