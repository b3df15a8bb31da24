import { CommanderError } from "commander";
import { MarchenkoError } from "../errors.ts";
import { exitCodes } from "./exit-codes.ts";
import { InterruptedError } from "./interrupt.ts";
import { buildProgram } from "./program.ts";
import { talk, talkMore } from "./terminal.ts";

/**
 * Runs the command and gives its exit code. Every error ends here: one that the package knows in a line
 * that says what to do, any other with its stack, since it is a bug.
 */
export async function main(argv: readonly string[]): Promise<number> {
  // Without a listener a closed pipe would end the run: printData hears of errors itself, and talk that
  // nobody listens to must not stop the work.
  for (const stream of [process.stdout, process.stderr]) stream.on("error", () => {});
  try {
    await (await buildProgram(argv)).parseAsync([...argv]);
    return exitCodes.ok;
  } catch (error) {
    return report(error);
  }
}

function report(error: unknown): number {
  if (error instanceof CommanderError) {
    // Commander has printed its message already; help and version are no errors.
    return error.exitCode === 0 ? exitCodes.ok : exitCodes.usage;
  }
  if (error instanceof InterruptedError) {
    talk(error.message);
    return exitCodes.interrupted;
  }
  if (error instanceof MarchenkoError) {
    talk(`marchenko: ${error.message}`);
    if (error.cause instanceof Error) talkMore(`because of: ${error.cause.stack ?? error.cause.message}`);
    return error.exitCode;
  }
  talk(`marchenko: this is a bug, please report it with what follows\n${(error as Error).stack ?? error}`);
  return exitCodes.bug;
}
