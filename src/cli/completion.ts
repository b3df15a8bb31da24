import type { Argument, Command, Option } from "commander";

/** What a shell is told of a command: from commander's own definitions, hidden ones left out. */
export interface Completable {
  /** Words from the program to the command; none for the program itself. */
  readonly path: readonly string[];
  readonly commands: readonly { readonly name: string; readonly description: string }[];
  readonly options: readonly CompletableOption[];
  /** Words that an argument may be, where it is one of a list. */
  readonly choices: readonly string[];
}

export interface CompletableOption {
  /** `-o`, `--output`. */
  readonly flags: readonly string[];
  readonly description: string;
  /** Whether a word has to follow. */
  readonly takesValue: boolean;
  /** What the word may be, where that is a list. */
  readonly choices: readonly string[];
}

/** A command and those within it, outermost first. */
export function completables(command: Command, path: readonly string[] = []): Completable[] {
  const help = command.createHelp();
  // Help is a command of its own at the top, and needs no completion.
  const commands = help.visibleCommands(command).filter((each) => each.name() !== "help");
  const own: Completable = {
    path,
    commands: commands.map((each) => ({ name: each.name(), description: firstSentence(each.description()) })),
    options: help.visibleOptions(command).map(completableOption),
    choices: command.registeredArguments.flatMap(({ argChoices }: Argument) => argChoices ?? []),
  };
  return [own, ...commands.flatMap((each) => completables(each, [...path, each.name()]))];
}

function completableOption({ short, long, description, required, argChoices }: Option): CompletableOption {
  return {
    flags: [short, long].filter((flag) => flag !== undefined),
    description: firstSentence(description),
    takesValue: required,
    choices: argChoices ?? [],
  };
}

/** What fits beside a word in a list: up to the first stop that ends a clause. */
function firstSentence(text: string): string {
  return text.replace(/[;:.](?:\s.*)?$/su, "");
}
