import { z } from "zod";

const milliseconds = z.number().nonnegative();

const partsSchema = z.object({
  key: milliseconds.describe("The product with K."),
  activation: milliseconds.describe("b_K and sigma."),
  list: milliseconds.describe("Listing the active neurons."),
  value: milliseconds.describe("The product with V."),
  bias: milliseconds.describe("b_V."),
});

const waySchema = z.object({
  milliseconds: milliseconds.describe("All parts, for all tokens: the median of the rounds."),
  parts: partsSchema.describe("Milliseconds of each part, medians."),
});

const comparisonSchema = z.object({
  dense: waySchema,
  skipping: waySchema,
  speedup: z
    .number()
    .positive()
    .nullable()
    .describe("Dense over skipping; null where the clock is too coarse."),
  valueSpeedup: z
    .number()
    .positive()
    .nullable()
    .describe("Of the product with V alone, listing included; null as above."),
});

/** What {@link timeSparseExecution} tells of a block; times are not the same from run to run. */
export const sparseExecutionSchema = z.object({
  tokens: z.int().positive(),
  inputs: z.int().positive().describe("d"),
  neurons: z.int().positive().describe("n"),
  outputs: z.int().positive(),
  activeShare: z
    .number()
    .min(0)
    .max(1)
    .describe("s: share of activations that are not zero, as those are skipped."),
  theoreticalSpeedup: z
    .number()
    .min(1)
    .describe(
      "By multiply-adds alone, 1 over (d + s d_out) / (d + d_out), which is (1 + s) / 2 where d_out = d.",
    ),
  difference: z
    .number()
    .nullable()
    .describe("||Z_skipping - Z_dense||_F / ||Z_dense||_F; null where that is no number."),
  denseGigaflops: z
    .number()
    .positive()
    .nullable()
    .describe("1e9 operations a second of the two dense products: slow ones would flatter the speed-up."),
  batch: comparisonSchema.describe("All tokens at once."),
  decoding: comparisonSchema.describe("Tokens one by one; milliseconds are of one token."),
});

export type SparseExecution = z.infer<typeof sparseExecutionSchema>;
export type WayTiming = z.infer<typeof waySchema>;
export type ExecutionComparison = z.infer<typeof comparisonSchema>;
