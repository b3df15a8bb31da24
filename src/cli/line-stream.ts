import type { ProgressEvent } from "../analysis/progress.ts";
import { layerLine } from "../report/ndjson.ts";
import { printData } from "./terminal.ts";

/** Prints layers on stdout as they are done. */
export interface LineStream {
  add(event: ProgressEvent): void;
  /** Prints what was held back, and waits until all is out. @returns why stdout did not take it; null when it did. */
  end(): Promise<Error | null>;
}

/**
 * A line of NDJSON for each layer, in the order in which layers begin: one that overtakes another is held back until
 * that one is done, so that the lines are the same for any number of workers.
 */
export function lineStream(print: (line: string) => Promise<void> = printData): LineStream {
  const held = new Map<number, string>();
  let next = 0;
  let printed = Promise.resolve();
  let failure: Error | null = null;
  const send = (line: string): void => {
    // What goes wrong is said at the end: it must not end the work.
    printed = printed
      .then(() => (failure ? undefined : print(line)))
      .catch((error: Error) => {
        failure ??= error;
      });
  };
  return {
    add({ checkpoint, step, result, turn, count }) {
      held.set(turn, layerLine({ id: checkpoint, step }, result));
      for (let line = held.get(next); line !== undefined; line = held.get(next)) {
        held.delete(next);
        send(line);
        // Checkpoints come one after the other.
        next = next + 1 === count ? 0 : next + 1;
      }
    },
    async end() {
      for (const turn of [...held.keys()].sort((a, b) => a - b)) send(held.get(turn)!);
      held.clear();
      await printed;
      return failure;
    },
  };
}
