import { closeSync, existsSync, ftruncateSync, openSync, rmSync } from "node:fs";
import { counted, talk } from "./terminal.ts";
import { writeWhole } from "./write-whole.ts";

/** Keeps each layer on disk as soon as it is done, until the whole result is written. */
export interface LayerJournal {
  /** @param line - a layer as NDJSON, with its newline. */
  add(line: string): void;
  /** The result is written: the journal goes. */
  discard(): void;
  /** The run failed: says what is kept and where; null when nothing is. */
  keep(): string | null;
}

/** A journal in NDJSON beside an output file, made with the first layer; none for no path. */
export function layerJournal(output: string | undefined): LayerJournal {
  const path = `${output}.partial.ndjson`;
  let file: number | null = null;
  let isBroken = false;
  /** What is in it: whole lines only. */
  let lines = 0;
  let bytes = 0;
  const close = (): void => {
    ignoringErrors(() => closeSync(file!));
    file = null;
  };
  const remove = (): void => ignoringErrors(() => rmSync(path, { force: true }));
  return {
    add(line) {
      if (output === undefined || isBroken) return;
      try {
        file ??= openSync(path, "w");
        writeWhole(file, line);
        lines++;
        bytes += Buffer.byteLength(line);
      } catch (error) {
        // The journal is a help: hours of work must not end because it can't be written.
        isBroken = true;
        talk(`can't keep finished layers in ${path}: ${(error as Error).message}; going on without`);
        // A disk that got full has taken a part of the line, and half a line is no JSON.
        if (file !== null) ignoringErrors(() => ftruncateSync(file!, bytes));
      }
    },
    discard() {
      if (file === null) return;
      close();
      remove();
    },
    keep() {
      if (file === null) return null;
      close();
      if (lines === 0) remove();
      // Somebody may have removed it, with its folder perhaps.
      return lines > 0 && existsSync(path) ? `${counted(lines, "finished layer")} kept in ${path}` : null;
    },
  };
}

/** What goes wrong with the journal at the end must not hide how the run itself ended. */
function ignoringErrors(work: () => void): void {
  try {
    work();
  } catch {}
}
