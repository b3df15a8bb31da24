import { chartColor } from "./palette.ts";

export interface DensityPoint {
  readonly x: number;
  readonly y: number;
}

/** The bars of a histogram as one closed step line: a hundred rectangles would be half of the page. */
export function barOutline(bars: readonly DensityPoint[]): { x: number; y: number; i: number }[] {
  const points: DensityPoint[] = [];
  let height = 0;
  for (const { x, y } of bars) {
    points.push({ x, y: height }, { x, y });
    height = y;
  }
  return points.map((point, i) => ({ ...point, i }));
}

/** The order in which the points of an outline are drawn. */
export const outlineOrder = { field: "i", type: "quantitative" as const };

/** A layer with the bars of a density as a filled outline: of eigenvalues as they are, beside what a law says. */
export function barLayer<X, Y>(bars: readonly DensityPoint[], x: X, y: Y) {
  return {
    data: { values: barOutline(bars) },
    mark: {
      type: "line" as const,
      filled: true,
      fill: chartColor("chart-bulk"),
      stroke: chartColor("chart-bulk-line"),
      strokeWidth: 0.75,
    },
    encoding: { x, y, order: outlineOrder },
  };
}
