import type { TopLevelSpec } from "vega-lite";
import type { SpectrumSummary } from "../../analysis/result.ts";
import { chartConfig, chartSize, logTicks, quantitative } from "./chart-frame.ts";
import { binsOf, heightOf, linearEnd, logarithmicFrom } from "./density-data.ts";
import { barLayer, barOutline, type DensityPoint, outlineOrder } from "./density-outline.ts";
import { chartColor } from "./palette.ts";
import { spectrumMass } from "./spectrum-mass.ts";

/**
 * Eigenvalue densities of two matrices of one shape on one axis: the first as a line, the second filled.
 *
 * @param a - the first. @param b - the second; both have a density (`hasDensity`).
 * @param edge - upper edge of the bulk of either, the larger; null where none is known.
 * @returns a Vega-Lite specification, and what share of each lies beyond its right end.
 */
export function pairedDensity(
  a: SpectrumSummary,
  b: SpectrumSummary,
  edge: number | null,
): { readonly spec: TopLevelSpec; readonly beyond: readonly [a: number, b: number] } {
  const masses = [spectrumMass(a), spectrumMass(b)] as const;
  const largest = Math.max(...masses.map((mass) => mass.largest)) || 1;
  const bulk = edge !== null && edge > 0 ? edge : largest;
  const isLog = largest > logarithmicFrom * bulk;
  const positive = masses.flatMap(({ smallestPositive }) => smallestPositive ?? []);
  const domain: readonly [number, number] = isLog
    ? [Math.max(bulk * 1e-4, Math.min(bulk, ...positive) / 1.4), 1.4 * largest]
    : [0, Math.max(1.12 * bulk, Math.min(1.05 * largest, linearEnd * bulk))];
  const axis = isLog ? "log" : "linear";
  const bins = Math.round(Math.min(48, 12 + 2 * Math.sqrt(b.count)));
  const [before, after] = [binsOf(masses[0], domain, axis, bins), binsOf(masses[1], domain, axis, bins)];
  // Zeros, which both share, must not flatten the rest.
  const inside = [...before, ...after].filter(({ x }) => isLog || x > 0);
  const top = heightOf(inside, [], bulk);
  const cut = (points: readonly DensityPoint[]) =>
    points.map(({ x, y }) => ({ x: round(x), y: round(Math.min(y, top)) }));
  const x = quantitative("x", domain, isLog ? "log" : "linear", {
    title: isLog ? "eigenvalue of WᵀW/N (log)" : "eigenvalue of WᵀW/N",
    format: "~r",
    ...(isLog ? { values: logTicks(...domain) } : { tickCount: 6 }),
  });
  const y = quantitative("y", [0, top], "linear", {
    title: isLog ? "density per ln λ" : "density",
    tickCount: 4,
  });
  return {
    spec: {
      ...chartSize,
      autosize: { type: "fit", contains: "padding" },
      config: chartConfig,
      padding: { left: 2, right: 8, top: 14, bottom: 2 },
      layer: [
        barLayer(cut(after), x, y),
        {
          data: { values: barOutline(cut(before)) },
          mark: { type: "line", color: chartColor("chart-spike"), strokeWidth: 1.5 },
          encoding: { x, y, order: outlineOrder },
        },
      ],
    },
    beyond: [
      masses[0].between(domain[1], Number.POSITIVE_INFINITY),
      masses[1].between(domain[1], Number.POSITIVE_INFINITY),
    ],
  };
}

/** Five digits place a point within a hundredth of a pixel. */
function round(value: number): number {
  return Number(value.toPrecision(5));
}
