import { setTimeout as sleep } from "node:timers/promises";
import { type CpuUse, cpuUse } from "./process-tree.ts";
import type { Row } from "./table.ts";

/** One side of a comparison: `time` does the work once and tells how many seconds it took. */
export interface Contender {
  readonly name: string;
  time(): Promise<number>;
}

/** Pause between two runs, in ms: BLAS threads spin for some milliseconds after their work. */
const pause = 200;

/** Seconds that a piece of work takes. */
export async function secondsOf(work: () => unknown): Promise<number> {
  const start = performance.now();
  await work();
  return (performance.now() - start) / 1000;
}

/** The middle value, or the mean of the two middle ones. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

/**
 * Runs contenders in turn, A B C A B C, so that a slow minute of the machine hits all alike, and compares
 * the first with each other one.
 *
 * @param what - what is computed; the first column of the table.
 * @param ours - the first contender.
 * @param others - the ones that it is compared with; without any, ours alone is timed.
 * @param runs - timed rounds, >= 1.
 * @param warmUp - whether an untimed round goes first.
 * @returns a row for each of `others`: medians, their ratio, and the range of the ratios within a round.
 */
export async function race(
  what: string,
  ours: Contender,
  others: readonly Contender[],
  runs: number,
  warmUp = true,
): Promise<Row[]> {
  console.error(`${what}: ${[ours, ...others].map(({ name }) => name).join(", ")}`);
  const contenders = [ours, ...others];
  const seconds = contenders.map(() => [] as number[]);
  const usedBefore = cpuUse();
  const start = performance.now();
  for (let round = warmUp ? -1 : 0; round < runs; round++) {
    for (const [index, contender] of contenders.entries()) {
      await sleep(pause);
      const taken = await contender.time();
      if (round >= 0) seconds[index]!.push(taken);
    }
  }
  const shared = {
    what,
    ours: ours.name,
    unit: "s" as const,
    runs,
    others: coresOfOthers(usedBefore, start),
  };
  const own = seconds[0]!;
  if (others.length === 0) {
    return [{ ...shared, peer: null, oursValue: median(own), peerValue: null, ratios: [] }];
  }
  return others.map(({ name }, index) => {
    const theirs = seconds[index + 1]!;
    return {
      ...shared,
      peer: name,
      oursValue: median(own),
      peerValue: median(theirs),
      ratios: own.map((value, round) => value / theirs[round]!),
      fastest: Math.min(...own) / Math.min(...theirs),
    };
  });
}

/** Cores that other programs kept busy since `before`; null where that can't be told. */
function coresOfOthers(before: CpuUse | null, start: number): number | null {
  const after = cpuUse();
  if (!before || !after) return null;
  const elapsed = (performance.now() - start) / 1000;
  return Math.max(0, after.machine - before.machine - (after.own - before.own)) / elapsed;
}
