import { logTicks, quantitative, titleAbove } from "./chart-frame.ts";

/** Values that span less than this factor have too few decades for ticks: their axis is linear all the same. */
const logarithmicFrom = 4;

/**
 * The y channel of a chart whose values may lie anywhere, on the field `y`. A linear axis starts at 0 unless the values
 * lie far from it and close together, where that would hide what they do.
 *
 * @param values - all that the chart shows, at least one; positive for a logarithmic axis.
 * @param title - what they are, with the unit; "(log)" is added where it applies.
 * @param isLog - whether the axis is to be logarithmic.
 */
export function valueAxis(values: readonly number[], title: string, isLog: boolean) {
  const low = Math.min(...values);
  const high = Math.max(...values);
  if (isLog && high >= logarithmicFrom * low) {
    const domain = [low / 1.25, high * 1.25] as const;
    return quantitative("y", domain, "log", {
      ...titleAbove(`${title} (log)`),
      values: logTicks(...domain),
      format: numberFormat(domain, "log"),
    });
  }
  const room = 0.08 * (high - low || Math.abs(high) || 1);
  const fromZero = low >= 0 && (low < 0.6 * high || low === high);
  const domain = [fromZero ? 0 : low - room, high + room] as const;
  return quantitative("y", domain, "linear", {
    ...titleAbove(title),
    tickCount: 5,
    format: numberFormat(domain, "linear"),
  });
}

/**
 * How the ticks of an axis are written: with powers of ten where plain digits would be long.
 *
 * @param domain - its ends. @param scale - on a logarithmic axis the low end has the longest digits.
 */
export function numberFormat([low, high]: readonly [number, number], scale: "linear" | "log"): string {
  const size = Math.max(Math.abs(low), Math.abs(high));
  return size >= 1e6 || (scale === "log" ? low < 1e-4 : size < 1e-3) ? "~e" : "~r";
}
