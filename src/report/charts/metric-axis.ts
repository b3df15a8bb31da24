import { type AxisOptions, logTicks, quantitative } from "./chart-frame.ts";

/** Values that span more than this factor are drawn on a logarithmic axis. */
const logarithmicFrom = 20;

/** Whether a metric's values want a logarithmic axis: all positive, and over a wide span. */
export function wantsLog(values: readonly number[]): boolean {
  const low = Math.min(...values);
  return values.length > 0 && low > 0 && Math.max(...values) > logarithmicFrom * low;
}

/**
 * The y channel of a chart of one metric.
 *
 * @param values - all values that the chart shows, at least one.
 * @param title - the metric in words; "(log)" is added where it applies.
 * @returns a Vega-Lite channel on the field `value`, with a domain that holds all values; a linear
 *   one starts at 0, so that heights compare.
 */
export function metricAxis(values: readonly number[], title: string) {
  const low = Math.min(...values);
  const high = Math.max(...values);
  if (wantsLog(values)) {
    const domain = [low / 1.25, high * 1.25] as const;
    return quantitative("value", domain, "log", {
      title: `${title} (log)`,
      values: logTicks(...domain),
      format: "~r",
    });
  }
  const axis: AxisOptions = { title, tickCount: 4, format: "~r" };
  return quantitative("value", [Math.min(0, low * 1.1), high > 0 ? high * 1.12 : 1], "linear", axis);
}
