import { piecewisePolynomialOp } from "../../autodiff/ops/piecewise-polynomial.ts";
import type { PiecewisePolynomial } from "../../autodiff/piecewise-polynomial.ts";
import type { GpuKernel } from "./kernel.ts";
import { unaryKernel } from "./unary.ts";

/** Horner's scheme. */
function polynomial(coefficients: readonly number[]): string {
  return coefficients.reduceRight(
    (text, each) => (text === "" ? `(${each})` : `(${each} + x * ${text})`),
    "",
  );
}

export const piecewisePolynomialKernel: GpuKernel<PiecewisePolynomial> = unaryKernel(
  piecewisePolynomialOp,
  ({ breaks, owners, pieces }) => {
    const branches = breaks.map((at, place) => {
      const relation = owners[place] === "left" ? "<=" : "<";
      return `if (x ${relation} (${Math.fround(at)})) { return ${polynomial(pieces[place]!) || "0"}; }`;
    });
    return `${branches.join("\n")} return ${polynomial(pieces.at(-1)!) || "0"};`;
  },
);
