import { contractionOp } from "../../autodiff/ops/contraction.ts";
import { type Contraction, planContraction } from "../../kernels/contraction.ts";
import type { GpuKernel } from "./kernel.ts";

export const contractionKernel: GpuKernel<Contraction> = {
  op: contractionOp,
  lower: ({ inputs: [a, b], attributes }) => ({
    product: planContraction(attributes, a!.shape, b!.shape),
  }),
};
