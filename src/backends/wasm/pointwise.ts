import { addOp } from "../../autodiff/ops/add.ts";
import { broadcastTo } from "../../autodiff/ops/broadcasting.ts";
import { divideOp } from "../../autodiff/ops/divide.ts";
import { minimumOp, notAboveOp } from "../../autodiff/ops/minimum.ts";
import { multiplyOp } from "../../autodiff/ops/multiply.ts";
import { subtractOp } from "../../autodiff/ops/subtract.ts";
import { broadcastStrides, type Shape } from "../../autodiff/shape.ts";
import { apply, type Op } from "../../autodiff/value.ts";
import { operand, result, type WasmKernel } from "./kernel.ts";

/** How two operands are read along rows of a result: strides from row to row, and in a row, in entries. */
interface Rows {
  readonly width: number;
  readonly a: readonly [row: number, step: number];
  readonly b: readonly [row: number, step: number];
}

/** Rows as long as they go; null when operands are read by more than two strides. */
function rowsOf(a: Shape, b: Shape, shape: Shape): Rows | null {
  const aStrides = broadcastStrides(a, shape);
  const bStrides = broadcastStrides(b, shape);
  const axes: { side: number; a: number; b: number }[] = [];
  for (const [axis, side] of shape.entries()) {
    if (side === 1) continue;
    const own = { side, a: aStrides[axis]!, b: bStrides[axis]! };
    const outer = axes.at(-1);
    if (outer && outer.a === own.a * side && outer.b === own.b * side) {
      axes[axes.length - 1] = { ...own, side: outer.side * side };
    } else axes.push(own);
  }
  if (axes.length > 2) return null;
  const inner = axes.pop() ?? { side: 1, a: 1, b: 1 };
  const outer = axes.pop() ?? { a: 0, b: 0 };
  return { width: inner.side, a: [outer.a, inner.a], b: [outer.b, inner.b] };
}

/** A function of two arrays. */
function binaryKernel(op: Op<null>, kernel: string): WasmKernel<null> {
  return {
    op,
    lower({ inputs, shape }) {
      const [a, b] = inputs as [(typeof inputs)[0], (typeof inputs)[0]];
      const rows = rowsOf(a.shape, b.shape, shape);
      if (!rows) return { instead: apply(op, [broadcastTo(a, shape), broadcastTo(b, shape)], null) };
      return {
        entrywise: { kernel, args: [operand(0), ...rows.a, operand(1), ...rows.b, result, rows.width] },
      };
    },
  };
}

export const pointwiseKernels: readonly WasmKernel<null>[] = [
  binaryKernel(addOp, "add"),
  binaryKernel(subtractOp, "subtract"),
  binaryKernel(multiplyOp, "multiply"),
  binaryKernel(divideOp, "divide"),
  binaryKernel(minimumOp, "minimum"),
  binaryKernel(notAboveOp, "notAbove"),
];
