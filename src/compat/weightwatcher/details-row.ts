import { fitLikeWeightwatcher } from "./power-law.ts";
import type { StateDictWeight } from "./state-dict.ts";

/**
 * A row of WeightWatcher's `details`, under its names and in its units: lambda is an eigenvalue of W'W, **not** divided
 * by N. What is infinite or no number is null.
 */
export interface WeightwatcherRow {
  readonly layer_id: number;
  readonly name: string;
  readonly longname: string;
  readonly layer_type: "dense" | "conv2d";
  readonly N: number;
  readonly M: number;
  readonly rf: number;
  /** N / M, the inverse of this package's q. */
  readonly Q: number;
  readonly num_evals: number;
  /** sum lambda: the Frobenius norm squared. */
  readonly norm: number | null;
  readonly log_norm: number | null;
  /** max lambda: the spectral norm squared. */
  readonly spectral_norm: number | null;
  readonly log_spectral_norm: number | null;
  readonly lambda_max: number | null;
  readonly stable_rank: number | null;
  readonly matrix_rank: number;
  readonly rank_loss: number;
  readonly weak_rank_loss: number;
  readonly entropy: number | null;
  /** -1 of a failed fit, as are xmin, D, sigma and num_pl_spikes; xmax is null then. */
  readonly alpha: number | null;
  readonly xmin: number | null;
  readonly xmax: number | null;
  readonly D: number | null;
  readonly sigma: number | null;
  readonly num_pl_spikes: number;
  readonly alpha_weighted: number | null;
  readonly log_alpha_norm: number | null;
  readonly sv_min: number | null;
  readonly sv_max: number | null;
  readonly status: "success" | "failed";
  readonly warning: "" | "over-trained" | "under-trained";
}

/** eps of float64 as numpy has it, the distance from 1 to the next number. */
const epsilon = Number.EPSILON;
/** Eigenvalues below this are a "weak" loss of rank, whatever the scale of the weights. */
const weak = 1e-6;
/** Added to each share of the entropy, and to the rank that it is divided by the logarithm of. */
const shift = 1e-10;
const overTrainedBelow = 2;
const underTrainedAbove = 6;

/**
 * WeightWatcher's numbers of one weight.
 *
 * @param weight - what is known before its entries are read.
 * @param slices - singular values of each slice, descending, length M, in the unit of the weights; those of a kernel
 *   times sqrt(1/2).
 * @source WeightWatcher 0.7.5.5, `weightwatcher.py`: `combined_eigenvalues`, `fit_powerlaw`, `apply_norm_metrics`.
 */
export function detailsRow(weight: StateDictWeight, slices: readonly Float64Array[]): WeightwatcherRow {
  const { layerId, name, layerType, larger, smaller, slices: rf } = weight;
  const eigenvalues = Float64Array.from(slices.flatMap((values) => Array.from(values, (s) => s * s))).sort();
  const norm = eigenvalues.reduce((sum, each) => sum + each, 0);
  const largest = eigenvalues.at(-1)!;
  const pooled = Float64Array.from(eigenvalues, Math.sqrt).reverse();
  const rank = rankOf(pooled, larger);
  const fit = fitLikeWeightwatcher(eigenvalues);
  const alpha = fit ? fit.alpha : -1;
  return {
    layer_id: layerId,
    name,
    longname: name,
    layer_type: layerType,
    N: larger,
    M: smaller,
    rf,
    Q: larger / smaller,
    num_evals: eigenvalues.length,
    norm: finite(norm),
    log_norm: finite(Math.log10(norm)),
    spectral_norm: finite(largest),
    log_spectral_norm: finite(Math.log10(largest)),
    lambda_max: finite(largest),
    stable_rank: finite(norm / largest),
    matrix_rank: rank,
    rank_loss: slices.reduce((sum, values) => sum + values.length - rankOf(values, larger), 0),
    weak_rank_loss: eigenvalues.filter((each) => each < weak).length,
    entropy: finite(entropyOf(eigenvalues, norm, rank)),
    alpha: finite(alpha),
    xmin: finite(fit ? fit.xmin : -1),
    xmax: fit && finite(fit.xmax),
    D: finite(fit ? fit.distance : -1),
    sigma: finite(fit ? fit.sigma : -1),
    num_pl_spikes: fit ? eigenvalues.filter((each) => each >= fit.xmin).length : -1,
    alpha_weighted: finite(alpha * Math.log10(largest)),
    log_alpha_norm: finite(Math.log10(eigenvalues.reduce((sum, each) => sum + power(each, alpha), 0))),
    sv_min: finite(slices.reduce((most, values) => Math.max(most, values.at(-1)!), 0)),
    sv_max: finite(slices.reduce((most, values) => Math.max(most, values[0]!), 0)),
    status: fit ? "success" : "failed",
    warning: alpha < overTrainedBelow ? "over-trained" : alpha > underTrainedAbove ? "under-trained" : "",
  };
}

/** Singular values above s_1 N eps: the tolerance of float64, whatever the entries were stored in. */
function rankOf(descending: Float64Array, larger: number): number {
  const tolerance = descending[0]! * larger * epsilon;
  return descending.filter((s) => s > tolerance).length;
}

/** -sum p ln p / ln(rank + 1e-10) with p = lambda / sum + 1e-10. */
function entropyOf(eigenvalues: Float64Array, norm: number, rank: number): number {
  let sum = 0;
  for (const each of eigenvalues) {
    const share = each / norm + shift;
    sum -= share * Math.log(share);
  }
  return sum / Math.log(rank + shift);
}

/** x^y as C has it: 1 to any power is 1. */
function power(x: number, y: number): number {
  return x === 1 ? 1 : x ** y;
}

function finite(value: number): number | null {
  return Number.isFinite(value) ? value : null;
}
