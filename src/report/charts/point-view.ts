/** A place of a view: x and y in the numbers of its axes. */
export type ViewPoint = readonly [x: number, y: number];

/**
 * A chart that the page's script draws from its numbers: points, what they are held against, and the range that was
 * fitted. It weighs a fifth of a drawn one, and its numbers can be saved.
 */
export interface PointView {
  /** Names the view in links and in the names of files. */
  readonly id: string;
  readonly scale: "linear" | "log";
  readonly xTitle: string;
  readonly yTitle: string;
  readonly points: readonly ViewPoint[];
  /** What theory says, two points or none. */
  readonly line: readonly ViewPoint[];
  /** The line does not hold: it is dashed. */
  readonly isWeak: boolean;
  /** The range of x that was fitted; null where there is none. */
  readonly fitted: readonly [low: number, high: number] | null;
  /** The finding, in a sentence or two. */
  readonly sentence: string;
}

/** Four digits place a point within a tenth of a pixel. */
export function viewNumber(value: number): number {
  return Number(value.toPrecision(4));
}
