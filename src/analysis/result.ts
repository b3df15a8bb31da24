import { z } from "zod";
import { schemaVersion } from "./version.ts";

/**
 * The result of an analysis: the one value that every output (JSON, tables, page, gate) is made
 * from. The schema is the single statement of its shape and of the meaning of each field; it is
 * published as JSON Schema, and `AnalysisResult` is its type.
 */
const number = z.number();
const nullable = (meaning: string) => number.nullable().describe(meaning);
const count = (meaning: string) => z.int().nonnegative().describe(meaning);

const localisationSchema = z.object({
  participationRatio: number.describe(
    "1 / sum v_i^4: coordinates that carry the vector, n / 3 for a random one.",
  ),
  porterThomasPValue: number.describe(
    "Probability that a random vector's entries look as unlike Porter-Thomas.",
  ),
  coordinates: z
    .array(z.object({ index: count("0-based."), share: number.describe("Squared entry, in [0, 1].") }))
    .describe("Coordinates too large for a random vector at 1 %, largest first, at most 8."),
});

/** Of an outlier, with --vectors. */
const spikeVectorsSchema = z.object({
  left: localisationSchema.describe("Of the vector of the larger side."),
  right: localisationSchema.describe("Of the vector of the smaller side."),
  residual: number.describe("How far the two are from a singular pair, over the singular value."),
});

export const spikeSchema = z.object({
  singularValue: number.describe("The outlying singular value, in the unit of the weights."),
  pValue: number.describe("Probability under noise of this layer's shape and scale; per layer, sequential."),
  pValueAdjusted: nullable("The same, corrected for the number of layers tested (Bonferroni)."),
  strength: nullable("Planted singular value that the BBP relation inverts to; null below the bulk."),
  overlapLeft: nullable(
    "Expected squared overlap of the observed singular vector of the larger side (length N) with the planted one.",
  ),
  overlapRight: nullable("The same for the singular vector of the smaller side."),
  vectors: spikeVectorsSchema.optional().describe("Localisation of its singular vectors; with --vectors."),
});

export const spectrumSchema = z.object({
  rows: count("Rows of the analysed matrix."),
  columns: count("Columns of the analysed matrix."),
  method: z.string().describe("How the singular values were computed: gram | accurate | lanczos."),
  exact: z.boolean().describe("False when the spectrum is an estimate."),
  count: count("Number of singular values: the smaller side."),
  relativeErrorBound: nullable(
    "Bound on the relative error of the least known singular value; 1 when one cannot be told from zero. Of an estimate it holds with 95 % confidence.",
  ),
  distributionErrorBound: number
    .optional()
    .describe(
      "Of an estimate: largest distance of its distribution function from the true one, with 95 % confidence.",
    ),
  histogram: z
    .object({
      edges: z
        .array(number)
        .describe("Bin edges, ascending, in units of the eigenvalue; none where quantiles has none."),
      counts: z.array(number).describe("Eigenvalues in each bin; one fewer than edges."),
    })
    .describe("Histogram of the eigenvalues of W'W/N."),
  quantiles: z
    .array(number)
    .describe(
      "257 quantiles of the eigenvalues, at 0, 1/256, ..., 1; none where eigenvalues leave the range of float64.",
    ),
  top: z.array(number).describe("Up to 64 largest singular values, descending."),
  singularValues: z.array(number).optional().describe("All, descending; with --spectra."),
  relativeErrorBounds: z
    .array(number)
    .optional()
    .describe("Bound on the relative error of each of singularValues; with --spectra."),
});

export const marchenkoPasturSchema = z.object({
  scale: number.describe("Standard deviation of one entry of the bulk, s, in the unit of the weights."),
  scaleStandardError: number.describe("Its standard error, from simulated noise of the layer's own shape."),
  aspectRatio: number.describe("Smaller over larger side, in (0, 1]."),
  lambdaMinus: nullable(
    "Lower bulk edge s^2 (1 - sqrt q)^2, an eigenvalue of W'W/N; null outside of the range of float64.",
  ),
  lambdaPlus: nullable("Upper bulk edge s^2 (1 + sqrt q)^2; null outside of the range of float64."),
  ksDistance: number.describe("Kolmogorov-Smirnov distance of the bulk from the fitted law, in [0, 1]."),
  pValue: nullable("Probability that noise of this shape lies as far from its fit; simulated."),
  softRank: number.describe("lambdaPlus over the largest eigenvalue."),
  spikes: z.array(spikeSchema).describe("Outliers above the bulk, largest first."),
  spikesBelow: z
    .array(spikeSchema)
    .nullable()
    .describe("Outliers below the bulk, smallest first; null where structural zeros were left out."),
});

