import { gatherOp, scatterAddOp } from "../../autodiff/ops/gather.ts";
import { sizeOf } from "../../autodiff/shape.ts";
import { operand, result, type WasmKernel } from "./kernel.ts";

export const gatherKernel: WasmKernel<null> = {
  op: gatherOp,
  lower({ inputs: [table, places], shape }) {
    const [rows, width] = table!.shape as readonly [number, number];
    const args = [operand(0), operand(1), result, width, rows];
    const count = sizeOf(places!.shape);
    return { phases: [[{ kernel: "gather", args, count, step: 1, entries: sizeOf(shape) }]] };
  },
};

export const scatterAddKernel: WasmKernel<{ readonly rows: number }> = {
  op: scatterAddOp,
  lower({ inputs: [values, places], shape }) {
    const [rows, width] = shape as readonly [number, number];
    const args = [operand(0), operand(1), result, sizeOf(places!.shape), width, rows];
    const entries = sizeOf(values!.shape) + rows * width;
    return { phases: [[{ kernel: "scatterAdd", args, count: width, step: 16, entries }]] };
  },
};
