import { isAbsent } from "../checkpoint/system-errors.ts";
import type { TrainObserver } from "../train/observer.ts";
import { writeTextWhole } from "../train/run-folder.ts";
import { unwritable } from "../train/unwritable.ts";
import { analyze } from "./analyze.ts";
import type { AnalyzeOptions } from "./analyze-options.ts";
import { trajectories } from "./summarize.ts";

/**
 * An observer that analyses a model while it is trained, and appends to `analysis.ndjson` in the run's folder: a line
 * a layer with `step`, `layer`, `verdict` and `values`, every metric by its id.
 *
 * A run that is resumed drops the lines from its step on, and writes them again.
 *
 * @param every - steps from one analysis to the next.
 * @param folder - of the run.
 * @param options - of each analysis.
 */
export function analyzeEvery(every: number, folder: string, options: AnalyzeOptions = {}): TrainObserver {
  const path = `${folder}/analysis.ndjson`;
  return {
    every,
    async onStart(step) {
      const { readFile } = await import("node:fs/promises");
      const text = await readFile(path, "utf8").catch((error: unknown) => {
        if (isAbsent(error)) return "";
        throw unwritable(path, error);
      });
      const kept = text.split("\n").filter((line) => (stepOf(line) ?? step) < step);
      await writeTextWhole(path, kept.map((line) => `${line}\n`).join(""));
    },
    async onStep(source) {
      const { appendFile } = await import("node:fs/promises");
      const { checkpoints } = await analyze(source, options);
      const verdicts = new Map(checkpoints[0]!.layers.map(({ layer, verdict }) => [layer, verdict]));
      const lines = trajectories(checkpoints).map(({ layer, values }) => {
        const own = Object.entries(values).map(([id, [value]]) => [id, value]);
        const verdict = verdicts.get(layer);
        return `${JSON.stringify({ step: source.step, layer, verdict, values: Object.fromEntries(own) })}\n`;
      });
      await appendFile(path, lines.join("")).catch((error: unknown) => {
        throw unwritable(path, error);
      });
    },
  };
}

/** The step of a line; null for what is no whole line. */
function stepOf(line: string): number | null {
  try {
    const { step } = JSON.parse(line) as { step?: unknown };
    return typeof step === "number" ? step : null;
  } catch {
    return null;
  }
}
