import { Command } from "commander";
import { version } from "../analysis/version.ts";
import { analyzeCommand } from "./commands/analyze.ts";
import { envCommand } from "./commands/env.ts";
import { inspectCommand } from "./commands/inspect.ts";
import { lawsCommand } from "./commands/laws.ts";
import { measureCommand } from "./commands/measure.ts";
import { metricsCommand } from "./commands/metrics.ts";
import { reportCommand } from "./commands/report.ts";
import { selftestCommand } from "./commands/selftest.ts";
import { trainCommand } from "./commands/train.ts";
import { exitCodeHelp } from "./exit-codes.ts";

const examples = `
Examples:
  marchenko inspect model.safetensors                     what is in it, from the headers alone
  marchenko analyze model/ -o run.json -o run.html        spectra, fits, verdicts, and a page to look at
  marchenko analyze runs/a/checkpoints -o series.html     a training run, with trajectories over steps
  marchenko train digits-vit --out runs/a                 a small vision Transformer, trained here
  marchenko measure runs/a/checkpoints/step-003450        its sparsity, gradients and flatness on its data

${exitCodeHelp}`;

/** The command line: one subcommand a file. Errors are thrown, never process.exit. */
export function buildProgram(): Command {
  const program = likeProgram(new Command("marchenko"))
    .description("Random-matrix theory for neural-network weights.")
    .version(version)
    .addHelpText("after", examples);
  for (const command of [
    inspectCommand(),
    analyzeCommand(),
    reportCommand(),
    trainCommand(),
    measureCommand(),
    metricsCommand(),
    lawsCommand(),
    selftestCommand(),
    envCommand(),
  ]) {
    program.addCommand(likeProgram(command));
  }
  return program;
}

/** What commander does not hand on to subcommands: errors are thrown, and begin as all others do. */
function likeProgram(command: Command): Command {
  return command
    .exitOverride()
    .showHelpAfterError("(add --help for what there is)")
    .configureOutput({ outputError: (text, write) => write(text.replace(/^error: /, "marchenko: ")) });
}
