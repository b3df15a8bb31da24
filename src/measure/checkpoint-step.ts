import type { OpenedSource } from "../analysis/open-sources.ts";

/** Updates that a checkpoint has seen: by its name, else by what it says itself. */
export function checkpointStep({ step, metadata }: Pick<OpenedSource, "step" | "metadata">): number | null {
  if (step !== null) return step;
  const own = metadata["marchenko.step"];
  return own !== undefined && /^\d{1,15}$/.test(own) ? Number(own) : null;
}
