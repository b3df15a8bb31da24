import { z } from "zod";
import { linear } from "../../autodiff/ops/linear.ts";
import { transformPiecewise } from "../../autodiff/piecewise-polynomial.ts";
import { activationEntry, activationSpec, type Interval, piecewiseActivation } from "./activation.ts";

const factor = z.number().refine((each) => each !== 0, "must not be 0");

/** Where factor t + offset lies for t in an interval. */
function moved([from, to]: Interval, scale: number, offset: number): Interval {
  const ends = [scale * from + offset, scale * to + offset] as const;
  return scale > 0 ? ends : [ends[1], ends[0]];
}

export const shiftEntry = activationEntry({
  name: "shift",
  formula: "ay inner(ax (x - dx)) + dy",
  options: z.strictObject({
    inner: activationSpec.describe("the function that is moved"),
    dx: z.number().default(0),
    dy: z.number().default(0),
    ax: factor.default(1),
    ay: factor.default(1),
  }),
  create({ inner, dx, dy, ax, ay }, resolve) {
    const still = resolve(inner);
    const oneSided = still.oneSided && dy === 0 && ay > 0;
    if (still.polynomial) {
      const polynomial = transformPiecewise(still.polynomial, {
        inner: ax,
        shift: dx,
        outer: ay,
        offset: dy,
      });
      return piecewiseActivation("shift", polynomial, { oneSided });
    }
    const argument = (x: Parameters<typeof linear>[0]) => linear(x, ax, -ax * dx);
    return {
      name: "shift",
      oneSided,
      habitat: {
        x: still.habitat.x.map((each) => moved(each, 1 / ax, dx)),
        y: still.habitat.y.map((each) => moved(each, ay, dy)),
      },
      apply: (x) => linear(still.apply(argument(x)), ay, dy),
      derivative: (x) => linear(still.derivative(argument(x)), ax * ay),
    };
  },
});
