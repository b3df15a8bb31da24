import { availableParallelism, hostname } from "node:os";
import type { SpectrumEngine } from "../spectrum/spectrum-engine.ts";

/** More threads only take memory: thousands of them end the process. */
const mostWorkersPerCore = 4;

/**
 * How many worker threads a command uses: as many as were asked for, but no absurd number, or one a core.
 *
 * @param engine - one that is parallel by itself (`isParallel`) has one: a worker a core would get in its way.
 */
export function workerCount(asked: number | undefined, engine: SpectrumEngine | undefined): number {
  const cores = availableParallelism();
  return Math.min(asked ?? (engine?.isParallel ? 1 : cores), mostWorkersPerCore * cores);
}

/** What may differ between equal runs: when it began, how long it took, by what, and where. */
export function runProvenance<Own extends Readonly<Record<string, unknown>>>(startedAt: Date, own: Own) {
  return {
    startedAt: startedAt.toISOString(),
    seconds: (Date.now() - startedAt.getTime()) / 1000,
    ...own,
    host: hostname(),
    node: process.version,
  };
}
