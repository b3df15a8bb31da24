import { sumToOp } from "../../autodiff/ops/broadcasting.ts";
import { sumOfSquaresOp } from "../../autodiff/ops/sum-of-squares.ts";
import { type Shape, sizeOf } from "../../autodiff/shape.ts";
import { type Call, type GpuKernel, input, scratch } from "./kernel.ts";
import { coordinates, offset } from "./kernel-text.ts";

/** Entries that one thread adds, in order; blocks' sums are added the same way, until one is left. */
const block = 128;

/** An array as [outer, summed, inner], and where its entries lie. */
interface Round {
  readonly outer: number;
  readonly summed: number;
  readonly inner: number;
}

/** One round: sums of blocks along the middle axis. */
function blockSums({ outer, summed, inner }: Round, term: string) {
  const blocks = Math.ceil(summed / block);
  const { text, at } = coordinates([outer, blocks, inner]);
  const length = Math.min(block, summed);
  const isWhole = summed % length === 0;
  const place = offset([...at, "i"], [summed * inner, length * inner, 1, inner]);
  const add = `total += ${term.replaceAll("x", `a[${place}]`)};`;
  const guarded = isWhole ? add : `if (${at[1]} * ${length} + i < ${summed}) { ${add} }`;
  const source = `function (a) { ${text}
    var total = 0;
    for (var i = 0; i < ${length}; i++) { ${guarded} }
    return total;
  }`;
  return { source, count: outer * blocks * inner, blocks };
}

/** Sides of neighbouring axes that are all summed, or all kept, the outermost first. */
function runsOf(small: Shape, large: Shape): { side: number; readonly isSummed: boolean }[] {
  const runs: { side: number; isSummed: boolean }[] = [];
  const missing = large.length - small.length;
  for (const [axis, side] of large.entries()) {
    if (side === 1) continue;
    const isSummed = (small[axis - missing] ?? 1) === 1;
    const last = runs.at(-1);
    if (last?.isSummed === isSummed) last.side *= side;
    else runs.push({ side, isSummed });
  }
  return runs;
}

/** Rounds until nothing is left to sum: the innermost summed axes first. */
function rounds(runs: { side: number; readonly isSummed: boolean }[], firstTerm: string): Call[] {
  const calls: Call[] = [];
  const left = runs.slice();
  for (;;) {
    const place = left.findLastIndex(({ isSummed }) => isSummed);
    if (place < 0) break;
    const product = (some: typeof left) => some.reduce((total, { side }) => total * side, 1);
    const round = {
      outer: product(left.slice(0, place)),
      summed: left[place]!.side,
      inner: product(left.slice(place + 1)),
    };
    const { source, count, blocks } = blockSums(round, calls.length === 0 ? firstTerm : "x");
    const from = calls.length === 0 ? input(0) : scratch(calls.length - 1);
    calls.push({ source, count, operands: [from], scratch: calls.length });
    if (blocks > 1) left[place] = { side: blocks, isSummed: true };
    else left.splice(place, 1);
  }
  const { scratch: _, ...last } = calls.pop()!;
  return [...calls, last];
}

export const sumToKernel: GpuKernel<{ readonly shape: Shape }> = {
  op: sumToOp,
  lower({ inputs, shape }) {
    const runs = runsOf(shape, inputs[0]!.shape);
    return runs.some(({ isSummed }) => isSummed) ? { calls: rounds(runs, "x") } : { alias: true };
  },
};

export const sumOfSquaresKernel: GpuKernel<null> = {
  op: sumOfSquaresOp,
  lower: ({ inputs }) => ({
    calls: rounds([{ side: sizeOf(inputs[0]!.shape), isSummed: true }], "x * x"),
  }),
};
