import { gatherOp, scatterAddOp } from "../../autodiff/ops/gather.ts";
import { sizeOf } from "../../autodiff/shape.ts";
import { type GpuKernel, input, scratch } from "./kernel.ts";
import { coordinates, integer } from "./kernel-text.ts";

export const gatherKernel: GpuKernel<null> = {
  op: gatherOp,
  lower({ inputs: [table], shape }) {
    const [rows, width] = table!.shape as readonly [number, number];
    const { text, at } = coordinates([sizeOf(shape) / width, width]);
    const source = `function (a, b) { ${text}
      ${integer("row", `(b[${at[0]}] | 0)`)}
      if (row < 0) { return 0; }
      if (row >= ${rows}) { return 0; }
      return a[row * ${width} + ${at[1]}];
    }`;
    return { calls: [{ source, operands: [input(0), input(1)], count: sizeOf(shape) }] };
  },
};

/**
 * Rows of the table sum what falls to them in its order, without a search for each entry: the first place that falls to
 * a row, and after each place the next one of the same row, are found beforehand.
 */
export const scatterAddKernel: GpuKernel<{ readonly rows: number }> = {
  op: scatterAddOp,
  lower({ inputs: [, places], shape }) {
    const [rows, width] = shape as readonly [number, number];
    const count = sizeOf(places!.shape);
    // From the last to the first: what is found last is the first.
    const search = (isFound: string) => `
      var found = -1.0;
      for (var i = 0; i < ${count}; i++) { ${isFound} }
      return found;`;
    const later = `${count - 1} - i`;
    const next = `function (a) { const row = a[this.thread.x];
      ${search(`if (${later} > this.thread.x) { if (a[${later}] == row) { found = ${later}; } }`)} }`;
    const first = `function (a) { ${search(`if (a[${later}] == this.thread.x) { found = ${later}; }`)} }`;
    const { text, at } = coordinates([rows, width]);
    const sum = `function (a, b, c) { ${text}
      var total = 0;
      ${integer("place", `(b[${at[0]}] | 0)`)}
      for (var i = 0; i < ${count}; i++) {
        if (place < 0) { break; }
        total += a[place * ${width} + ${at[1]}];
        place = (c[place] | 0);
      }
      return total;
    }`;
    return {
      calls: [
        { source: first, operands: [input(1)], count: rows, scratch: 0 },
        { source: next, operands: [input(1)], count, scratch: 1 },
        { source: sum, operands: [input(0), scratch(0), scratch(1)], count: rows * width },
      ],
    };
  },
};
