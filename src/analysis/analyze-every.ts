import { linesByStep } from "../train/lines-by-step.ts";
import type { TrainObserver } from "../train/observer.ts";
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
  const lines = linesByStep(`${folder}/analysis.ndjson`);
  return {
    every,
    onStart: (step) => lines.begin(step),
    async onStep(source) {
      const { step } = source;
      const { checkpoints } = await analyze(source, options);
      const verdicts = new Map(checkpoints[0]!.layers.map(({ layer, verdict }) => [layer, verdict]));
      await lines.append(
        trajectories(checkpoints).map(({ layer, values }) => {
          const own = Object.entries(values).map(([id, [value]]) => [id, value]);
          return { step, layer, verdict: verdicts.get(layer), values: Object.fromEntries(own) };
        }),
      );
    },
  };
}
