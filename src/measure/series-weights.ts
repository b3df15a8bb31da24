import type { OpenedSource } from "../analysis/open-sources.ts";
import { CheckpointFormatError } from "../errors.ts";
import { checkpointStep } from "./checkpoint-step.ts";
import type { FrozenModel } from "./frozen-model.ts";

/** Puts the checkpoints of a series into a model, one after another. */
export interface SeriesWeights {
  /** @returns false for a damaged one of several, such as the last of a run that diverged: it is left out. */
  load(source: Pick<OpenedSource, "id" | "path" | "step" | "metadata" | "source">): Promise<boolean>;
  /** A sentence for each that was left out. */
  readonly warnings: readonly string[];
  /** @throws {CheckpointFormatError} If one was left out: for where none is left. */
  requireOne(): void;
}

/**
 * Loads the checkpoints of a series and leaves damaged ones out, so that the others are measured nonetheless.
 *
 * @param count - checkpoints in all: the only one is never left out.
 */
export function seriesWeights(model: Pick<FrozenModel, "load">, count: number): SeriesWeights {
  const failures: { id: string; error: CheckpointFormatError }[] = [];
  return {
    async load(source) {
      try {
        await model.load(source.path, checkpointStep(source) ?? 0, await source.source.tensors());
        return true;
      } catch (error) {
        if (count === 1 || !(error instanceof CheckpointFormatError)) throw error;
        failures.push({ id: source.id, error });
        return false;
      }
    },
    get warnings() {
      return failures.map(({ id, error }) => `${id} is left out: ${error.message}`);
    },
    requireOne() {
      if (failures.length > 0) throw failures[0]!.error;
    },
  };
}
