import { correctOp } from "../../autodiff/ops/correct.ts";
import { logSoftmaxOp } from "../../autodiff/ops/log-softmax.ts";
import { softmaxGradientOp, softmaxOp } from "../../autodiff/ops/softmax.ts";
import { type Shape, sizeOf } from "../../autodiff/shape.ts";
import { type Call, type GpuKernel, input, type Operand, parameters, scratch } from "./kernel.ts";
import { coordinates } from "./kernel-text.ts";

/** Rows along the innermost axis. */
export interface Rows {
  readonly rows: number;
  readonly width: number;
}

export function rowsOf(shape: Shape): Rows {
  const width = shape.at(-1) ?? 1;
  return { rows: sizeOf(shape) / width, width };
}

/**
 * One number a row, by one thread a row.
 *
 * @param body - ends with a return; `row` is the row's place and `first` that of its first entry, `i` in `each` counts
 *   along it.
 */
export function perRow(
  { rows, width }: Rows,
  operands: readonly Operand[],
  area: number | null,
  body: string,
): Call {
  const text = body
    .replaceAll("$first", `(this.thread.x * ${width})`)
    .replaceAll("$at", `this.thread.x * ${width} + i`)
    .replaceAll("$row", "this.thread.x")
    .replaceAll("$each", `for (var i = 0; i < ${width}; i++)`);
  const source = `function (${parameters(operands.length)}) { ${text} }`;
  return { source, operands, count: rows, ...(area !== null && { scratch: area }) };
}

/** The result's entries, each with its row's numbers: `$row` is its row, `$column` its place there, `$own` its own. */
export function perEntry({ rows, width }: Rows, operands: readonly Operand[], body: string): Call {
  const { text, at } = coordinates([rows, width]);
  const lines = body
    .replaceAll("$row", at[0]!)
    .replaceAll("$column", at[1]!)
    .replaceAll("$own", "this.thread.x");
  const source = `function (${parameters(operands.length)}) { ${text}\n${lines} }`;
  return { source, operands, count: rows * width };
}

/** The largest entry of each row of the first input. */
export function rowMaxima(rows: Rows, area: number): Call {
  const body = "var most = a[$first]; $each { most = Math.max(most, a[$at]); } return most;";
  return perRow(rows, [input(0)], area, body);
}

/** The sum of e^(x - largest) of each row of the first input. */
export function rowPowers(rows: Rows, maxima: number, area: number): Call {
  const body =
    "const most = b[$row]; var total = 0; $each { total += Math.exp(a[$at] - most); } return total;";
  return perRow(rows, [input(0), scratch(maxima)], area, body);
}

function softmaxCalls(shape: Shape, expression: string): readonly Call[] {
  const rows = rowsOf(shape);
  const operands = [input(0), scratch(0), scratch(1)];
  const last = perEntry(
    rows,
    operands,
    `const x = a[$own] - b[$row]; const total = c[$row]; return ${expression};`,
  );
  return [rowMaxima(rows, 0), rowPowers(rows, 0, 1), last];
}

export const rowKernels: readonly GpuKernel<null>[] = [
  { op: softmaxOp, lower: ({ shape }) => ({ calls: softmaxCalls(shape, "Math.exp(x) / total") }) },
  { op: logSoftmaxOp, lower: ({ shape }) => ({ calls: softmaxCalls(shape, "x - Math.log(total)") }) },
  {
    op: softmaxGradientOp,
    lower({ shape }) {
      const rows = rowsOf(shape);
      const along = "var total = 0; $each { total += a[$at] * b[$at]; } return total;";
      return {
        calls: [
          perRow(rows, [input(0), input(1)], 0, along),
          perEntry(rows, [input(0), input(1), scratch(0)], "return a[$own] * (b[$own] - c[$row]);"),
        ],
      };
    },
  },
  {
    op: correctOp,
    lower({ inputs }) {
      const body = `var most = a[$first]; var best = 0.0;
        $each { const x = a[$at]; if (x > most) { most = x; best = i; } }
        return (best === b[$row] ? 1 : 0);`;
      return { calls: [perRow(rowsOf(inputs[0]!.shape), [input(0), input(1)], null, body)] };
    },
  },
];
