import type { TopLevelSpec } from "vega-lite";
import { type PiecewisePolynomial, piecewiseDerivative } from "../../autodiff/piecewise-polynomial.ts";
import { chartConfig, chartSize, quantitative, titleAbove } from "./chart-frame.ts";
import { lawDashes } from "./law-density.ts";
import { type LayerSeries, seriesScales } from "./layer-series.ts";

/** A function and what it is called. */
export interface NamedFunction {
  readonly name: string;
  readonly polynomial: PiecewisePolynomial;
}

const pointsAPiece = 33;

/**
 * Activation functions, or their derivatives, as curves; a jump is a gap, not a steep line.
 *
 * @param functions - in the order of `looks`, with the same names.
 * @param looks - hues of the curves; dashes repeat the distinction.
 * @param frame - what part of the plane is drawn, and whether it shows sigma or its derivative.
 */
export function activationCurves(
  functions: readonly NamedFunction[],
  looks: readonly LayerSeries[],
  frame: {
    readonly x: readonly [number, number];
    readonly y: readonly [number, number];
    readonly shows: "function" | "derivative";
  },
): TopLevelSpec {
  const isFunction = frame.shows === "function";
  const rows = functions.flatMap(({ name, polynomial }) =>
    curveOf(isFunction ? polynomial : piecewiseDerivative(polynomial), frame.x, frame.y).map((point) => ({
      ...point,
      series: name,
    })),
  );
  const x = quantitative("x", frame.x, "linear", { title: "pre-activation x", tickCount: 5, format: "~r" });
  const title = isFunction ? "σ(x)" : "σ′(x)";
  const y = quantitative("y", frame.y, "linear", { ...titleAbove(title), tickCount: 5, format: "~r" });
  const { color } = seriesScales(looks);
  const names = looks.map((each) => each.name);
  return {
    ...chartSize,
    autosize: { type: "fit", contains: "padding" },
    config: chartConfig,
    padding: { left: 2, right: 8, top: 8, bottom: 2 },
    data: { values: rows },
    mark: { type: "line", strokeWidth: 2 },
    encoding: {
      x,
      y,
      color,
      strokeDash: {
        field: "series",
        type: "nominal",
        legend: null,
        scale: { domain: names, range: names.map((_, i) => [...lawDashes[i % lawDashes.length]!]) },
      },
      detail: { field: "piece", type: "nominal" },
    },
  };
}

/** Points of each piece, its ends as limits from within: so a jump joins nothing. */
function curveOf(
  { breaks, pieces }: PiecewisePolynomial,
  [left, right]: readonly [number, number],
  [bottom, top]: readonly [number, number],
): { x: number; y: number; piece: number }[] {
  return pieces.flatMap((coefficients, piece) => {
    const from = Math.max(left, breaks[piece - 1] ?? left);
    const to = Math.min(right, breaks[piece] ?? right);
    if (from >= to) return [];
    const steps = coefficients.length <= 2 ? 2 : pointsAPiece;
    return Array.from({ length: steps }, (_, i) => {
      const x = from + ((to - from) * i) / (steps - 1);
      return { x, y: coefficients.reduceRight((sum, c) => sum * x + c, 0), piece };
    })
      .filter(({ y }) => y >= bottom && y <= top)
      .map(({ x, y }) => ({ x: round(x), y: round(y), piece }));
  });
}

function round(value: number): number {
  return Number(value.toPrecision(5));
}
