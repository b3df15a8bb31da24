import { z } from "zod";
import { checkpointResultSchema } from "./result.ts";

/**
 * What `inspect` gives: the single statement of its shape and of the meaning of each field, published as JSON Schema.
 */
const count = (meaning: string) => z.int().nonnegative().describe(meaning);
const { totals: totalsSchema } = checkpointResultSchema.shape;
const leftOutSchema = checkpointResultSchema.shape.leftOut.element;
const list = <Item extends z.ZodType>(item: Item) => z.array(item).readonly();

export const inspectedTensorSchema = z.object({
  name: z.string().describe("Name of the tensor in the file."),
  dtype: z.string(),
  shape: list(z.int()),
  bytes: count("As stored, uncompressed."),
  kind: z
    .string()
    .describe("dense | conv | embedding | attention | recurrent | expert | norm | bias | other"),
  roles: list(z.string()).describe(
    "What its matrices do in their block, each once: mlp-in | mlp-out | query | ...; none where the name does not tell.",
  ),
  orientation: z
    .enum(["out-in", "in-out"])
    .nullable()
    .describe("How rows and columns map to outputs and inputs; null where no matrix would be analysed."),
  matrices: count(
    "Matrices that would be analysed of it: several where it holds several; one that it makes with others counts, too.",
  ),
  reason: z.string().nullable().describe("Code, why none would be; null where one would."),
  sha256: z
    .string()
    .nullable()
    .optional()
    .describe(
      "Of its entries as float32, little-endian, row-major; with --hash. Null where they can't be read.",
    ),
});

export const inspectionSchema = z.object({
  path: z.string(),
  format: z.string().describe("Id of the format: safetensors | pytorch-zip | gguf | ..."),
  id: z.string().describe("The path's last part."),
  step: z.number().nullable(),
  epoch: z.number().nullable(),
  series: z
    .string()
    .optional()
    .describe(
      "The series that it is a member of, in a folder with more than that; absent for a model by itself.",
    ),
  tensors: list(inspectedTensorSchema),
  summary: totalsSchema.extend({
    bytes: count("Of all tensors as stored, uncompressed; those of tied tensors once."),
    dtypes: list(
      z.object({ dtype: z.string(), tensors: count("Of this dtype."), bytes: count("Of these tensors.") }),
    ).describe("Most bytes first."),
    skipped: list(
      z.object({
        reason: z.string().describe("Code."),
        layers: count("Layers that would be skipped for this reason."),
        parameters: count("Entries that are stored for them."),
        example: z.string().describe("The first of them."),
        detail: z.string().describe("What is said of it."),
      }),
    ).describe("Most layers first."),
  }),
  files: list(z.object({ path: z.string(), bytes: count("Of the file.") })),
  leftOut: list(leftOutSchema),
});

/** What `inspect` writes as JSON: one checkpoint, or all that a folder has. */
export const inspectOutputSchema = z.union([
  inspectionSchema,
  z.object({
    path: z.string(),
    format: z
      .enum(["series", "folder"])
      .describe(
        "series: one model at several points of its training, in their order; folder: several models, some of which may be series.",
      ),
    checkpoints: list(inspectionSchema),
    leftOut: list(leftOutSchema).describe("What belongs to none of them."),
  }),
]);

/** A tensor as the headers describe it, and what an analysis would make of it. */
export type InspectedTensor = z.infer<typeof inspectedTensorSchema>;

/** All that the headers of a checkpoint tell. */
export type Inspection = z.infer<typeof inspectionSchema>;
