import { normalizeGradientOp, normalizeOp } from "../../autodiff/ops/normalize.ts";
import { type Call, type GpuKernel, input, type Operand, scratch } from "./kernel.ts";
import { perEntry, perRow, type Rows, rowsOf } from "./rows.ts";

interface Normalization {
  readonly centred: boolean;
  readonly epsilon: number;
}

/** Each row's mean, where rows are centred, into area 0, and the inverse of its root of mean square into area 1. */
function moments(rows: Rows, { centred, epsilon }: Normalization): Call[] {
  const share = 1 / rows.width;
  const sum = `var total = 0; $each { total += a[$at]; } return total * ${share};`;
  const root = (centre: string) =>
    `var total = 0; $each { const x = a[$at]${centre}; total += x * x; } return 1 / Math.sqrt(total * ${share} + ${epsilon});`;
  if (!centred) return [perRow(rows, [input(0)], 1, root(""))];
  return [perRow(rows, [input(0)], 0, sum), perRow(rows, [input(0), scratch(0)], 1, root(" - b[$row]"))];
}

export const normalizeKernel: GpuKernel<Normalization> = {
  op: normalizeOp,
  lower({ shape, attributes }) {
    const rows = rowsOf(shape);
    const last = attributes.centred
      ? perEntry(rows, [input(0), scratch(0), scratch(1)], "return (a[$own] - b[$row]) * c[$row];")
      : perEntry(rows, [input(0), scratch(1)], "return a[$own] * b[$row];");
    return { calls: [...moments(rows, attributes), last] };
  },
};

export const normalizeGradientKernel: GpuKernel<Normalization> = {
  op: normalizeGradientOp,
  lower({ shape, attributes }) {
    const rows = rowsOf(shape);
    const { centred } = attributes;
    const share = 1 / rows.width;
    const mean = `var total = 0; $each { total += a[$at]; } return total * ${share};`;
    const along = (y: string) =>
      `var total = 0; $each { total += b[$at] * ${y} * c[$row]; } return total * ${share};`;
    const own: Operand[] = [input(0), input(1), scratch(1), scratch(3)];
    const calls = moments(rows, attributes);
    if (!centred) {
      calls.push(perRow(rows, [input(0), input(1), scratch(1)], 3, along("a[$at]")));
      const entry = "return c[$row] * (b[$own] - a[$own] * c[$row] * d[$row]);";
      return { calls: [...calls, perEntry(rows, own, entry)] };
    }
    calls.push(
      perRow(rows, [input(1)], 2, mean),
      perRow(rows, [input(0), input(1), scratch(1), scratch(0)], 3, along("(a[$at] - d[$row])")),
    );
    const entry = "return c[$row] * (b[$own] - f[$row] - (a[$own] - e[$row]) * c[$row] * d[$row]);";
    return { calls: [...calls, perEntry(rows, [...own, scratch(0), scratch(2)], entry)] };
  },
};
