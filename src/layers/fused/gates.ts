import { band } from "../tensor-part.ts";
import type { FusedLayout, FusedMatrix, FusedSplit } from "./fused-layout.ts";
import { outputAxis, sidesOf } from "./fused-layout.ts";

/** Labels of the gates of one cell, by their number, in the order of the library. */
type GateOrders = Readonly<Record<number, readonly string[]>>;

/** `torch.nn`: input, forget, cell, output; reset, update, new. */
const torchOrders: GateOrders = { 4: ["i", "f", "g", "o"], 3: ["r", "z", "n"] };
/** Keras: input, forget, cell, output; update, reset, new. */
const kerasOrders: GateOrders = { 4: ["i", "f", "g", "o"], 3: ["z", "r", "n"] };

/**
 * Gates of an LSTM or a GRU of `torch.nn`, one after another: 4 H or 3 H outputs.
 *
 * The matrix of hidden states, [gates H, H], tells their number; that of an LSTM with projections needs the
 * projection, [P, H].
 */
export const torchGates: FusedLayout = {
  split(matrix) {
    const hidden = matrix.sibling("weight_ih", "weight_hh") ?? [matrix.rows, matrix.columns];
    const projection = matrix.sibling(/weight_(ih|hh)/, "weight_hr");
    const gates = hidden[0]! / (projection ? projection[1]! : hidden[1]!);
    return equalParts(matrix, torchOrders[gates]);
  },
};

/** Gates of an LSTM or a GRU of Keras: `recurrent_kernel`, [H, gates H], tells their number. */
export const kerasGates: FusedLayout = {
  split(matrix) {
    const hidden = matrix.sibling(/(?<!recurrent_)kernel/, "recurrent_kernel") ??
      matrix.sibling(/vars([./])0$/, "vars$11") ?? [matrix.rows, matrix.columns];
    return equalParts(matrix, kerasOrders[hidden[1]! / hidden[0]!]);
  },
};

/** Gates in an order that the format tells. */
export function gatesInTurn(labels: readonly string[]): FusedLayout {
  return { split: (matrix) => (labels.length > 1 ? equalParts(matrix, labels) : null) };
}

function equalParts(matrix: FusedMatrix, labels: readonly string[] | undefined): FusedSplit | null {
  if (!labels) return null;
  const length = sidesOf(matrix).outputs / labels.length;
  if (!Number.isInteger(length)) return null;
  const parts = labels.map((label, i) => ({ label, role: null, bands: band(i * length, length) }));
  return { axis: outputAxis(matrix), parts };
}
