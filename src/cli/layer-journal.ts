import { closeSync, openSync, unlinkSync, writeSync } from "node:fs";
import type { ProgressEvent } from "../analysis/progress.ts";
import { layerLine } from "../report/ndjson.ts";
import { counted, talk } from "./terminal.ts";

/** Keeps each layer on disk as soon as it is done, until the whole result is written. */
export interface LayerJournal {
  add(event: ProgressEvent): void;
  /** The result is written: the journal goes. */
  discard(): void;
  /** The run failed: says what is kept and where; null when no layer was done. */
  keep(): string | null;
}

/** A journal in NDJSON beside an output file, made with the first layer; none for no path. */
export function layerJournal(output: string | undefined): LayerJournal {
  const path = `${output}.partial.ndjson`;
  let file: number | null = null;
  let lines = 0;
  let isBroken = false;
  return {
    add({ checkpoint, step, result }) {
      if (output === undefined || isBroken) return;
      try {
        file ??= openSync(path, "w");
        writeSync(file, layerLine({ id: checkpoint, step }, result));
        lines++;
      } catch (error) {
        // The journal is a help: hours of work must not end because it can't be written.
        isBroken = true;
        talk(`can't keep finished layers in ${path}: ${(error as Error).message}; going on without`);
      }
    },
    discard() {
      if (file === null) return;
      closeSync(file);
      unlinkSync(path);
    },
    keep() {
      if (file === null) return null;
      closeSync(file);
      return `${counted(lines, "finished layer")} kept in ${path}`;
    },
  };
}
