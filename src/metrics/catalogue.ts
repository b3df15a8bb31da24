import { bulkAspectRatio } from "./bulk-aspect-ratio.ts";
import { bulkKsDistance } from "./bulk-ks-distance.ts";
import { bulkPValue } from "./bulk-p-value.ts";
import { bulkScale } from "./bulk-scale.ts";
import { bulkScaleStandardError } from "./bulk-scale-standard-error.ts";
import { bulkSoftRank } from "./bulk-soft-rank.ts";
import { concentrationNullHigh } from "./concentration-null-high.ts";
import { concentrationNullLow } from "./concentration-null-low.ts";
import { concentrationNullMedian } from "./concentration-null-median.ts";
import { conditionNumber } from "./condition-number.ts";
import { effectiveRank } from "./effective-rank.ts";
import { eigenvalueRatio } from "./eigenvalue-ratio.ts";
import { spectralEntropy } from "./entropy.ts";
import { frobeniusNorm } from "./frobenius-norm.ts";
import { bulkLambdaMinus } from "./lambda-minus.ts";
import { bulkLambdaPlus } from "./lambda-plus.ts";
import { majorityRatio } from "./majority-ratio.ts";
import { majorityRatioBinned } from "./majority-ratio-binned.ts";
import { maxSingularValue } from "./max-singular-value.ts";
import type { Metric } from "./metric.ts";
import { minNonzeroSingularValue } from "./min-nonzero-singular-value.ts";
import { nearZeroRate } from "./near-zero-rate.ts";
import { powerLawAlpha } from "./power-law-alpha.ts";
import { powerLawAlphaHigh } from "./power-law-alpha-high.ts";
import { powerLawAlphaLow } from "./power-law-alpha-low.ts";
import { powerLawKsDistance } from "./power-law-ks-distance.ts";
import { powerLawPValue } from "./power-law-p-value.ts";
import { powerLawTailCount } from "./power-law-tail-count.ts";
import { numericalRank } from "./rank.ts";
import { rankToleranceMetric } from "./rank-tolerance.ts";
import { meanSpacingRatio } from "./spacing-ratio.ts";
import { spacingRatioGoePValue } from "./spacing-ratio-goe-p-value.ts";
import { spacingRatioPoissonPValue } from "./spacing-ratio-poisson-p-value.ts";
import { spacingRatioStandardError } from "./spacing-ratio-standard-error.ts";
import { spectralConcentration } from "./spectral-concentration.ts";
import { spectralNorm } from "./spectral-norm.ts";
import { spikeCount } from "./spike-count.ts";
import { spikeCountBelow } from "./spike-count-below.ts";
import { stableRank } from "./stable-rank.ts";

/** Every metric; the order here is the column order everywhere. */
export const metricCatalogue: readonly Metric[] = [
  maxSingularValue,
  minNonzeroSingularValue,
  spectralConcentration,
  eigenvalueRatio,
  concentrationNullLow,
  concentrationNullMedian,
  concentrationNullHigh,
  majorityRatio,
  majorityRatioBinned,
  nearZeroRate,
  numericalRank,
  rankToleranceMetric,
  bulkScale,
  bulkScaleStandardError,
  bulkAspectRatio,
  bulkLambdaMinus,
  bulkLambdaPlus,
  bulkKsDistance,
  bulkPValue,
  bulkSoftRank,
  powerLawAlpha,
  powerLawAlphaLow,
  powerLawAlphaHigh,
  powerLawTailCount,
  powerLawKsDistance,
  powerLawPValue,
  frobeniusNorm,
  spectralNorm,
  conditionNumber,
  stableRank,
  effectiveRank,
  spectralEntropy,
  spikeCount,
  spikeCountBelow,
  meanSpacingRatio,
  spacingRatioStandardError,
  spacingRatioGoePValue,
  spacingRatioPoissonPValue,
];
