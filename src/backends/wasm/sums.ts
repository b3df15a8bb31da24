import { sumTo, sumToOp } from "../../autodiff/ops/broadcasting.ts";
import { sumOfSquaresOp } from "../../autodiff/ops/sum-of-squares.ts";
import { type Shape, sizeOf } from "../../autodiff/shape.ts";
import { type Lowered, operand, result, scratch, type WasmKernel } from "./kernel.ts";

/** Entries of a long sum that one partial sum holds, whatever the number of threads. */
const block = 4096;

/** Neighbouring axes that are all summed, or all kept, made one: [kept, summed, kept, ...] sides, outermost first. */
function runsOf(small: Shape, large: Shape): { readonly side: number; readonly summed: boolean }[] {
  const runs: { side: number; summed: boolean }[] = [];
  const missing = large.length - small.length;
  for (const [axis, side] of large.entries()) {
    if (side === 1) continue;
    const summed = (small[axis - missing] ?? 1) === 1;
    const last = runs.at(-1);
    if (last?.summed === summed) last.side *= side;
    else runs.push({ side, summed });
  }
  return runs;
}

/** A sum over everything: of blocks, then of their sums. */
function sumAll(count: number): Lowered {
  const blocks = Math.ceil(count / block);
  const rows = { kernel: "sumRows", step: 1 };
  return {
    scratch: [blocks * 4],
    phases: [
      [{ ...rows, args: [operand(0), scratch(0), count, block], count: blocks, entries: count }],
      [{ ...rows, args: [scratch(0), result, blocks, blocks], count: 1, entries: blocks }],
    ],
  };
}

export const sumToKernel: WasmKernel<{ readonly shape: Shape }> = {
  op: sumToOp,
  lower({ inputs, shape }) {
    const x = inputs[0]!;
    const entries = sizeOf(x.shape);
    const runs = runsOf(shape, x.shape);
    const inner = runs.pop();
    if (!inner?.summed) {
      if (runs.length === 0) return { alias: true };
      // What lies outside of the innermost sum is kept, or becomes so.
      const rows = runs.pop()!.side;
      const outer = runs.reduce((product, { side }) => product * side, 1);
      const width = inner?.side ?? 1;
      if (runs.some(({ summed }) => summed))
        return { instead: sumTo(innermostSummed(x.shape, shape, x), shape) };
      const args = [operand(0), result, outer, rows, width];
      return { phases: [[{ kernel: "sumColumns", args, count: width, step: 16, entries }]] };
    }
    if (runs.some(({ summed }) => summed))
      return { instead: sumTo(innermostSummed(x.shape, shape, x), shape) };
    const count = runs.reduce((product, { side }) => product * side, 1);
    if (count === 1 && entries > block) return sumAll(entries);
    const args = [operand(0), result, entries, inner.side];
    return { phases: [[{ kernel: "sumRows", args, count, step: 16, entries }]] };
  },
};

/** x summed over the innermost run of axes only. */
function innermostSummed(large: Shape, small: Shape, x: Parameters<typeof sumTo>[0]): typeof x {
  const missing = large.length - small.length;
  const partial = large.slice();
  let axis = large.length - 1;
  const isSummed = () => (small[axis - missing] ?? 1) === 1;
  while (large[axis] === 1 || !isSummed()) axis--;
  for (; axis >= 0 && (large[axis] === 1 || isSummed()); axis--) partial[axis] = 1;
  return sumTo(x, partial);
}

export const sumOfSquaresKernel: WasmKernel<null> = {
  op: sumOfSquaresOp,
  lower({ inputs }) {
    const entries = sizeOf(inputs[0]!.shape);
    const blocks = Math.ceil(entries / block);
    const squares = [operand(0), scratch(0), entries, block];
    return {
      scratch: [blocks * 8],
      phases: [
        [{ kernel: "sumSquares", args: squares, count: blocks, step: 1, entries }],
        [{ kernel: "addPartials", args: [scratch(0), result, blocks], count: 1, step: 1, entries: blocks }],
      ],
    };
  },
};
