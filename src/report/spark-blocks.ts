import type { LayerResult } from "../analysis/result.ts";
import { densityData, hasDensity } from "./charts/density-data.ts";

/** From nothing to the highest. */
const blocks = " ▁▂▃▄▅▆▇█";

/**
 * Heights as characters: the highest fills its line, what is more than nothing can be seen.
 *
 * @param heights - at least 0; null where there is none, which is a blank.
 */
export function sparkBlocks(heights: readonly (number | null)[]): string {
  const highest = Math.max(0, ...heights.map((height) => height ?? 0));
  return heights
    .map((height) => {
      if (!height || highest === 0) return blocks[0]!;
      return blocks[Math.max(1, Math.round((height / highest) * (blocks.length - 1)))]!;
    })
    .join("");
}

/**
 * The density of a layer's eigenvalues, the smallest on the left, as its chart draws it.
 *
 * @param width - characters.
 * @returns blanks for a layer without a spectrum.
 */
export function densitySpark({ spectrum, marchenkoPastur }: LayerResult, width: number): string {
  if (!hasDensity(spectrum)) return " ".repeat(width);
  const { bars, top } = densityData(spectrum, marchenkoPastur);
  const bins = bars.slice(0, -1).map(({ y }) => Math.min(y, top));
  return sparkBlocks(
    Array.from({ length: width }, (_, i) => {
      const own = bins.slice(
        Math.floor((i * bins.length) / width),
        Math.max(Math.floor(((i + 1) * bins.length) / width), Math.floor((i * bins.length) / width) + 1),
      );
      return own.reduce((sum, y) => sum + y, 0) / own.length;
    }),
  );
}

/**
 * How a positive number went over the steps of a series, from its least to its most, by its logarithm.
 *
 * @param values - one a step; of more than fit, evenly chosen ones with the first and the last.
 */
export function courseSpark(values: readonly (number | null)[], width: number): string {
  const chosen =
    values.length <= width
      ? values
      : Array.from({ length: width }, (_, i) => values[Math.round((i * (values.length - 1)) / (width - 1))]!);
  const logs = chosen.map((value) => (value !== null && value > 0 ? Math.log(value) : null));
  const known = logs.filter((value) => value !== null);
  const least = Math.min(...known);
  const range = Math.max(...known) - least;
  // The least is the lowest block, not nothing.
  return sparkBlocks(
    logs.map((value) => (value === null ? null : range > 0 ? (value - least) / range + 0.1 : 1)),
  );
}
