import { z } from "zod";
import { schemaVersion } from "../analysis/version.ts";
import { operators } from "./expression.ts";

/** What a gate has found. */
const number = z.number();
const count = (meaning: string) => z.int().nonnegative().describe(meaning);
const operatorNames = Object.keys(operators) as [keyof typeof operators, ...(keyof typeof operators)[]];

const placeSchema = {
  rule: count("Place of its rule in rules."),
  checkpoint: z.string().describe("Id of the checkpoint."),
  path: z.string().describe("Path of the checkpoint."),
  layer: z.string(),
  part: z.string().nullable().describe("Part of the data; null of weights."),
};

/** Schema of {@link GateResult}. */
export const gateResultSchema = z
  .object({
    type: z.literal("gate"),
    schemaVersion: z.literal(schemaVersion),
    tool: z.literal("marchenko"),
    version: z.string(),
    result: z.string().describe("What was looked at: the result's path."),
    baseline: z.string().nullable(),
    checkpoints: count("Checkpoints that were looked at; absent in older results.").optional(),
    failed: z.boolean().describe("Whether any rule holds somewhere, or has no layer to look at."),
    rules: z.array(
      z.object({
        expression: z.string().describe("[GLOB:]METRIC OP NUMBER"),
        glob: z.string().nullable(),
        metric: z.string().describe("Metric id."),
        isDelta: z.boolean().describe("Whether it is of the difference from the baseline."),
        operator: z.enum(operatorNames),
        threshold: number,
        outcome: z.enum(["passed", "failed", "no-match"]).describe("no-match fails the gate, too."),
        looked: count("Layers that were looked at, of all checkpoints."),
        fired: count("Layers in which it holds."),
        notJudged: count("Layers whose number is null or rests on a fit that does not hold."),
        hint: z.string().nullable().describe("Of no-match, what to try."),
      }),
    ),
    violations: z.array(
      z.object({
        ...placeSchema,
        value: number.describe("The number that the rule is of: of a delta, the difference."),
        now: number.nullable().describe("Of a delta with a baseline: the number in the result."),
        before: number.nullable().describe("And in the baseline."),
      }),
    ),
    notJudged: z.array(
      z.object({
        ...placeSchema,
        value: number.nullable().describe("The number, which does not count."),
        reason: z.string(),
      }),
    ),
  })
  .describe("Result of marchenko gate.");

/** What `gate` gives. */
export type GateResult = z.infer<typeof gateResultSchema>;
export type GateRule = GateResult["rules"][number];
export type GateViolation = GateResult["violations"][number];
