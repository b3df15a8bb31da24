import { z } from "zod";

/** What a result holds of a series beside its metrics: spikes that are followed, onsets, and what was measured. */
const number = z.number();
const nullable = (meaning: string) => number.nullable().describe(meaning);
const count = (meaning: string) => z.int().nonnegative().describe(meaning);

const series = z
  .string()
  .optional()
  .describe("Which series, as its checkpoints name it; absent where all checkpoints are one.");

export const trajectorySchema = z.object({
  series,
  layer: z.string(),
  steps: z.array(number).describe("Step (or epoch, or place in the series) of each value."),
  values: z.record(z.string(), z.array(number.nullable())).describe("By metric id, one value a step."),
});

/** A trajectory of what was measured on data. */
export const measuredTrajectorySchema = trajectorySchema.extend({
  part: z.string().describe("Part of the data: train | test."),
});

const overlapSchema = z.object({
  overlap: number.describe(
    "|x.y|, x and y the spike's singular vectors at the two steps; of spikes that are not told apart, root mean square cosine of the spaces that they span.",
  ),
  expected: nullable(
    "What it would be had the planted direction stayed and the noise been drawn anew: the least that noise explains. Null where it is not known.",
  ),
  sameNoise: nullable(
    "What it would be had the planted direction stayed and the noise only changed its size: the most that noise explains. Null where spikes are not told apart.",
  ),
  standardError: nullable("Standard deviation of the overlap about `expected`."),
  turn: z
    .tuple([number.nullable(), number])
    .describe(
      "Degrees by which the planted direction turned: at least (what noise does not explain, two standard errors allowed for; null where that is not known), and at most (noise that is shared).",
    ),
});

const vectorOverlapsSchema = z.object({
  step: number.describe("The earlier step."),
  left: overlapSchema.describe("Vectors of the larger side."),
  right: overlapSchema.describe("Vectors of the smaller side."),
});

const followedPointSchema = z.object({
  step: number,
  singularValue: number.describe("In the unit of the weights."),
  strength: nullable("Planted singular value that the BBP relation inverts to."),
  strengthStandardError: nullable("Its standard error, to leading order; null near the threshold."),
  together: count(
    "Spikes that are not told apart from this one, itself counted: they turn among themselves.",
  ),
  previous: vectorOverlapsSchema.nullable().describe("With the step before at which it was seen."),
  first: vectorOverlapsSchema
    .nullable()
    .describe("With its first appearance; null there and where that is the step before."),
  start: z
    .object({ left: number, right: number })
    .describe("Length of its vectors' projections on the leading directions of the first checkpoint."),
});

export const followedSpikeSchema = z.object({
  series,
  layer: z.string(),
  spike: count("Number in its layer, from 1, by first appearance, then size."),
  firstStep: number,
  lastStep: number,
  bornAfter: nullable(
    "Last step before, at which it was not there; null where it is in the first spectrum of its layer.",
  ),
  goneBy: nullable("Next step, at which it was gone; null where it is in the last checkpoint."),
  missed: count("Checkpoints between first and last at which it was under the edge."),
  points: z.array(followedPointSchema),
  floor: z
    .object({ left: number, right: number })
    .describe("Root mean square overlap of random directions: N^-1/2 and M^-1/2."),
  startFloor: z
    .object({ count: count("Leading directions of the first checkpoint."), left: number, right: number })
    .describe("The same for the projection on the leading directions: (count / N)^1/2."),
  drift: z.object({
    drifts: z
      .boolean()
      .nullable()
      .describe("Whether it turned by more than noise explains, at 1 %; null where that is not known."),
    pValue: nullable("Smallest of its comparisons, times their number, at most 1."),
    comparisons: count("Overlaps that were compared with what noise explains."),
    reason: z.string().nullable().describe("Why it is not known."),
    degreesPerStep: z
      .object({
        left: z.tuple([number.nullable(), number]),
        right: z.tuple([number.nullable(), number]),
      })
      .nullable()
      .describe("Turn from first to last appearance over the steps between; null of a single appearance."),
  }),
});

export const onsetSchema = z.object({
  after: nullable("Last step at which it had not set in; null where it had from the first on."),
  by: nullable("First step from which it holds at all later ones that are known; null without an onset."),
  checkpoints: count("Steps from `by` on at which it is known to hold: one alone is weak."),
  reason: z.string().nullable().describe("Why there is no onset, or where it is in doubt."),
});

export const layerOnsetSchema = onsetSchema.extend({
  series,
  layer: z.string(),
  part: z.string().nullable().describe("Part of the data; null of the weights."),
  event: z
    .string()
    .describe(
      "not-noise-like | bulk-not-marchenko-pastur | spikes | activated-ratio-falls | activated-ratio-halfway",
    ),
});

export type Trajectory = z.infer<typeof trajectorySchema>;
export type MeasuredTrajectory = z.infer<typeof measuredTrajectorySchema>;
export type VectorOverlap = z.infer<typeof overlapSchema>;
export type VectorOverlaps = z.infer<typeof vectorOverlapsSchema>;
export type FollowedPoint = z.infer<typeof followedPointSchema>;
export type FollowedSpike = z.infer<typeof followedSpikeSchema>;
export type Onset = z.infer<typeof onsetSchema>;
export type LayerOnset = z.infer<typeof layerOnsetSchema>;
