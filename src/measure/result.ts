import { z } from "zod";
import { provenanceSchema } from "../analysis/result.ts";
import { schemaVersion } from "../analysis/version.ts";
import { measurements } from "./catalogue.ts";
import type { Measurement } from "./measurement.ts";
import { meters } from "./meters/catalogue.ts";

const number = z.number();
const nullable = (meaning: string) => number.nullable().describe(meaning);
const count = (meaning: string) => z.int().nonnegative().describe(meaning);

type Meters = (typeof meters)[number];
type Measurements = (typeof measurements)[number];
type Intersection<U> = (U extends unknown ? (each: U) => void : never) extends (all: infer I) => void
  ? I
  : never;
/** What the catalogues add to a layer, and to the whole model. */
type MeterFields = Intersection<Meters["shape"]>;
type Pieces<Of extends "layer" | "model"> = {
  [M in Measurements as IdWith<M, Of>]: z.ZodNullable<SchemaOf<M, Of>>;
};
type IdWith<M, Of extends string> = M extends { readonly id: infer Id extends string } & {
  readonly [K in Of]: z.ZodType;
}
  ? Id
  : never;
type SchemaOf<M, Of extends string> = M extends { readonly [K in Of]: infer Schema extends z.ZodType }
  ? Schema
  : never;

const meterFields = Object.assign({}, ...meters.map(({ shape }) => shape)) as MeterFields;

function pieces<Of extends "layer" | "model">(of: Of): Pieces<Of> {
  const entries = (measurements as readonly Measurement[]).flatMap((each) => {
    const schema = each[of];
    return schema ? [[each.id, schema.nullable()]] : [];
  });
  return Object.fromEntries(entries) as Pieces<Of>;
}

const reasons = z
  .record(z.string(), z.string())
  .describe("For what is null here, by its path, why: that of an object stands for all that would be in it.");

/** Schema of {@link MeasuredLayer}. */
export const measuredLayerSchema = z.object({
  layer: z.string().describe("The key matrix, as an analysis names it."),
  value: z.string().nullable().describe("The value matrix; null where the block has none."),
  role: z.string().nullable().describe("The key matrix' role: mlp-in where its name tells."),
  block: z.string().nullable().describe("Name of the block, as in an analysis."),
  depth: z.int().nullable().describe("Place of the block from input to output, 0-based, as in an analysis."),
  shape: z.array(z.int()).describe("Of the key matrix, as stored."),
  tokens: count("T, tokens of an example, padding too."),
  inputs: count("d, width of a token."),
  neurons: count("n, neurons of the block."),
  activation: z.string().describe("Name of the activation function."),
  ...meterFields,
  ...pieces("layer"),
  reasons,
});

export const parts = ["train", "test"] as const;

/** Schema of {@link MeasuredCheckpoint}. */
export const measuredCheckpointSchema = z.object({
  id: z.string(),
  step: number.nullable(),
  epoch: number.nullable(),
  path: z.string(),
  part: z.enum(parts).describe("The part of the data that it was measured on."),
  examples: count("Examples that were measured, padding left out."),
  loss: nullable(
    "Mean over examples of l, the sum over an example's labels, with the recipe's label smoothing.",
  ),
  lossStandardError: nullable("Of loss, over examples."),
  crossEntropy: nullable("Mean over labels, without label smoothing."),
  crossEntropyStandardError: nullable("Of crossEntropy, over examples."),
  accuracy: nullable("Share of labels that have the largest logit."),
  accuracyStandardError: nullable("Of accuracy, over examples."),
  wholeModel: z.object(pieces("model")).describe("What is measured of the whole model."),
  layers: z.array(measuredLayerSchema).describe("The MLP blocks from input to output."),
  average: z
    .record(
      z.string(),
      z.object({
        mean: nullable("Over the layers that have it."),
        deviation: nullable("Standard deviation between those layers; null for less than two."),
        count: count("Layers that have it."),
      }),
    )
    .describe("By the path of a number in a layer."),
  reasons,
});

export const measurementTrajectorySchema = z.object({
  layer: z.string().nullable().describe("The key matrix; null for the whole model."),
  part: z.enum(parts),
  steps: z.array(number).describe("Step (or epoch, or place in the series) of each value."),
  values: z
    .record(z.string(), z.array(number.nullable()))
    .describe(
      "By the path of a number in a layer; of the whole model loss, crossEntropy, accuracy and paths in wholeModel.",
    ),
});

/** Schema of {@link MeasurementResult}. */
export const measurementResultSchema = z
  .object({
    type: z.literal("measurement"),
    schemaVersion: z.literal(schemaVersion),
    provenance: provenanceSchema,
    warnings: z.array(z.string()),
    model: z
      .looseObject({
        kind: z.string(),
        parameters: count("Entries of all parameters."),
        blocks: count("MLP blocks."),
      })
      .describe("The model, with its sizes."),
    data: z.looseObject({ name: z.string() }).describe("The data, as a recipe names them."),
    checkpoints: z.array(measuredCheckpointSchema).describe("One for each checkpoint and part."),
    trajectories: z.array(measurementTrajectorySchema).optional().describe("When the input is a series."),
  })
  .describe(
    "Result of marchenko measure. Gradients are of each example's own loss; standard errors take examples as independent.",
  );

export type Part = (typeof parts)[number];
/** One MLP block of it. */
export type MeasuredLayer = z.infer<typeof measuredLayerSchema>;
/** One checkpoint of a measurement. */
export type MeasuredCheckpoint = z.infer<typeof measuredCheckpointSchema>;
export type MeasurementTrajectory = z.infer<typeof measurementTrajectorySchema>;
/** What `measure` gives. */
export type MeasurementResult = z.infer<typeof measurementResultSchema>;
