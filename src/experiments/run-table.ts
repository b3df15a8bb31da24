import type { RunMetrics, Series, Setting, Variant } from "./experiment.ts";

/** The runs of an experiment, by variant and seed. */
export interface RunTable {
  readonly setting: Setting;
  readonly seeds: readonly number[];
  /** In the experiment's order. */
  readonly variants: readonly Variant[];
  /** Whether the experiment had this variant: not all do with `--quick`. */
  has(variant: string): boolean;
  /** A number of a variant's runs, a seed each; null where the run failed or has no such number. */
  values(variant: string, number: string): (number | null)[];
  /** A number over steps of a variant's runs, a seed each. */
  series(variant: string, name: string): (Series | null)[];
}

/**
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
