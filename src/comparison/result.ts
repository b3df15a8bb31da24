import { z } from "zod";
import { layerResultSchema, provenanceSchema, verdicts } from "../analysis/result.ts";
import { schemaVersion } from "../analysis/version.ts";

/**
 * The result of comparing two checkpoints, A and B; differences are B less A. The schema is the single statement of its
 * shape, and is published as JSON Schema.
 */
const number = z.number();
const nullable = (meaning: string) => number.nullable().describe(meaning);
const count = (meaning: string) => z.int().nonnegative().describe(meaning);

export const differenceStates = ["none", "unsure", "moved", "unreliable", "unknown"] as const;

/** Schema of {@link MetricDifference}. */
export const metricDifferenceSchema = z.object({
  a: nullable("The metric of A."),
  b: nullable("The metric of B."),
  difference: nullable("b - a; null where one is null."),
  error: nullable("Error of the difference, by errorKind; null where none is known."),
  errorKind: z
    .enum(["standard-error", "interval", "noise-range", "bound"])
    .nullable()
    .describe(
      "standard-error; interval: a 90 % one over 3.29; noise-range: the spread of noise of this shape, over 3.29; bound: rounding of stored entries and of the computation. Both sides together.",
    ),
  state: z
    .enum(differenceStates)
    .describe(
      "none: zero, or not larger than its error; unsure: up to twice; moved: larger; unreliable: it rests on a fit that does not hold in A or B; unknown: no error is known, or one of the numbers is null.",
    ),
});

const sideSchema = z.object({
  overlap: number.describe("Mean squared cosine of the angles between the two subspaces, in [0, 1]."),
  random: number.describe(
    "What a random subspace of this dimension gives on average: dimension over length.",
  ),
  randomStandardDeviation: number.describe("Of the overlap with a random subspace."),
});

/** Schema of {@link SubspaceOverlap}. */
export const subspaceOverlapSchema = z.object({
  dimension: count("How many leading directions span each subspace."),
  left: sideSchema.describe("Of the singular vectors of the larger side."),
  right: sideSchema.describe("Of those of the smaller side."),
  gapA: nullable(
    "(s_k - s_k+1) / s_k in A: near 0 the subspace itself is hardly determined, and turns with the least change.",
  ),
  gapB: nullable("The same in B."),
});

const analysed = layerResultSchema.shape;

export const changeSchema = z
  .object({
    spectrum: analysed.spectrum,
    marchenkoPastur: analysed.marchenkoPastur,
    powerLaw: analysed.powerLaw,
    concentration: analysed.concentration,
    metrics: analysed.metrics,
    secondOpinions: analysed.secondOpinions,
    shrinkage: analysed.shrinkage,
    verdict: analysed.verdict,
    verdictEvidence: analysed.verdictEvidence,
  })
  .describe("The analysis of W_B - W_A.");

export const layerStates = ["identical", "none", "moved"] as const;

/** Schema of {@link ComparedLayer}. */
export const comparedLayerSchema = z.object({
  tensor: analysed.tensor,
  layer: analysed.layer.describe("Its name in B."),
  nameInA: z.string().optional().describe("Where it is another one: without a prefix, or with one."),
  kind: analysed.kind,
  role: analysed.role,
  block: analysed.block,
  depth: analysed.depth,
  shape: analysed.shape,
  rows: count("Rows of the analysed matrix."),
  columns: count("Columns of it."),
  place: count("Place among the compared layers in the order of A, from 0."),
  dtypes: z.object({ a: z.string(), b: z.string() }),
  state: z
    .enum(layerStates)
    .describe(
      "identical: every entry is the same; none: no more than twice what rounding makes; moved. Of saved results the spectra alone tell: equal ones may have turned.",
    ),
  relativeChange: nullable("||W_B - W_A||_F / ||W_A||_F; null where weights are not at hand."),
  relativeChangeError: nullable("What rounding of the stored entries makes of it by itself."),
  spectralDistance: nullable(
    "The same norm of the difference of the two lists of singular values, the least change that these allow; from 257 quantiles and the 64 largest where a result has no more.",
  ),
  spectralDistanceError: nullable("What rounding of the stored entries may make of it."),
  verdicts: z.object({ a: z.enum(verdicts).nullable(), b: z.enum(verdicts).nullable() }),
  differences: z.record(z.string(), metricDifferenceSchema).describe("By metric id."),
  change: changeSchema.nullable().describe("Null where weights are not at hand, or are identical."),
  overlaps: z
    .array(subspaceOverlapSchema)
    .nullable()
    .describe(
      "Of the leading singular subspaces of A and B; null where weights are not at hand, or vectors.",
    ),
});

