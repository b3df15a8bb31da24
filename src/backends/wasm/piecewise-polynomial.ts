import { piecewisePolynomialOp } from "../../autodiff/ops/piecewise-polynomial.ts";
import type { PiecewisePolynomial } from "../../autodiff/piecewise-polynomial.ts";
import { operand, result, type WasmKernel } from "./kernel.ts";

export const piecewisePolynomialKernel: WasmKernel<PiecewisePolynomial> = {
  op: piecewisePolynomialOp,
  lower({ attributes: { breaks, owners, pieces } }) {
    const degree = pieces.reduce((most, piece) => Math.max(most, piece.length - 1), 0);
    const padded = (piece: readonly number[], length: number) =>
      Array.from({ length }, (_, power) => piece[power] ?? 0);
    const owns = (place: number) => (owners[place] === "right" ? 1 : 0);
    if (pieces.length === 2 && degree <= 2) {
      const [left, right] = pieces.map((piece) => padded(piece, 3)) as [number[], number[]];
      const args = [operand(0), result, breaks[0]!, owns(0), ...left, ...right];
      return { entrywise: { kernel: "piecewiseOfTwo", args } };
    }
    const table = pieces.flatMap((piece, place) => [
      ...(place === 0 ? [] : [breaks[place - 1]!, owns(place - 1)]),
      ...padded(piece, degree + 1),
    ]);
    const args = [operand(0), result, { table, type: "float32" as const }, pieces.length, degree];
    return { entrywise: { kernel: "piecewise", args } };
  },
};
