import { einsumAxes } from "../einsum-axes.ts";
import type { AxisMeaning, TensorUse } from "../tensor-use.ts";

/** What of a node decides how it uses its inputs. */
export interface GraphNode {
  readonly operator: string;
  readonly name: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  /** The modules that it comes from, as its exporter notes them: a list of texts; "" where it notes none. */
  readonly scopes: string;
  /** Attributes that are whole numbers. */
  readonly integers: ReadonlyMap<string, number>;
  /** `perm` of a Transpose; null where it has none. */
  readonly permutation: readonly number[] | null;
  /** `equation` of an Einsum. */
  readonly equation: string;
}

/** How a node uses one of its inputs, of that shape; null where it is no weight. */
export type InputUse = (shape: readonly number[], node: GraphNode) => TensorUse | null;

const space = (count: number) => Array<AxisMeaning>(Math.max(0, count)).fill("space");
const spelled = (axes: readonly AxisMeaning[] | null): TensorUse | null => axes && { axes };

/** A matrix that multiplies from the right, [in, out], or from the left, [out, in]; what comes before is a stack. */
const factor =
  (side: "left" | "right", transposed: string): InputUse =>
  (shape, { integers }) => {
    if (shape.length !== 2 && shape.length !== 3) return null;
    const outLast = (side === "right") !== (integers.get(transposed) === 1);
    const matrix: AxisMeaning[] = outLast ? ["in", "out"] : ["out", "in"];
    return { axes: shape.length === 3 ? ["stack", ...matrix] : matrix };
  };

/** The kernel of a convolution, [out, in / groups, space...] or, transposed, [in, out / groups, space...]. */
const kernel =
  (first: AxisMeaning, second: AxisMeaning): InputUse =>
  (shape, { integers }) => {
    if (shape.length < 3) return null;
    // A group a channel: each filter reads one.
    const isDepthwise = (integers.get("group") ?? 1) > 1 && shape[1] === 1;
    return { axes: [isDepthwise ? "group" : first, second, ...space(shape.length - 2)] };
  };

const state: InputUse = () => ({ axes: ["stack", "stack", "state"] });

/**
 * [directions, gates H, in] and [directions, gates H, H]; then vectors: biases [directions, 2 gates H], the states to
 * begin with [directions, batch, H], and peepholes [directions, 3 H].
 */
const gated = (gates: readonly string[]): Readonly<Record<number, InputUse>> => ({
  1: () => ({ axes: ["stack", "out", "in"], gates }),
  2: () => ({ axes: ["stack", "out", "state"], gates }),
  3: () => ({ axes: ["stack", "out"] }),
  5: state,
  6: state,
  7: () => ({ axes: ["stack", "out"] }),
});

const matrixProduct = { 0: factor("left", "transA"), 1: factor("right", "transB") };
const convolution = { 1: kernel("out", "in") };
const einsum: Readonly<Record<number, InputUse>> = {
  0: (_, { equation }) => spelled(einsumAxes(equation, 0)),
  1: (_, { equation }) => spelled(einsumAxes(equation, 1)),
};

/**
 * Operators that weights go into, and what those are by the place at which they do.
 *
 * @source onnx/docs/Operators.md; onnxruntime/docs/ContribOperators.md (FusedMatMul, FusedConv, Attention).
 */
export const weightOperators: ReadonlyMap<string, Readonly<Record<number, InputUse>>> = new Map(
  Object.entries({
    MatMul: matrixProduct,
    FusedMatMul: matrixProduct,
    Gemm: matrixProduct,
    FusedGemm: matrixProduct,
    Attention: { 1: factor("right", "transB") },
    Conv: convolution,
    FusedConv: convolution,
    ConvTranspose: { 1: kernel("in", "out") },
    Gather: {
      0: (shape, { integers }) =>
        shape.length === 2 && !integers.get("axis") ? { axes: ["token", "feature"] } : null,
    },
    Einsum: einsum,
    LSTM: gated(["i", "o", "f", "g"]),
    GRU: gated(["z", "r", "n"]),
    RNN: gated(["h"]),
  } satisfies Record<string, Readonly<Record<number, InputUse>>>),
);

/** Operators whose output is their first input again, entry by entry, but for the order of its axes. */
export const passingOperators: ReadonlySet<string> = new Set([
  "Transpose",
  "Identity",
  "Cast",
  "Expand",
  "QuantizeLinear",
  "DequantizeLinear",
]);