const unpairedSchema = z.object({
  layer: z.string(),
  kind: analysed.kind,
  role: analysed.role,
  block: analysed.block,
  depth: analysed.depth,
  shape: analysed.shape,
  status: analysed.status,
  reason: analysed.reason,
});

const notComparedSchema = z.object({
  layer: z.string(),
  shapeA: z.array(z.int()),
  shapeB: z.array(z.int()),
  reason: z
    .enum(["shape", "skipped"])
    .describe("shape: it has another one in B; skipped: it was not analysed in A, in B or in both."),
  detail: z.string(),
});

const comparedCheckpointSchema = z.object({
  id: z.string(),
  step: number.nullable(),
  epoch: number.nullable(),
  path: z.string(),
  format: z.string(),
  from: z.enum(["checkpoint", "result"]).describe("Whether its weights were read, or a saved result."),
  layersAnalysed: count("Matrices that were analysed in it."),
});

/** Schema of {@link ComparisonResult}. */
export const comparisonResultSchema = z
  .object({
    type: z.literal("comparison"),
    schemaVersion: z.literal(schemaVersion),
    provenance: provenanceSchema,
    warnings: z.array(z.string()),
    a: comparedCheckpointSchema,
    b: comparedCheckpointSchema,
    totals: z.object({
      compared: count("Layers compared."),
      moved: count("Of them, those that moved by more than rounding."),
      none: count("Those that did not."),
      identical: count("Those whose entries are all the same."),
      verdictChanged: count("Those whose verdict is another one."),
      onlyInA: count("Layers that B lacks."),
      onlyInB: count("Layers that A lacks."),
      notCompared: count("Layers of both that were not compared."),
    }),
    summary: z
      .record(
        z.string(),
        z.object({
          medianDifference: nullable("Over the layers where it is known and reliable."),
          none: count("Layers whose difference is not larger than its error."),
          unsure: count("Up to twice as large."),
          moved: count("Larger."),
          unreliable: count("Resting on a fit that does not hold."),
          unknown: count("Without an error, or null."),
        }),
      )
      .describe("By metric id."),
    layers: z
      .array(comparedLayerSchema)
      .describe("The most moved first: by relativeChange, else spectralDistance."),
    onlyInA: z.array(unpairedSchema),
    onlyInB: z.array(unpairedSchema),
    notCompared: z.array(notComparedSchema),
  })
  .describe("Result of marchenko compare: B less A, layers aligned by name and shape.");

/** The difference of one metric, with its error. */
export type MetricDifference = z.infer<typeof metricDifferenceSchema>;
/** How much of two leading singular subspaces is in common. */
export type SubspaceOverlap = z.infer<typeof subspaceOverlapSchema>;
export type LayerChange = z.infer<typeof changeSchema>;
/** A layer that both sides have. */
export type ComparedLayer = z.infer<typeof comparedLayerSchema>;
export type UnpairedLayer = z.infer<typeof unpairedSchema>;
export type NotCompared = z.infer<typeof notComparedSchema>;
export type ComparedCheckpoint = z.infer<typeof comparedCheckpointSchema>;
/** What `compare` gives. */
export type ComparisonResult = z.infer<typeof comparisonResultSchema>;
