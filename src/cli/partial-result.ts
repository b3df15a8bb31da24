import { existsSync } from "node:fs";
import { unlink } from "node:fs/promises";
import { renderJson } from "../report/json.ts";
import { writeOutput } from "./outputs.ts";
import { counted, talk } from "./terminal.ts";

/** Keeps what is finished of a result on disk, as a result that `report` takes, until the whole is written. */
export interface PartialResult {
  /** @param done - a whole result of what is finished so far; it takes the place of the one before. */
  keep(done: {
    readonly checkpoints: readonly unknown[];
    readonly warnings: readonly string[];
  }): Promise<void>;
  /** The result is written: what was kept goes. */
  discard(): Promise<void>;
  /** The run failed: says what is kept and where; null when nothing is. */
  told(): string | null;
}

const unfinished = "this is what was finished of a measurement that was stopped or failed";

/** Keeps a result beside an output file, from the first checkpoint on; nowhere for no output. */
export function partialResult(output: string | undefined): PartialResult {
  const path = `${output}.partial.json`;
  let kept = 0;
  let isBroken = output === undefined;
  return {
    async keep(done) {
      if (isBroken) return;
      try {
        await writeOutput(path, renderJson({ ...done, warnings: [unfinished, ...done.warnings] }));
        kept = done.checkpoints.length;
      } catch (error) {
        // It is a help: hours of work must not end because it can't be written.
        isBroken = true;
        talk(`can't keep what is finished: ${(error as Error).message}; going on without`);
      }
    },
    async discard() {
      if (kept > 0) await unlink(path).catch(() => {});
    },
    told: () =>
      kept > 0 && existsSync(path)
        ? `${counted(kept, "finished measurement")} kept in ${path}: marchenko report takes it`
        : null,
  };
}
