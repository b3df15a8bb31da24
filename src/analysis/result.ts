import { z } from "zod";
import {
  comparableAlphaSchema,
  convolutionOperatorSchema,
  marchenkoPasturSchema,
  permutationNullSchema,
  powerLawSchema,
  secondOpinionSchema,
  shrinkageSchema,
} from "./fit-schemas.ts";
import {
  followedSpikeSchema,
  layerOnsetSchema,
  measuredTrajectorySchema,
  trajectorySchema,
} from "./trajectory-schemas.ts";
import { schemaVersion } from "./version.ts";

export type { MarchenkoPasturResult, PowerLawResult, Shrinkage, Spike } from "./fit-schemas.ts";
export type { FollowedSpike, LayerOnset, MeasuredTrajectory, Trajectory } from "./trajectory-schemas.ts";

/**
 * The result of an analysis: the one value that every output (JSON, tables, page, gate) is made
 * from. The schema is the single statement of its shape and of the meaning of each field; it is
 * published as JSON Schema, and `AnalysisResult` is its type.
 */
const number = z.number();
const nullable = (meaning: string) => number.nullable().describe(meaning);
const count = (meaning: string) => z.int().nonnegative().describe(meaning);

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
  noiseFloor: number
    .optional()
    .describe(
      "Largest singular value that errors of the stored entries make by themselves, s_u (sqrt N + sqrt M), where the dtype does not tell them: of quantised entries, and of matrices that several tensors make. rankTolerance is at least three times as much.",
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

/** Every verdict, in the order in which tables count them. */
export const verdicts = [
  "noise-like",
  "noise-with-spikes",
  "structured",
  "heavy-tailed",
  "rank-deficient",
  "undetermined",
] as const;

/** Schema of {@link LayerResult}. */
export const layerResultSchema = z.object({
  tensor: z.string().describe("Name of the tensor in the file."),
  tensors: z
    .array(z.string())
    .optional()
    .describe("All tensors that make the matrix, where they are several: low-rank factors, weight norm."),
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
  convolutionOperator: convolutionOperatorSchema
    .optional()
    .describe(
      "Singular values of the convolution as a map of images, with stride 1 and circular padding; with --conv-operator. Absent for what is no whole convolution.",
    ),
  verdict: z.enum(verdicts).nullable(),
  verdictEvidence: z.string().nullable().describe("The numbers that decided the verdict, in a sentence."),
});

/** Schema of {@link Finding}. */
export const findingSchema = z.object({
  id: z.string().describe("Stable code of the finding."),
  severity: z.enum(["error", "warning", "info"]),
  layer: z.string().nullable().describe("The layer concerned; null for the checkpoint."),
  evidence: z.string().describe("The numbers behind it."),
  advice: z.string().describe("What to do."),
});

/** Schema of {@link CheckpointResult}. */
export const checkpointResultSchema = z.object({
  id: z.string(),
  step: number.nullable(),
  epoch: number.nullable(),
  series: z
    .string()
    .optional()
    .describe(
      "The series that it is a member of, where the input has more than that; absent for a model by itself, and where all checkpoints are one series.",
    ),
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
  paths: z.array(z.string()).optional().describe("What the command was given; absent of what is no path."),
  files: z.array(
    z.object({
      path: z.string(),
      sizeBytes: count("Bytes of the tensors in it."),
      sha256: z
        .string()
        .optional()
        .describe("Of the file, in hexadecimal: on disk, and of at most 64 MiB in all or with --hash."),
    }),
  ),
  run: z.record(z.string(), z.unknown()).describe("All that may differ between equal runs."),
});

export const shardSchema = z.object({
  index: z.int().positive().describe("Which of the parts, from 1."),
  count: z.int().positive().describe("How many parts there are."),
  comparableSide: nullable("Side of the blocks of --comparable-alpha, for all parts."),
});

/** Schema of {@link AnalysisResult}. */
export const analysisResultSchema = z
  .object({
    type: z.literal("analysis"),
    schemaVersion: z.literal(schemaVersion),
    shard: shardSchema
      .optional()
      .describe(
        "Of a part of an analysis, made with --shard; marchenko merge makes one result of all parts.",
      ),
    provenance: provenanceSchema,
    warnings: z.array(z.string()),
    checkpoints: z.array(checkpointResultSchema),
    trajectories: z.array(trajectorySchema).optional().describe("When the input is a series, or has some."),
    followedSpikes: z
      .array(followedSpikeSchema)
      .optional()
      .describe("Spikes of a series, known again by their vectors; with --follow-spikes."),
    onsets: z
      .array(layerOnsetSchema)
      .optional()
      .describe("When layers leave noise, and sparsity appears; with --follow-spikes."),
    measured: z
      .array(measuredTrajectorySchema)
      .optional()
      .describe("What was measured on data over the series, where its run has logged it in metrics.ndjson."),
  })
  .describe("Result of marchenko analyze");

export type SpectrumSummary = z.infer<typeof spectrumSchema>;
export type Concentration = z.infer<typeof concentrationSchema>;
/** What an analysed layer looks like. */
export type Verdict = (typeof verdicts)[number];
/** One tensor, or a matrix of it: analysed, or skipped with a reason. */
export type LayerResult = z.infer<typeof layerResultSchema>;
/** Something worth looking at, with its evidence and advice. */
export type Finding = z.infer<typeof findingSchema>;
/** One checkpoint of an analysis. */
export type CheckpointResult = z.infer<typeof checkpointResultSchema>;
export type Provenance = z.infer<typeof provenanceSchema>;
/** What `analyze` gives, and its JSON holds. */
export type AnalysisResult = z.infer<typeof analysisResultSchema>;
