import { NothingToAnalyzeError } from "../errors.ts";
import { abortOnInterrupt } from "./interrupt.ts";
import { type LayerJournal, layerJournal } from "./layer-journal.ts";
import { type ProgressLine, progressLine } from "./progress-line.ts";
import { talk } from "./terminal.ts";

/** What long work is given: where to show its progress and to keep what is finished, and when to stop. */
export interface Watch {
  readonly progress: ProgressLine;
  readonly journal: LayerJournal;
  readonly signal: AbortSignal;
}

/**
 * Does work that may take hours: it shows how far it is, is stopped by an interrupt, and when it ends early what it had
 * finished is kept.
 *
 * @param output - the first output file; the journal is beside it.
 * @param show - as of {@link progressLine}.
 */
export async function watchedRun(
  output: string | undefined,
  show: "auto" | "none",
  work: (watch: Watch) => Promise<void>,
): Promise<void> {
  const progress = await progressLine(show, () => Date.now());
  const journal = layerJournal(output);
  const interrupt = abortOnInterrupt(() => {
    progress.end();
    talk("stopping when the layers under way are done; interrupt again to stop at once");
  });
  try {
    await work({ progress, journal, signal: interrupt.signal });
  } catch (error) {
    progress.end();
    // Of a run with nothing to analyse the journal holds reasons for it alone, which the error says.
    if (error instanceof NothingToAnalyzeError) journal.discard();
    const kept = journal.keep();
    if (kept) talk(kept);
    throw error;
  } finally {
    interrupt.release();
  }
}
