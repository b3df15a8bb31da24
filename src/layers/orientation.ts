import type { Orientation } from "./layer.ts";
import type { NamedLayer } from "./names.ts";

/**
 * How a matrix maps, from its parameter's name and its family's table.
 *
 * @param layer - what the name says; null for a tensor that is no weight matrix.
 * @param outputsLast - whether the parameter's name says that outputs come last.
 * @param isFlipped - whether shapes in this checkpoint refute the family's own orientation.
 * @param isTransposed - whether it is a transposed convolution by more than its name.
 */
export function orientationOf(
  layer: NamedLayer | null,
  outputsLast: boolean,
  isFlipped: boolean,
  isTransposed = false,
): Orientation {
  const stated = layer?.traits.orientation;
  if (stated !== undefined) return isFlipped ? opposite(stated) : stated;
  // An embedding has one row a token, its input.
  if (layer?.kind === "embedding") return "in-out";
  const plain: Orientation = outputsLast ? "in-out" : "out-in";
  return layer?.isTransposed || isTransposed ? opposite(plain) : plain;
}

/**
 * Whether a shape refutes the orientation that the family's table states.
 *
 * @param layer - what the name says.
 * @param shape - two extents; any other shape refutes nothing.
 */
export function refutesOrientation(layer: NamedLayer, shape: readonly number[]): boolean {
  const { orientation, expands } = layer.traits;
  if (orientation === undefined || expands === undefined || shape.length !== 2) return false;
  const [rowExtent, columnExtent] = shape as [number, number];
  if (rowExtent === columnExtent) return false;
  const hasMoreOutputs = orientation === "in-out" ? columnExtent > rowExtent : rowExtent > columnExtent;
  return hasMoreOutputs !== expands;
}

function opposite(orientation: Orientation): Orientation {
  return orientation === "in-out" ? "out-in" : "in-out";
}
