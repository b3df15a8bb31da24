import type { MarchenkoPasturResult, SpectrumSummary } from "../../analysis/result.ts";
import { marchenkoPastur } from "../../laws/marchenko-pastur.ts";
import type { DensityPoint } from "./density-outline.ts";
import { eigenvalueOf, type SpectrumMass, spectrumMass } from "./spectrum-mass.ts";

/** The largest eigenvalue over the bulk's edge from which the axis becomes logarithmic. */
export const logarithmicFrom = 8;
/** A linear axis ends here at the latest, in units of the bulk's edge, and says what lies beyond. */
export const linearEnd = 3;
/** More marks than these are a smear; the largest are drawn and the number is told. */
const marksDrawn = 24;
const curvePoints = 44;

/** What the density chart shows, in the numbers of its axes. */
export interface DensityData {
  readonly axis: "linear" | "log";
  readonly domain: readonly [low: number, high: number];
  readonly top: number;
  /** Left edge and height of each bin; the last point closes the last bin. */
  readonly bars: readonly DensityPoint[];
  /** The fitted law, scaled to the share of eigenvalues that are bulk; empty without a fit. */
  readonly curve: readonly DensityPoint[];
  readonly edges: readonly number[];
  /** Eigenvalues of the outliers within the axis, the largest first. */
  readonly spikes: readonly number[];
  /** Outliers within the axis that are not marked, because they are too many. */
  readonly spikesNotDrawn: number;
  /** Share of the eigenvalues that lie right of the axis, and left of it. */
  readonly beyond: number;
  readonly below: number;
}

/** Room on a logarithmic axis above the largest eigenvalue, and below the smallest: a factor. */
const logMargin = 1.4;

/**
 * Whether there is a density to draw: eigenvalues outside of the range of float64 are not in a result, and an axis
 * whose end is infinite would have no last tick.
 */
export function hasDensity(spectrum: SpectrumSummary | null): spectrum is SpectrumSummary {
  if (spectrum === null || spectrum.quantiles.length === 0) return false;
  const eigenvalues = [...spectrum.quantiles, ...spectrum.top.map((value) => eigenvalueOf(spectrum, value))];
  return eigenvalues.every((value) => Number.isFinite(logMargin * value));
}

/**
 * The density of the eigenvalues of a layer beside its fitted Marchenko-Pastur law.
 *
 * On a linear axis y is the density of the eigenvalue; on a logarithmic one that of its natural
 * logarithm, so that equal areas are equal numbers of eigenvalues on both.
 *
 * @param spectrum - the layer's spectrum, which has one ({@link hasDensity}).
 * @param result - its fit; null where there is none. One with an edge that is null is not drawn.
 * @returns bars, curve, edges and outliers within one axis.
 */
export function densityData(spectrum: SpectrumSummary, result: MarchenkoPasturResult | null): DensityData {
  const fit = isDrawable(result) ? result : null;
  const mass = spectrumMass(spectrum);
  const edge = fit?.lambdaPlus ?? mass.largest;
  const axis = mass.largest > logarithmicFrom * edge ? "log" : "linear";
  const domain = axis === "log" ? logDomain(mass, fit) : linearDomain(mass, fit);
  const bars = binsOf(mass, domain, axis, Math.round(Math.min(48, 12 + 2 * Math.sqrt(spectrum.count))));
  const curve = fit === null ? [] : curveOf(fit, spectrum.count, axis);

  const outliers = [...(fit?.spikes ?? []), ...(fit?.spikesBelow ?? [])]
    .map((spike) => eigenvalueOf(spectrum, spike.singularValue))
    .sort((a, b) => b - a);
  const inside = outliers.filter((value) => value >= domain[0] && value <= domain[1]);
  const spikes = inside.slice(0, marksDrawn);
  return {
    axis,
    domain,
    top: heightOf(bars, curve, edge),
    bars,
    curve,
    edges:
      fit === null ? [] : [fit.lambdaMinus, fit.lambdaPlus].filter((x) => x >= domain[0] && x <= domain[1]),
    spikes,
    spikesNotDrawn: inside.length - spikes.length,
    beyond: mass.between(domain[1], Number.POSITIVE_INFINITY),
    below: domain[0] > 0 ? mass.between(Number.NEGATIVE_INFINITY, domain[0]) : 0,
  };
}

