import { contractionOp } from "../../autodiff/ops/contraction.ts";
import { type Contraction, planContraction } from "../../kernels/contraction.ts";
import type { WasmKernel } from "./kernel.ts";

export const contractionKernel: WasmKernel<Contraction> = {
  op: contractionOp,
  lower: ({ inputs: [a, b], attributes }) => ({
    contraction: planContraction(attributes, a!.shape, b!.shape),
  }),
};
