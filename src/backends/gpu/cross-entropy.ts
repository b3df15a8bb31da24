import { crossEntropyGradientOp, crossEntropyOp } from "../../autodiff/ops/cross-entropy.ts";
import { type GpuKernel, input, scratch } from "./kernel.ts";
import { perEntry, perRow, rowMaxima, rowPowers, rowsOf } from "./rows.ts";

interface Smoothing {
  readonly smoothing: number;
}

export const crossEntropyKernel: GpuKernel<Smoothing> = {
  op: crossEntropyOp,
  lower({ inputs, attributes: { smoothing } }) {
    const rows = rowsOf(inputs[0]!.shape);
    const body = `const label = b[$row];
      if (label < 0) { return 0; }
      const most = c[$row];
      var target = 0;
      var total = 0;
      $each { const x = a[$at]; total += x - most; if (i == label) { target = x - most; } }
      return Math.log(d[$row]) - ${1 - smoothing} * target - total * ${smoothing / rows.width};`;
    const operands = [input(0), input(1), scratch(0), scratch(1)];
    return { calls: [rowMaxima(rows, 0), rowPowers(rows, 0, 1), perRow(rows, operands, null, body)] };
  },
};

export const crossEntropyGradientKernel: GpuKernel<Smoothing> = {
  op: crossEntropyGradientOp,
  lower({ inputs, attributes: { smoothing } }) {
    const rows = rowsOf(inputs[0]!.shape);
    const body = `const label = b[$row];
      if (label < 0) { return 0; }
      const share = Math.exp(a[$own] - d[$row]) / e[$row] - ${smoothing / rows.width};
      if ($column == label) { return c[$row] * (share - ${1 - smoothing}); }
      return c[$row] * share;`;
    const operands = [input(0), input(1), input(2), scratch(0), scratch(1)];
    return { calls: [rowMaxima(rows, 0), rowPowers(rows, 0, 1), perEntry(rows, operands, body)] };
  },
};
