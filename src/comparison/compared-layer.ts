import type { LayerResult } from "../analysis/result.ts";
import type { LeadingPairs } from "./leading-pairs.ts";
import { metricDifferences } from "./metric-differences.ts";
import { relativeErrors } from "./relative-errors.ts";
import type { ComparedLayer, LayerChange } from "./result.ts";
import { spectralDistance } from "./spectral-distance.ts";
import { subspaceOverlaps } from "./subspace-overlap.ts";

/** A change up to this many times what rounding makes by itself is no more than that: formats don't round alike. */
const roundingFactor = 2;

/**
 * One layer of both checkpoints, compared.
 *
 * @param a - its row in A, analysed. @param b - its row in B. @param place - of the pair, in the order of A.
 * @param change - the row of W_B - W_A; null where weights were not at hand.
 * @param vectors - leading singular pairs of both.
 */
export function comparedLayer(
  a: LayerResult,
  b: LayerResult,
  place: number,
  change: LayerResult | null,
  vectors: LeadingPairs | null,
): ComparedLayer {
  const normA = a.metrics?.frobeniusNorm ?? null;
  const normB = b.metrics?.frobeniusNorm ?? null;
  const [errorsA, errorsB] = [relativeErrors(a), relativeErrors(b)];
  const grown = normA && normB ? normB / normA : null;
  // Of both sides, over the norm of A.
  const errors = errorsA && errorsB && grown !== null ? [errorsA.norm, errorsB.norm * grown] : null;
  const rounding = errors && Math.hypot(errors[0]!, errors[1]!);
  const relativeChange = changeOver(change, normA);
  const distance = spectralDistance(a, b);
  const distanceError = errors && errors[0]! + errors[1]!;
  const isEqual = relativeChange === 0;
  return {
    tensor: b.tensor,
    layer: b.layer,
    ...(a.layer !== b.layer && { nameInA: a.layer }),
    kind: b.kind,
    role: b.role,
    block: b.block,
    depth: b.depth,
    shape: b.shape,
    rows: b.spectrum?.rows ?? 0,
    columns: b.spectrum?.columns ?? 0,
    place,
    dtypes: { a: a.dtype, b: b.dtype },
    state: isEqual
      ? "identical"
      : isMoved(relativeChange, rounding, distance, distanceError)
        ? "moved"
        : "none",
    relativeChange,
    relativeChangeError: relativeChange === null ? null : rounding,
    spectralDistance: distance,
    spectralDistanceError: distance === null ? null : distanceError,
    ...(!isEqual && { spectra: { a: summaryOf(a), b: summaryOf(b) } }),
    verdicts: { a: a.verdict, b: b.verdict },
    differences: metricDifferences(a, b),
    change: change && change.status === "analysed" ? changeOf(change) : null,
    overlaps: vectors && subspaceOverlaps(vectors.a, vectors.b, a.spectrum?.top ?? [], b.spectrum?.top ?? []),
  };
}

/** A spectrum without the single values that `--spectra` keeps: a saved analysis has these. */
function summaryOf({ spectrum }: LayerResult): LayerResult["spectrum"] {
  if (spectrum === null) return null;
  const { singularValues: _, ...summary } = spectrum;
  return summary;
}

/** ||W_B - W_A||_F over the norm of A; 0 where the difference has no entry but zeros. */
function changeOver(change: LayerResult | null, norm: number | null): number | null {
  if (change?.reason === "zero") return 0;
  const size = change?.metrics?.frobeniusNorm;
  return size !== undefined && size !== null && norm ? size / norm : null;
}

function isMoved(
  change: number | null,
  rounding: number | null,
  distance: number | null,
  distanceError: number | null,
): boolean {
  if (change !== null) return change > roundingFactor * (rounding ?? 0);
  return distance !== null && distance > (distanceError ?? 0);
}

function changeOf(row: LayerResult): LayerChange {
  const { spectrum, marchenkoPastur, powerLaw, concentration, metrics, secondOpinions, shrinkage } = row;
  const { verdict, verdictEvidence } = row;
  return {
    spectrum,
    marchenkoPastur,
    powerLaw,
    concentration,
    metrics,
    ...(secondOpinions && { secondOpinions }),
    ...(shrinkage && { shrinkage }),
    verdict,
    verdictEvidence,
  };
}
