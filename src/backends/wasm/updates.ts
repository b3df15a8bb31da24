import { adamStepOp } from "../../autodiff/ops/adam-step.ts";
import { movingAverageOp } from "../../autodiff/ops/moving-average.ts";
import { operand, result, type WasmKernel } from "./kernel.ts";

export const movingAverageKernel: WasmKernel<{ readonly decay: number; readonly power: 1 | 2 }> = {
  op: movingAverageOp,
  lower: ({ attributes: { decay, power } }) => ({
    entrywise: {
      kernel: "movingAverage",
      args: [operand(0), operand(1), operand(2), result, decay, 1 - decay, power],
    },
  }),
};

export const adamStepKernel: WasmKernel<{ readonly epsilon: number; readonly weightDecay: number }> = {
  op: adamStepOp,
  lower: ({ attributes: { epsilon, weightDecay } }) => ({
    entrywise: {
      kernel: "adamStep",
      args: [...[0, 1, 2, 3, 4, 5].map(operand), result, epsilon, weightDecay],
    },
  }),
};
