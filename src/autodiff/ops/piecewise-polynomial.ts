import { type PiecewisePolynomial, piecewiseDerivative, piecewiseValue } from "../piecewise-polynomial.ts";
import { apply, type Value } from "../value.ts";
import { multiply } from "./multiply.ts";
import { unaryOp } from "./pointwise.ts";

const relu: PiecewisePolynomial = { breaks: [0], owners: ["left"], pieces: [[0], [0, 1]] };
const jumping: PiecewisePolynomial = { breaks: [0], owners: ["right"], pieces: [[0], [0, 1, 0.5]] };
const threePieces: PiecewisePolynomial = {
  breaks: [-0.5, 0.75],
  owners: ["left", "right"],
  pieces: [[-1, 2, 1, -0.5], [0.25], [0, 0, 1]],
};

export const piecewisePolynomialOp = unaryOp<PiecewisePolynomial>({
  name: "piecewise-polynomial",
  of: (x, f) => piecewiseValue(f, x),
  derivative: ({ inputs, attributes }) => applyPiecewise(piecewiseDerivative(attributes), inputs[0]!),
  multiply,
  // Away from the breaks, where one-sided derivatives differ.
  trials: [relu, jumping, threePieces].map((attributes) => ({
    shapes: [[5, 7]],
    attributes,
    entries: [(x) => (attributes.breaks.some((at) => Math.abs(x - at) < 0.01) ? x + 0.05 : x)],
  })),
});

/** f(x), entry by entry. */
export function applyPiecewise(f: PiecewisePolynomial, x: Value): Value {
  return apply(piecewisePolynomialOp, [x], f);
}

/** |x|; its derivative at 0 is 1. */
export function absoluteValue(x: Value): Value {
  return applyPiecewise(
    {
      breaks: [0],
      owners: ["right"],
      pieces: [
        [0, -1],
        [0, 1],
      ],
    },
    x,
  );
}
