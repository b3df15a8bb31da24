import { adamStepOp } from "../../autodiff/ops/adam-step.ts";
import { movingAverageOp } from "../../autodiff/ops/moving-average.ts";
import { operand, result, type WasmKernel } from "./kernel.ts";

type AttributesOf<O> = O extends WasmOp<infer A> ? A : never;
type WasmOp<A> = WasmKernel<A>["op"];

export const movingAverageKernel: WasmKernel<AttributesOf<typeof movingAverageOp>> = {
  op: movingAverageOp,
  lower: ({ attributes: { decay, power } }) => ({
    entrywise: {
      kernel: "movingAverage",
      args: [operand(0), operand(1), operand(2), result, decay, 1 - decay, power],
    },
  }),
};

export const adamStepKernel: WasmKernel<AttributesOf<typeof adamStepOp>> = {
  op: adamStepOp,
  lower: ({ attributes: { epsilon, weightDecay } }) => ({
    entrywise: {
      kernel: "adamStep",
      args: [...[0, 1, 2, 3, 4, 5].map(operand), result, epsilon, weightDecay],
    },
  }),
};
