import { CommanderError } from "commander";
import { MarchenkoError } from "../errors.ts";
import { exitCodes } from "./exit-codes.ts";
import { InterruptedError } from "./interrupt.ts";
import { buildProgram } from "./program.ts";
import { talk } from "./terminal.ts";

/**
 * Runs the command and gives its exit code. Every error ends here: one that the package knows in a line
 * that says what to do, any other with its stack, since it is a bug.
 */
export async function main(argv: readonly string[]): Promise<number> {
  // A reader that has seen enough (`| head`) closes the pipe: that is no error.
  process.stdout.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code === "EPIPE") process.exit(exitCodes.ok);
    throw error;
  });
  try {
    await buildProgram().parseAsync([...argv]);
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
    return error.exitCode;
  }
  talk(`marchenko: this is a bug, please report it with what follows\n${(error as Error).stack ?? error}`);
  return exitCodes.bug;
}
