import type { Orientation } from "../layer.ts";
import { band } from "../tensor-part.ts";
import type { FusedLayout, FusedMatrix, FusedPart } from "./fused-layout.ts";
import { outputAxis, sidesOf } from "./fused-layout.ts";

/**
 * The gate, then its factor, in two equal parts.
 *
 * Stacks of experts are stored either way: the shape of `down_proj`, the other half's inverse, tells which.
 */
export const gateUp: FusedLayout = {
  split: (matrix) => {
    const orientation = orientationByDown(matrix) ?? matrix.orientation;
    const { outputs } = sidesOf({ ...matrix, orientation });
    return outputs % 2 === 0 ? halves({ ...matrix, orientation }, outputs / 2) : null;
  },
};

/** The same where outputs-last stacks have gate and factor in turn, column by column (gpt-oss). */
export const gateUpInTurn: FusedLayout = {
  split: (matrix) => {
    const split = gateUp.split(matrix);
    if (split?.axis !== "columns") return split;
    const count = matrix.columns / 2;
    const inTurn = (part: FusedPart, start: number) => ({
      ...part,
      bands: { start, length: 1, period: 2, count },
    });
    return { ...split, parts: split.parts.map(inTurn) };
  },
};

function halves(matrix: FusedMatrix, half: number) {
  const parts: FusedPart[] = [
    { label: "gate", role: "mlp-gate", bands: band(0, half) },
    { label: "up", role: "mlp-in", bands: band(half, half) },
  ];
  return { axis: outputAxis(matrix), orientation: matrix.orientation, parts };
}

/** With I neurons and d inputs, [2 I, d] comes with [d, I], and [d, 2 I] with [I, d]. */
function orientationByDown(matrix: FusedMatrix): Orientation | null {
  const down = matrix.sibling("gate_up_proj", "down_proj") ?? matrix.sibling("input_linear", "output_linear");
  if (!down || down.length < 2) return null;
  const [rows, columns] = down.slice(-2) as [number, number];
  if (matrix.rows === 2 * columns && matrix.columns === rows) return "out-in";
  if (matrix.columns === 2 * rows && matrix.rows === columns) return "in-out";
  return null;
}
