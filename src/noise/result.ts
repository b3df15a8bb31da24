import { z } from "zod";
import { layerResultSchema, provenanceSchema } from "../analysis/result.ts";
import { trajectorySchema } from "../analysis/trajectory-schemas.ts";
import { schemaVersion } from "../analysis/version.ts";
import { tailVerdicts } from "./tail-index.ts";

/**
 * The result of measuring gradient noise. Gradients are those of the mean over a batch of the examples' losses, an
 * example's loss being the sum over its labelled rows.
 */
const number = z.number();
const nullable = (meaning: string) => number.nullable().describe(meaning);
const count = (meaning: string) => z.int().nonnegative().describe(meaning);

const anisotropySchema = z.object({
  order: count("p: width of the vectors."),
  tokens: count("Tokens that the covariance is averaged over."),
  trace: number.describe("tr C: mean squared norm of a vector."),
  traceStandardError: nullable("By the jackknife over batches, as those below; null with one batch."),
  scale: number.describe("a = tr C / ||C||_F^2."),
  alpha: number.describe("(tr C)^2 / ||C||_F^2, the participation ratio of the eigenvalues, in [1, p]."),
  alphaStandardError: nullable("Of alpha."),
  alphaRatio: number.describe("alpha / p: 1 for the identity."),
  alphaRatioStandardError: nullable("Of alphaRatio."),
  delta: number.describe("sqrt p ||a C - I||_F."),
  deltaStandardError: nullable("Of delta."),
  deltaRatio: number.describe("delta / p = sqrt(1 - alpha / p)."),
  deltaRatioStandardError: nullable("Of deltaRatio."),
});

const lawSchema = z.object({
  law: z.string().describe("marchenko-pastur | product-law | separable-law"),
  name: z.string(),
  ksDistance: nullable(
    "KS distance of all eigenvalues over their mean, zeros counted, from the law over its own.",
  ),
  pValue: nullable("Share of simulated matrices of the law as far from it, counted with one more that is."),
  pValueStandardError: nullable("From the number simulated."),
  draws: z.int().nullable().describe("Matrices simulated."),
  parameters: z.record(z.string(), number),
  curve: z
    .object({ x: z.array(number), density: z.array(number) })
    .nullable()
    .describe(
      "Density of the continuous part at evenly spaced quantiles, x an eigenvalue of W'W/N of this matrix.",
    ),
  reason: z.string().nullable().describe("Why the law has no distance."),
});

const analysed = layerResultSchema.shape;

const matrixSchema = z.object({
  matrix: z
    .string()
    .describe(
      "single-batch | single-example | random-signs | half | whitened | gaussian | shuffled-rows | shuffled-columns",
    ),
  samples: z
    .int()
    .nullable()
    .describe("Tokens of examples whose outer products are summed in it; null where it is no such sum."),
  rows: count("Rows: of the stored matrix, or directions kept where it is whitened."),
  columns: count("Columns."),
  entryRms: number.describe("Root mean square of an entry."),
  participationRatio: nullable("(sum s^2)^2 / sum s^4 over its singular values."),
  spectrum: analysed.spectrum,
  marchenkoPastur: analysed.marchenkoPastur,
  powerLaw: analysed.powerLaw,
  concentration: analysed.concentration,
  metrics: analysed.metrics,
  verdict: analysed.verdict,
  verdictEvidence: analysed.verdictEvidence,
  laws: z.array(lawSchema),
  reason: z.string().nullable().describe("Why it has no spectrum."),
});

const estimateSchema = z.object({ value: number, standardError: number }).nullable();

const estimatesSchema = z.object({
  count: count("Entries that are not zero."),
  stable: estimateSchema.describe("Index of an alpha-stable law by block sums; 2 for a Gaussian."),
  hill: estimateSchema.describe("Exponent of P(|x| > u) by the largest 1 %."),
  student: z
    .object({
      degrees: nullable("Degrees of freedom; null where the Gaussian is the best of the family."),
      logDegreesStandardError: nullable("Of their logarithm."),
      logLikelihoodRatio: number.describe("Over the Gaussian, >= 0."),
      pValue: number.describe("Probability of such a ratio for independent Gaussians of one variance."),
    })
    .nullable(),
  excessKurtosis: estimateSchema.describe("0 for a Gaussian."),
});

