import { type Argument, Command, InvalidArgumentError, type Option } from "commander";
import { version } from "../analysis/version.ts";
import { similarNames } from "../checkpoint/nearest-names.ts";
import { UsageError } from "../errors.ts";
import { configurable } from "./configuration/configurable.ts";
import { configuredCommands } from "./configuration/configuration-file.ts";
import { presetsByCommand } from "./configuration/presets.ts";
import { exitCodeHelp } from "./exit-codes.ts";

const examples = `
Examples:
  marchenko inspect model.safetensors                     what is in it, from the headers alone
  marchenko analyze model/ -o run.json -o run.html        spectra, fits, verdicts, and a page to look at
  marchenko analyze runs/a/checkpoints -o series.html     a training run, with trajectories over steps
  marchenko compare base/ finetuned/ -o moved.html        what moved, and along which directions
  marchenko gate run.json --fail-on 'powerLaw.alpha < 2'  for CI: exit 4 where an expression holds
  marchenko view model.safetensors                        its page, in a browser; files can be dropped there
  marchenko train digits-vit --out runs/a                 a small vision Transformer, trained here
  marchenko measure runs/a/checkpoints/step-003450        its sparsity, gradients and flatness on its data

Options of commands can stand in marchenko.config.json, read where a command runs (--config FILE for another):
  { "analyze": { "exclude": ["*.embed*"], "seed": 1 }, "gate": { "failOn": ["powerLaw.alpha < 2"] } }
A flag is stronger than the file, the file than --preset, and that than the defaults; --print-config shows what holds.

NO_COLOR, FORCE_COLOR and TERM=dumb are heeded; with CI set, progress is printed and not drawn.

${exitCodeHelp}`;

/** Each command by its name. They load far more than most of them take to run, so each is loaded when it is called. */
const commands: Readonly<Record<string, () => Promise<Command>>> = {
  inspect: async () => (await import("./commands/inspect.ts")).inspectCommand(),
  analyze: async () => (await import("./commands/analyze.ts")).analyzeCommand(),
  merge: async () => (await import("./commands/merge.ts")).mergeCommand(),
  compare: async () => (await import("./commands/compare.ts")).compareCommand(),
  gate: async () => (await import("./commands/gate.ts")).gateCommand(),
  report: async () => (await import("./commands/report.ts")).reportCommand(),
  train: async () => (await import("./commands/train.ts")).trainCommand(),
  experiment: async () => (await import("./commands/experiment.ts")).experimentCommand(),
  measure: async () => (await import("./commands/measure.ts")).measureCommand(),
  noise: async () => (await import("./commands/noise.ts")).noiseCommand(),
  view: async () => (await import("./commands/view.ts")).viewCommand(),
  metrics: async () => (await import("./commands/metrics.ts")).metricsCommand(),
  laws: async () => (await import("./commands/laws.ts")).lawsCommand(),
  selftest: async () => (await import("./commands/selftest.ts")).selftestCommand(),
  cache: async () => (await import("./commands/cache.ts")).cacheCommand(),
  complete: async () =>
    (await import("./commands/complete.ts")).completeCommand(() => buildProgram(["node", "marchenko"])),
  env: async () => (await import("./commands/env.ts")).envCommand(),
};

/**
 * The command line: one subcommand a file. Errors are thrown, never process.exit.
 *
 * @param argv - as the process has it: only the command that it names is loaded, none for the version, all for anything else.
 */
export async function buildProgram(argv: readonly string[]): Promise<Command> {
  const program = likeProgram(new Command("marchenko"))
    .description("Random-matrix theory for neural-network weights.")
    .version(version)
    .addHelpText("after", examples);
  const called = argv[2] ?? "";
  if (called === "help") requireCommand(argv[3]);
  const isVersion = called === "--version" || called === "-V";
  const names = isVersion ? [] : Object.hasOwn(commands, called) ? [called] : Object.keys(commands);
  for (const command of await Promise.all(names.map((name) => commands[name]!()))) {
    const name = command.name();
    if (configuredCommands.includes(name)) configurable(command, presetsByCommand[name]);
    // What a run would use can be asked without saying on what.
    if (argv.includes("--print-config"))
      for (const each of command.registeredArguments) each.required = false;
    program.addCommand(likeProgram(command));
  }
  return program;
}

/** @throws {UsageError} If help is asked on what is no command: commander would show that on all. */
function requireCommand(name: string | undefined): void {
  if (name === undefined || name === "help" || name.startsWith("-") || Object.hasOwn(commands, name)) return;
  const near = similarNames(name, Object.keys(commands));
  const hint = near.length > 0 ? ` (Did you mean ${near.join(" or ")}?)` : "";
  throw new UsageError(`unknown command '${name}'${hint}`);
}

/** A choice that is none comes with those that are much like it. */
function suggestChoices(each: Option | Argument): void {
  const { argChoices, parseArg } = each;
  if (argChoices === undefined || parseArg === undefined) return;
  each.parseArg = (value, previous) => {
    try {
      return parseArg.call(each, value, previous) as typeof previous;
    } catch (error) {
      const near = [
        ...similarNames(value, argChoices),
        // The first part of a name is meant as often: wasm of wasm-relaxed.
        ...argChoices.filter((name) => similarNames(value, [name.split("-")[0]!]).length > 0),
      ];
      if (!(error instanceof InvalidArgumentError) || near.length === 0) throw error;
      throw new InvalidArgumentError(`${error.message} Did you mean ${[...new Set(near)].join(" or ")}?`);
    }
  };
}

/** What commander does not hand on to subcommands: errors are thrown, and begin as all others do. */
function likeProgram(command: Command): Command {
  for (const each of command.commands) likeProgram(each);
  for (const each of [...command.options, ...command.registeredArguments]) suggestChoices(each);
  return command
    .exitOverride()
    .showHelpAfterError("(add --help for what there is)")
    .configureOutput({ outputError: (text, write) => write(text.replace(/^error: /, "marchenko: ")) });
}
