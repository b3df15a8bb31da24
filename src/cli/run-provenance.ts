import { availableParallelism, hostname } from "node:os";

/** More threads only take memory: thousands of them end the process. */
const mostWorkersPerCore = 4;

/**
 * How many worker threads a command uses: as many as were asked for, but no absurd number, or one a core.
 *
 * @param engine - the native library runs threads of its own: a worker a core would get in their way.
 */
export function workerCount(asked: number | undefined, engine: string | undefined): number {
  const cores = availableParallelism();
  return Math.min(asked ?? (engine === "native" ? 1 : cores), mostWorkersPerCore * cores);
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