const tailSchema = z.object({
  raw: estimatesSchema.describe("Of the entries of single batches' noise, all coordinates pooled."),
  scaled: estimatesSchema.describe("Of entries over the size of their row and column."),
  control: estimatesSchema.describe("Of Gaussian noise with the observed sizes of rows and columns."),
  powerLaw: z
    .object({
      index: nullable("Exponent of P(|x| > u)."),
      interval: z.array(number).length(2).nullable().describe("90 % interval."),
      reliable: z.boolean(),
      reason: z.string().nullable(),
      pValue: nullable("Of its bootstrap; null where a cheaper test had decided."),
      count: count("Entries that it is fitted to."),
    })
    .describe("Of the scaled entries."),
  verdict: z
    .enum(tailVerdicts)
    .describe(
      "gaussian; unequal-variances: no heavier than the control; no-power-law: heavier, but its tail is no power law; heavy-tailed: the scaled entries' tail is one; undecided.",
    ),
  evidence: z.string(),
});

const boundsSchema = z.object({
  steps: count("Steps made."),
  effectiveSteps: z
    .int()
    .nullable()
    .describe("Steps that weight decay leaves a trace of, at a tail of 1e-3; null without decay: all."),
  aspectRatio: number.describe("c = p / (B min(steps, effectiveSteps))."),
  real: number.describe("B_re by the formula of the paper's code."),
  imaginary: number.describe("B_im."),
});

export const noiseLayerSchema = z.object({
  tensor: analysed.tensor,
  layer: analysed.layer,
  kind: analysed.kind,
  role: analysed.role,
  block: analysed.block,
  depth: analysed.depth,
  shape: analysed.shape,
  orientation: z.enum(["out-in", "in-out"]),
  gradientNorm: number.describe("||G||_F of the mean gradient over the partition."),
  noiseNorm: number.describe("Root of the mean of ||N_k||_F^2 over its batches."),
  noiseNormStandardError: number.describe("Over batches."),
  noiseToSignal: nullable("noiseNorm over gradientNorm."),
  anisotropy: z.object({
    inputs: anisotropySchema.nullable().describe("Of what enters the matrix: x, or a."),
    outputGradients: anisotropySchema.nullable().describe("Of gradients for what it gives: eta, or g_Z."),
    activationGradients: anisotropySchema
      .nullable()
      .describe("Of gradients for the activations behind it, g; of key matrices only."),
  }),
  spectralBounds: boundsSchema.nullable(),
  matrices: z.array(matrixSchema),
  tail: tailSchema.nullable(),
  reasons: z.record(z.string(), z.string()).describe("Why numbers are null, by their path."),
});

export const noiseCheckpointSchema = z.object({
  id: z.string(),
  step: number.nullable(),
  epoch: number.nullable(),
  path: z.string(),
  part: z.enum(["train", "test"]),
  batchSize: count("B: examples of a batch."),
  batches: count("S: batches whose noise it is."),
  heldOutBatches: count("Other batches, of which covariances are taken."),
  layers: z.array(noiseLayerSchema),
});

/** Schema of {@link NoiseResult}. */
export const noiseResultSchema = z
  .object({
    type: z.literal("noise"),
    schemaVersion: z.literal(schemaVersion),
    provenance: provenanceSchema,
    warnings: z.array(z.string()),
    checkpoints: z.array(noiseCheckpointSchema),
    trajectories: z.array(trajectorySchema).optional().describe("When the input is a series."),
  })
  .describe("Result of marchenko noise");

/** What `gradientNoise` gives. */
export type NoiseResult = z.infer<typeof noiseResultSchema>;
export type NoiseCheckpoint = z.infer<typeof noiseCheckpointSchema>;
export type NoiseLayerResult = z.infer<typeof noiseLayerSchema>;
export type NoiseMatrixResult = z.infer<typeof matrixSchema>;
