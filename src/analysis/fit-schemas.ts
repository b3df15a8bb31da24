import { z } from "zod";

/** What a result holds of fits and tests: the parts of a layer that a law stands behind. */
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

export const marchenkoPasturSchema = z.object({
  scale: number
    .positive()
    .describe("Standard deviation of one entry of the bulk, s, in the unit of the weights."),
  scaleStandardError: number.describe("Its standard error, from simulated noise of the layer's own shape."),
  aspectRatio: number.positive().max(1).describe("Smaller over larger side, in (0, 1]."),
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

export type Spike = z.infer<typeof spikeSchema>;
export type MarchenkoPasturResult = z.infer<typeof marchenkoPasturSchema>;
export type PowerLawResult = z.infer<typeof powerLawSchema>;
export type Shrinkage = z.infer<typeof shrinkageSchema>;

export const convolutionOperatorSchema = z.object({
  inputSize: z.array(z.int().positive()).describe("Sides of the images, in places."),
  count: z
    .int()
    .nonnegative()
    .describe("Number of singular values: places times the smaller number of channels."),
  maxSingularValue: number.describe("The largest: how much longer an image can get."),
  minSingularValue: number.describe("The smallest."),
  errorBound: number.describe("Bound on the error of each, in the unit of the weights."),
  quantiles: z.array(number).describe("257 quantiles of the singular values, at 0, 1/256, ..., 1."),
  singularValues: z.array(number).optional().describe("All, descending; with --spectra."),
});

export type ConvolutionOperatorResult = z.infer<typeof convolutionOperatorSchema>;
