import type { RunMetrics, RunTable, Setting, Variant } from "./experiment.ts";

/**
 * The runs of an experiment by what they measured.
 *
 * @param metricsOf - of a run; null where it failed.
 */
export function runTable(
  setting: Setting,
  seeds: readonly number[],
  variants: readonly Variant[],
  metricsOf: (variant: string, seed: number) => RunMetrics | null,
): RunTable {
  return {
    setting,
    seeds,
    variants,
    has: (variant) => variants.some(({ id }) => id === variant),
    values: (variant, number) => seeds.map((seed) => metricsOf(variant, seed)?.numbers[number] ?? null),
    series: (variant, name) => seeds.map((seed) => metricsOf(variant, seed)?.series[name] ?? null),
  };
}
