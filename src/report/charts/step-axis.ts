import { quantitative } from "./chart-frame.ts";

/**
 * The x channel of a chart over training, on the field `x`. Steps spaced by powers get a logarithmic axis (around 0 a
 * linear one), so that early ones show.
 *
 * @param steps - all steps that the chart shows, ascending, at least one.
 */
export function stepAxis(steps: readonly number[]) {
  const first = steps[0]!;
  const last = steps.at(-1)!;
  const positive = steps.find((step) => step > 0) ?? 1;
  const middle = steps[steps.length >> 1]!;
  const wide = first >= 0 && last / positive >= 10 && last / middle > 3;
  const ticks = wide ? powersOfTen(positive, last) : [];
  if (!wide) return quantitative("x", [first, last], "linear", { title: "step", tickCount: 5, format: "~r" });
  const values = first === 0 ? [0, ...ticks] : ticks;
  const channel = quantitative("x", [first, last], first === 0 ? "symlog" : "log", {
    title: "step (log)",
    values,
    format: "~r",
  });
  return first === 0 ? { ...channel, scale: { ...channel.scale, constant: positive } } : channel;
}

function powersOfTen(low: number, high: number): number[] {
  const values: number[] = [];
  for (let power = Math.floor(Math.log10(low)); power <= Math.log10(high); power++) values.push(10 ** power);
  return values.filter((value) => value >= low);
}
