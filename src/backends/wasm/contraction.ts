import { contractionOp, type Letters } from "../../autodiff/ops/contraction.ts";
import { planContraction } from "../../kernels/contraction.ts";
import type { WasmKernel } from "./kernel.ts";

export const contractionKernel: WasmKernel<Letters> = {
  op: contractionOp,
  lower: ({ inputs: [a, b], attributes }) => ({
    contraction: planContraction(attributes, a!.shape, b!.shape),
  }),
};
