import type { NoiseMatrixResult } from "../../noise/result.ts";
import type { LawCurve, LawDensityData } from "../charts/law-density.ts";
import { type SpectrumMass, spectrumMass } from "../charts/spectrum-mass.ts";

/** The spectrum over the laws' edge, or under it, from which the axis becomes logarithmic. */
const logarithmicFrom = 6;
/** What lies further below the largest eigenvalue has no place on a logarithmic axis. */
const depth = 1e-7;
const bins = 32;

/**
 * The eigenvalues of a noise matrix over their mean as bars, and the laws it is held against as curves.
 *
 * @returns null where the matrix has no spectrum.
 */
export function noiseDensity({ spectrum, laws, entryRms }: NoiseMatrixResult): LawDensityData | null {
  // The mean eigenvalue of W'W/N is the mean square of an entry.
  const mean = entryRms ** 2;
  if (spectrum === null || spectrum.quantiles.length === 0 || !(mean > 0)) return null;
  const mass = massOver(spectrumMass(spectrum), mean);
  const curves = laws.flatMap(({ name, curve }) =>
    curve === null
      ? []
      : [{ name, x: curve.x.map((each) => each / mean), density: curve.density.map((each) => each * mean) }],
  );
  const edges = curves.flatMap(({ x }) => x.filter((place) => place > 0));
  const high = Math.max(mass.largest, ...edges);
  if (!(high > 0)) return null;
  const positive = mass.smallestPositive ?? high;
  const firstEdge = Math.max(...(curves[0]?.x ?? [high]));
  const isLog = high > logarithmicFrom * firstEdge || mass.largest < firstEdge / logarithmicFrom;
  const low = Math.max(high * depth, Math.min(positive, ...edges)) / 1.4;
  const domain = isLog ? ([low, 1.4 * high] as const) : ([0, 1.05 * high] as const);
  const place = (i: number) =>
    isLog ? domain[0] * (domain[1] / domain[0]) ** (i / bins) : (domain[1] * i) / bins;
  const width = isLog ? Math.log(domain[1] / domain[0]) / bins : domain[1] / bins;
  const bars = Array.from({ length: bins }, (_, i) => {
    // Exact zeros belong to the first bin of a linear axis, and to no bin of a logarithmic one.
    const from = i === 0 && !isLog ? Number.NEGATIVE_INFINITY : place(i);
    return { x: place(i), y: mass.between(from, place(i + 1)) / width };
  });
  return {
    axis: isLog ? "log" : "linear",
    domain,
    bars: [...bars, { x: domain[1], y: 0 }],
    curves: curves.map(
      ({ name, x, density }): LawCurve => ({
        name,
        points: x.map((each, i) => ({ x: each, y: (density[i] ?? 0) * (isLog ? each : 1) })),
      }),
    ),
  };
}

/** The same of eigenvalues over a unit. */
function massOver({ largest, smallestPositive, between }: SpectrumMass, unit: number): SpectrumMass {
  return {
    largest: largest / unit,
    smallestPositive: smallestPositive === null ? null : smallestPositive / unit,
    between: (low, high) => between(low * unit, high * unit),
  };
}
