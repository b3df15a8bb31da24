import { addOp } from "../../autodiff/ops/add.ts";
import { divideOp } from "../../autodiff/ops/divide.ts";
import { minimumOp, notAboveOp } from "../../autodiff/ops/minimum.ts";
import { multiplyOp } from "../../autodiff/ops/multiply.ts";
import { subtractOp } from "../../autodiff/ops/subtract.ts";
import { broadcastStrides, sizeOf } from "../../autodiff/shape.ts";
import type { Op } from "../../autodiff/value.ts";
import { type GpuKernel, input } from "./kernel.ts";
import { coordinates, fused, isFlat, offset } from "./kernel-text.ts";

/** A function of two numbers x and y, of arrays that are repeated along each other. */
function binaryKernel(op: Op<null>, expression: string): GpuKernel<null> {
  return {
    op,
    lower({ inputs, shape }) {
      const walk = fused(
        shape,
        inputs.map((each) => broadcastStrides(each.shape, shape)),
      );
      const { text, at } = coordinates(walk.sides);
      const [x, y] = walk.strides.map((strides) => offset(at, strides));
      const source = `function (a, b) { ${text}
        const x = a[${x}];
        const y = b[${y}];
        return ${expression};
      }`;
      const own = [0, 1].filter((place) => isFlat(walk, place));
      return { calls: [{ source, operands: [input(0), input(1)], count: sizeOf(shape), own }] };
    },
  };
}

export const pointwiseKernels: readonly GpuKernel<null>[] = [
  binaryKernel(addOp, "x + y"),
  binaryKernel(subtractOp, "x - y"),
  binaryKernel(multiplyOp, "x * y"),
  binaryKernel(divideOp, "x / y"),
  binaryKernel(minimumOp, "Math.min(x, y)"),
  binaryKernel(notAboveOp, "(x <= y ? 1 : 0)"),
];