export const powerLawSchema = z.object({
  alpha: nullable("Exponent of the eigenvalue density, p(x) ~ x^-alpha; null where there is no tail to fit."),
  alphaInterval: z
    .array(number)
    .length(2)
    .nullable()
    .describe("90 % interval of alpha, the choice of xmin included."),
  xmin: nullable("Where the tail begins, an eigenvalue of W'W/N; null outside of the range of float64."),
  tailCount: nullable("Eigenvalues of the tail."),
  ksDistance: nullable("Kolmogorov-Smirnov distance of the tail from the law, in [0, 1]."),
  pValue: nullable("By a bootstrap that chooses xmin anew; null where a cheaper test had decided."),
  pValueStandardError: nullable("Of pValue, from the number of replicates."),
  alternatives: z
    .array(
      z.object({
        law: z.string().describe("exponential | lognormal | truncated-power-law"),
        logLikelihoodRatio: number.describe("Positive favours the power law."),
        pValue: number,
      }),
    )
    .nullable()
    .describe("Other laws on the same tail; null where a cheaper test had decided."),
  reliable: z.boolean().describe("Whether the tail may be called a power law, and alpha be used."),
  reason: z.string().nullable().describe("Why not."),
});

export const secondOpinionSchema = z.object({
  id: z.string().describe("separable-law | generalized-marchenko-pastur"),
  name: z.string(),
  ksDistance: number.describe("Kolmogorov-Smirnov distance of the bulk from the fitted law, in [0, 1]."),
  pValue: number.describe("Probability that noise lies as far from its own fit."),
  scale: number.describe("Root mean square of an entry of the noise."),
  scaleStandardError: number,
  spikes: count("Outliers that lie beyond this law, too."),
  fittedParameters: count("Numbers fitted to the spectrum."),
});

export const comparableAlphaSchema = z.object({
  alpha: number.describe("Mean exponent over the blocks, by Hill's estimate of their upper halves."),
  standardDeviation: nullable("Of the exponent over the blocks; null for a single one."),
  pooledAlpha: number.describe("One exponent from the eigenvalues of all blocks together."),
  blocks: count("Blocks that cover the matrix; they may overlap."),
  blocksUsed: count("Those with 8 singular values above the rank tolerance and a finite exponent."),
  blockRows: count("Rows of a block."),
  blockColumns: count("Columns of a block."),
});

export const shrinkageSchema = z.object({
  rank: count("Directions to keep, with singular values shrunk for the least Frobenius error."),
  relativeError: nullable(
    "Expected error of that matrix over the norm of what was planted, of the directions that were found.",
  ),
  relativeErrorStandardError: nullable("Standard error of the outcome."),
  energyKept: number.describe("Squared Frobenius norm of it over that of the layer."),
  hardThreshold: number.describe("Truncation instead: singular values over this are kept as they are."),
  hardThresholdRank: count("How many these are."),
  hardThresholdRelativeError: nullable("Expected relative error of the truncated matrix."),
});

export const permutationNullSchema = z.object({
  draws: count("Shuffles of the layer's own entries."),
  largest: number.describe("Mean over the shuffles of the largest singular value."),
  largestStandardDeviation: number,
  largestPValue: number.describe("Share of shuffles whose largest is as large, counted with one more."),
  spikeCount: count("Singular values larger than the largest of every shuffle."),
  explainedSpikeCount: nullable("Outliers without the mean, not larger than that; null without a fit."),
  fitted: count("Shuffles with enough non-zero singular values for a fit."),
  ksDistance: nullable("Mean KS distance of the shuffles from their own fits; null without any."),
  ksPValue: nullable("Share of shuffles as far from their own fits, counted with one more."),
  entrySpikes: nullable("Mean number of outliers in a shuffle: entries so large that they stand out alone."),
});

export const concentrationSchema = z.object({
  maxSingularValue: number.describe("Largest singular value."),
  minNonzeroSingularValue: nullable("Smallest singular value above the rank tolerance."),
  ratio: nullable("Spectral concentration: largest over smallest non-zero singular value."),
  eigenvalueRatio: nullable("Square of ratio."),
  majorityRatio: nullable("Shortest interval of log eigenvalues with 80 % of the non-zero ones, as a ratio."),
  majorityRatioBinned: nullable("The same in 100 bins, as the paper's notebook computes it."),
  nearZeroRate: number.describe("1 - rank / larger side."),
  rank: count("Singular values above rankTolerance."),
  rankTolerance: number.describe("Singular values below this are zero, given how the entries are stored."),
  ratioNull: z
    .object({ low: number, median: number, high: number })
    .nullable()
    .describe("5, 50 and 95 % quantiles of ratio for noise of this shape, dtype and size of entries."),
});

export const verdicts = [
  "noise-like",
  "noise-with-spikes",
  "structured",
  "heavy-tailed",
  "rank-deficient",
  "undetermined",
] as const;

