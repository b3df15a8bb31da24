import { z } from "zod";
import { add } from "../../autodiff/ops/add.ts";
import { linear } from "../../autodiff/ops/linear.ts";
import { subtract } from "../../autodiff/ops/subtract.ts";
import { combinePiecewise, transformPiecewise } from "../../autodiff/piecewise-polynomial.ts";
import type { Value } from "../../autodiff/value.ts";
import {
  activationEntry,
  activationSpec,
  FLAT_VALUE_MARGIN,
  type Interval,
  intersect,
  piecewiseActivation,
} from "./activation.ts";

/** Two-sided: flat on [-(r + h), r + h], where r is the right end of the inner function's flat interval. */
export const sShapedEntry = activationEntry({
  name: "s-shaped",
  formula: "inner(x - h) - inner(-x - h)",
  options: z.strictObject({
    inner: activationSpec.describe("the function on the right; mirrored on the left"),
    h: z.number().nonnegative().describe("distance of both sides from 0"),
  }),
  create({ inner, h }, resolve) {
    const side = resolve(inner);
    if (side.polynomial) {
      const right = transformPiecewise(side.polynomial, { shift: h });
      // -x - h = -(x + h)
      const left = transformPiecewise(side.polynomial, { inner: -1, shift: -h });
      return piecewiseActivation("s-shaped", combinePiecewise(1, right, -1, left), { oneSided: false });
    }
    const right = side.habitat.x.map(([from, to]): Interval => [from + h, to + h]);
    const left = right.map(([from, to]): Interval => [-to, -from]);
    const x = intersect(right, left);
    const mirror = (value: Value) => linear(value, -1, -h);
    return {
      name: "s-shaped",
      oneSided: false,
      habitat: { x, y: x.length > 0 ? [[-FLAT_VALUE_MARGIN, FLAT_VALUE_MARGIN]] : [] },
      apply: (value) => subtract(side.apply(linear(value, 1, -h)), side.apply(mirror(value))),
      derivative: (value) => add(side.derivative(linear(value, 1, -h)), side.derivative(mirror(value))),
    };
  },
});
