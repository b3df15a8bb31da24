import { computeInProcess } from "../analysis/compute.ts";
import { computeInWorkers } from "../analysis/pooled-compute.ts";
import { schemaVersion, version } from "../analysis/version.ts";
import { fastestEngine } from "../spectrum/wasm-engine.ts";
import { studies } from "./catalogue.ts";
import type { SelftestResult } from "./result.ts";
import { outcomeOf } from "./study.ts";

export interface SelftestOptions {
  /** Seed of all that is drawn; 0 by default. */
  readonly seed?: number | string;
  /** A tenth of the repetitions: does it all work? Bounds are then often missed by chance. */
  readonly quick?: boolean;
  /** Worker threads; 1 by default. */
  readonly workers?: number;
  /** Told before each study. */
  readonly onProgress?: (event: {
    readonly title: string;
    readonly index: number;
    readonly count: number;
  }) => void;
}

/**
 * Measures the package's own error rates: planted directions found and missed, false alarms, bias of the scale,
 * calibration of p-values and intervals.
 *
 * @returns every rate with its standard error and what it is held to.
 */
export async function selftest(options: SelftestOptions = {}): Promise<SelftestResult> {
  const { seed = 0, quick = false, workers = 1 } = options;
  const engine = fastestEngine();
  const compute =
    workers > 1 ? await computeInWorkers(workers, seed, engine.id) : computeInProcess(engine, seed);
  try {
    const context = { compute, seed, effort: quick ? 0.1 : 1 };
    const results: SelftestResult["studies"] = [];
    for (const [index, study] of studies.entries()) {
      const { id, title, method, source } = study;
      options.onProgress?.({ title, index, count: studies.length });
      const rows = (await study.run(context)).map((row) => {
        const { bound, ...numbers } = row;
        const { atLeast = null, atMost = null } = bound;
        return { ...numbers, atLeast, atMost, outcome: outcomeOf(row) };
      });
      results.push({ id, title, method, source, rows });
    }
    return {
      type: "selftest",
      schemaVersion,
      provenance: {
        tool: "marchenko",
        version,
        schema: "marchenko/schema/selftest.json",
        configuration: { quick },
        seed,
        engine: compute.engine,
        files: [],
        run: {},
      },
      holds: results.every(({ rows }) => rows.every((row) => row.outcome !== "missed")),
      studies: results,
    };
  } finally {
    await compute.close();
  }
}