/** A fit whose edges have a place on an axis. */
type DrawableFit = MarchenkoPasturResult & { readonly lambdaMinus: number; readonly lambdaPlus: number };

function isDrawable(fit: MarchenkoPasturResult | null): fit is DrawableFit {
  return fit !== null && fit.lambdaMinus !== null && fit.lambdaPlus !== null;
}

function linearDomain(mass: SpectrumMass, fit: DrawableFit | null): [number, number] {
  if (fit === null) return [0, mass.largest * 1.05 || 1];
  const high = Math.max(1.12 * fit.lambdaPlus, Math.min(1.05 * mass.largest, linearEnd * fit.lambdaPlus));
  return [0, high];
}

function logDomain(mass: SpectrumMass, fit: DrawableFit | null): [number, number] {
  const high = mass.largest * logMargin;
  // Far below the bulk lies rounding noise, which would take most of the axis.
  const floor = (fit?.lambdaPlus ?? mass.largest) * 1e-4;
  const low = Math.min(
    mass.smallestPositive ?? floor,
    fit !== null && fit.lambdaMinus > 0 ? fit.lambdaMinus : floor,
  );
  return [Math.max(floor, low / logMargin), high];
}

/**
 * Left edge and height of each bin of an axis; the last point closes the last bin.
 *
 * @param mass - of a spectrum. @param count - of the bins.
 */
export function binsOf(
  mass: SpectrumMass,
  [low, high]: readonly [number, number],
  axis: "linear" | "log",
  count: number,
): DensityPoint[] {
  const place = (i: number) =>
    axis === "log" ? low * (high / low) ** (i / count) : low + ((high - low) * i) / count;
  const width = axis === "log" ? Math.log(high / low) / count : (high - low) / count;
  const points: DensityPoint[] = [];
  for (let i = 0; i < count; i++) {
    // The first bin of a linear axis takes the exact zeros too: its interval is closed on the left.
    const from = i === 0 && axis === "linear" ? Number.NEGATIVE_INFINITY : place(i);
    points.push({ x: place(i), y: mass.between(from, place(i + 1)) / width });
  }
  points.push({ x: high, y: 0 });
  return points;
}

function curveOf(fit: DrawableFit, count: number, axis: "linear" | "log"): DensityPoint[] {
  const law = marchenkoPastur(fit.aspectRatio, fit.scale);
  const outliers = fit.spikes.length + (fit.spikesBelow?.length ?? 0);
  const bulkShare = Math.max(0, 1 - outliers / Math.max(1, count));
  const [lower, upper] = law.support;
  const points: DensityPoint[] = [];
  for (let i = 0; i <= curvePoints; i++) {
    // Equal steps of the law's angle: dense at both edges, where it turns.
    const x = lower + (upper - lower) * Math.sin((Math.PI * i) / curvePoints / 2) ** 2;
    if (x > 0) points.push({ x, y: bulkShare * law.pdf(x) * (axis === "log" ? x : 1) });
  }
  return points;
}

/** Top of the y axis: one bar (exact zeros, or a square matrix at 0) must not flatten the rest. */
export function heightOf(
  bars: readonly DensityPoint[],
  curve: readonly DensityPoint[],
  edge: number,
): number {
  const peak = Math.max(0, ...curve.filter((point) => point.x > 0.03 * edge).map((point) => point.y));
  const highest = Math.max(0, ...bars.map((bar) => bar.y));
  const height = peak > 0 ? Math.max(peak, Math.min(highest, 2.5 * peak)) : highest;
  return height > 0 ? height * 1.12 : 1;
}