export const layerResultSchema = z.object({
  tensor: z.string().describe("Name of the tensor in the file."),
  layer: z
    .string()
    .describe("Unique in the checkpoint: the tensor, with [part] when it holds several matrices."),
  kind: z
    .string()
    .describe("dense | conv | embedding | attention | recurrent | expert | norm | bias | other"),
  role: z.string().nullable().describe("mlp-in | mlp-out | query | key | value | attention-out | ..."),
  block: z.string().nullable().describe("Name of the block."),
  depth: z.int().nullable().describe("Place of the block from input to output, 0-based."),
  shape: z.array(z.int()),
  dtype: z.string(),
  orientation: z.enum(["out-in", "in-out"]),
  status: z.enum(["analysed", "skipped"]),
  reason: z.string().nullable().describe("Code, when skipped."),
  detail: z.string().nullable().describe("One sentence, when skipped."),
  spectrum: spectrumSchema.nullable(),
  marchenkoPastur: marchenkoPasturSchema.nullable(),
  powerLaw: powerLawSchema.nullable(),
  concentration: concentrationSchema.nullable(),
  metrics: z.record(z.string(), number.nullable()).nullable().describe("Further metrics by their short id."),
  secondOpinions: z
    .array(secondOpinionSchema)
    .optional()
    .describe("Other laws of noise, where the bulk is not Marchenko-Pastur."),
  comparableAlpha: comparableAlphaSchema
    .nullable()
    .optional()
    .describe(
      "Exponent of the tail on square blocks, of one size for all layers; with --comparable-alpha. Null where no block fits or has one.",
    ),
  shrinkage: shrinkageSchema
    .optional()
    .describe("What taking the noise out would keep; where the bulk is noise with outliers above it."),
  permutationNull: permutationNullSchema
    .nullable()
    .optional()
    .describe(
      "Against the layer's own entries in random order, without their mean; with --null permute. Null for an estimate, or with fewer than 8 singular values.",
    ),
  verdict: z.enum(verdicts).nullable(),
  verdictEvidence: z.string().nullable().describe("The numbers that decided the verdict, in a sentence."),
});

export const findingSchema = z.object({
  id: z.string().describe("Stable code of the finding."),
  severity: z.enum(["error", "warning", "info"]),
  layer: z.string().nullable().describe("The layer concerned; null for the checkpoint."),
  evidence: z.string().describe("The numbers behind it."),
  advice: z.string().describe("What to do."),
});

export const checkpointResultSchema = z.object({
  id: z.string(),
  step: number.nullable(),
  epoch: number.nullable(),
  path: z.string(),
  format: z.string(),
  leftOut: z.array(z.object({ path: z.string(), reason: z.string(), detail: z.string() })),
  totals: z.object({
    tensors: count("Tensors in the file(s)."),
    parameters: count("Entries of all tensors, tied ones once."),
    parametersAnalysed: count("Entries of the analysed ones."),
    layersAnalysed: count("Matrices analysed."),
    layersSkipped: count("Rows with a reason instead of a spectrum."),
  }),
  summary: z
    .record(z.string(), z.object({ mean: number.nullable(), median: number.nullable(), count: z.int() }))
    .describe("By metric id, over the analysed layers."),
  layers: z.array(layerResultSchema),
  findings: z.array(findingSchema),
});

export const provenanceSchema = z.object({
  tool: z.literal("marchenko"),
  version: z.string(),
  schema: z.string(),
  configuration: z.record(z.string(), z.unknown()).describe("Options that shape the result."),
  seed: z.union([number, z.string()]),
  engine: z.string(),
  files: z.array(z.object({ path: z.string(), sizeBytes: count("Bytes of the tensors in it.") })),
  run: z.record(z.string(), z.unknown()).describe("All that may differ between equal runs."),
});

export const trajectorySchema = z.object({
  layer: z.string(),
  steps: z.array(number).describe("Step (or epoch, or place in the series) of each value."),
  values: z.record(z.string(), z.array(number.nullable())).describe("By metric id, one value a step."),
});

export const analysisResultSchema = z
  .object({
    type: z.literal("analysis"),
    schemaVersion: z.literal(schemaVersion),
    provenance: provenanceSchema,
    warnings: z.array(z.string()),
    checkpoints: z.array(checkpointResultSchema),
    trajectories: z.array(trajectorySchema).optional().describe("When the input is a series."),
  })
  .describe("Result of marchenko analyze");

export type Spike = z.infer<typeof spikeSchema>;
export type SpectrumSummary = z.infer<typeof spectrumSchema>;
export type MarchenkoPasturResult = z.infer<typeof marchenkoPasturSchema>;
export type PowerLawResult = z.infer<typeof powerLawSchema>;
export type Shrinkage = z.infer<typeof shrinkageSchema>;
export type Concentration = z.infer<typeof concentrationSchema>;
export type Verdict = (typeof verdicts)[number];
export type LayerResult = z.infer<typeof layerResultSchema>;
export type Finding = z.infer<typeof findingSchema>;
export type CheckpointResult = z.infer<typeof checkpointResultSchema>;
export type Provenance = z.infer<typeof provenanceSchema>;
export type Trajectory = z.infer<typeof trajectorySchema>;
export type AnalysisResult = z.infer<typeof analysisResultSchema>;
