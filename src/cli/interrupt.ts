import { exitCodes } from "./exit-codes.ts";

/** Thrown through an analysis when the user presses Ctrl-C. */
export class InterruptedError extends Error {
  override readonly name = "InterruptedError";
}

/**
 * A signal that aborts on Ctrl-C or SIGTERM: the first one lets the layers under way finish, a second
 * ends at once.
 *
 * @param onFirst - called on the first one, to say so.
 * @returns the signal, and a function that stops listening, unless there was an interrupt.
 */
export function abortOnInterrupt(onFirst: () => void): { signal: AbortSignal; release: () => void } {
  const controller = new AbortController();
  const onInterrupt = (): void => {
    if (controller.signal.aborted) process.exit(exitCodes.interrupted);
    onFirst();
    controller.abort(new InterruptedError("interrupted"));
  };
  process.on("SIGINT", onInterrupt);
  process.on("SIGTERM", onInterrupt);
  return {
    signal: controller.signal,
    release() {
      // An interrupted command is ending: one more signal still finds its exit code, not the system's own.
      if (controller.signal.aborted) return;
      process.off("SIGINT", onInterrupt);
      process.off("SIGTERM", onInterrupt);
    },
  };
}
