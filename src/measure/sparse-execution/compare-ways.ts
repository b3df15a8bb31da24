import type { MlpExecution, MlpRun, MlpSeconds, MlpWay } from "../../backends/wasm/mlp-execution.ts";
import type { ExecutionComparison, WayTiming } from "./sparse-execution.ts";

const ways = ["dense", "skipping"] as const satisfies readonly MlpWay[];
const partNames = [
  "key",
  "activation",
  "list",
  "value",
  "bias",
] as const satisfies readonly (keyof MlpSeconds)[];

/** Both ways of a block, timed, and what each gave in its last round. */
export interface ComparedWays {
  readonly comparison: ExecutionComparison;
  readonly runs: Readonly<Record<MlpWay, readonly MlpRun[]>>;
}

/**
 * Runs a block in both ways by turns, so that a slow minute hits both alike.
 *
 * @param execution - with a clock. @param inputs - tokens of each run; a round runs all.
 * @param rounds - timed, after one that is not. @param per - what the milliseconds of a round are divided by.
 */
export function compareWays(
  execution: MlpExecution,
  inputs: readonly ArrayLike<number>[],
  rounds: number,
  per = 1,
): ComparedWays {
  const taken: Record<MlpWay, MlpSeconds[]> = { dense: [], skipping: [] };
  const runs: Record<MlpWay, readonly MlpRun[]> = { dense: [], skipping: [] };
  for (let round = -1; round < rounds; round++) {
    for (const way of ways) {
      runs[way] = inputs.map((x) => execution.run(x, way));
      const parts = { key: 0, activation: 0, list: 0, value: 0, bias: 0 };
      for (const { seconds } of runs[way]) for (const part of partNames) parts[part] += seconds[part];
      if (round >= 0) taken[way].push(parts);
    }
  }
  const [dense, skipping] = ways.map((way) => timingOf(taken[way], per)) as [WayTiming, WayTiming];
  const ratio = (a: number, b: number) => (a > 0 && b > 0 ? a / b : null);
  return {
    comparison: {
      dense,
      skipping,
      speedup: ratio(dense.milliseconds, skipping.milliseconds),
      valueSpeedup: ratio(dense.parts.value, skipping.parts.list + skipping.parts.value),
    },
    runs,
  };
}

function timingOf(rounds: readonly MlpSeconds[], per: number): WayTiming {
  const each = (of: (seconds: MlpSeconds) => number) => (median(rounds.map(of)) * 1000) / per;
  return {
    milliseconds: each((seconds) => partNames.reduce((sum, part) => sum + seconds[part], 0)),
    parts: {
      key: each(({ key }) => key),
      activation: each(({ activation }) => activation),
      list: each(({ list }) => list),
      value: each(({ value }) => value),
      bias: each(({ bias }) => bias),
    },
  };
}

/** The middle value, or the mean of the two middle ones. */
function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}
