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
