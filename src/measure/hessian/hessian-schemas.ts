import { z } from "zod";

const number = z.number();
const error = number.nullable().describe("Of the probes, for the batches as they are; null for one probe.");

export const boundedEigenvalueSchema = z
  .object({ value: number, residual: number })
  .describe("Some eigenvalue is within residual of value.");

const traces = {
  trace: number
    .nullable()
    .describe("Of d^2 L / dw dw', L the mean loss of an example; in nat over the unit of w squared."),
  traceStandardError: error,
  fisherTrace: number
    .nullable()
    .describe(
      "E ||dl/dw||^2 over labels drawn from the model's softmax, without label smoothing; mean over examples.",
    ),
  fisherTraceStandardError: error,
};
const ends = {
  topEigenvalues: z.array(boundedEigenvalueSchema).nullable().describe("The largest ones, descending."),
  leastEigenvalue: boundedEigenvalueSchema
    .nullable()
    .describe("The smallest one, the most negative if one is."),
};

/** The block of the Hessian that belongs to one matrix. */
export const matrixHessianSchema = z.object({ ...traces, ...ends });

/** A layer's piece: the key matrix' block, and its value matrix'. */
export const layerHessianSchema = matrixHessianSchema.extend({
  valueMatrix: matrixHessianSchema.nullable().describe("The same of V; null where there is none."),
});

export const spectralDensitySchema = z.object({
  width: number.positive().describe("Standard deviation of the kernel by which it is smoothed."),
  x: z.array(number).describe("Places, equally far from each other."),
  density: z.array(number),
  integral: number.describe("Of the density over the places; 1 but for the kernel's tails."),
  mean: number.describe("Mean eigenvalue, an estimate of trace / dimension of its own."),
  meanStandardError: error,
  rules: z
    .array(z.object({ nodes: z.array(number), weights: z.array(number) }))
    .describe("A Gauss rule for each probe: Ritz values and their weights, which sum to 1."),
});

/** The whole model's piece. */
export const modelHessianSchema = z.object({
  dimension: z.int().positive().describe("Entries of all parameters."),
  examples: z.int().positive().describe("Examples whose mean loss L is."),
  counts: z
    .object({
      batches: z.int(),
      probes: z.int(),
      draws: z.int(),
      densityProbes: z.int(),
      steps: z.int(),
      layerProbes: z.int(),
      layerSteps: z.int(),
    })
    .describe("What was run: the defaults scaled down to the operations allowed, where they take more."),
  operations: number.describe("Multiplications and additions that it took, about."),
  ...traces,
  ...ends,
  density: spectralDensitySchema.nullable(),
  parameters: z
    .array(z.object({ name: z.string(), ...traces }))
    .describe(
      "The diagonal block of each parameter, by the probes of the whole: of larger error than a layer's own.",
    ),
});

export type MatrixHessian = z.output<typeof matrixHessianSchema>;
export type LayerHessian = z.output<typeof layerHessianSchema>;
export type ModelHessian = z.output<typeof modelHessianSchema>;
