import { adamStepOp } from "../../autodiff/ops/adam-step.ts";
import { movingAverageOp } from "../../autodiff/ops/moving-average.ts";
import { sizeOf } from "../../autodiff/shape.ts";
import { type GpuKernel, input } from "./kernel.ts";

export const movingAverageKernel: GpuKernel<{ readonly decay: number; readonly power: 1 | 2 }> = {
  op: movingAverageOp,
  lower({ shape, attributes: { decay, power } }) {
    const source = `function (a, b, c) {
      const x = c[0] * b[this.thread.x];
      return ${decay} * a[this.thread.x] + ${1 - decay} * ${power === 1 ? "x" : "x * x"};
    }`;
    return { calls: [{ source, operands: [0, 1, 2].map(input), count: sizeOf(shape), own: [0, 1] }] };
  },
};

export const adamStepKernel: GpuKernel<{ readonly epsilon: number; readonly weightDecay: number }> = {
  op: adamStepOp,
  lower({ shape, attributes: { epsilon, weightDecay } }) {
    const source = `function (a, b, c, d, e, f) {
      const w = a[this.thread.x];
      const step = b[this.thread.x] / e[0] / (Math.sqrt(c[this.thread.x] / f[0]) + ${epsilon});
      return w - d[0] * (step + ${weightDecay} * w);
    }`;
    const operands = [0, 1, 2, 3, 4, 5].map(input);
    return { calls: [{ source, operands, count: sizeOf(shape), own: [0, 1, 2] }] };
  },
};
