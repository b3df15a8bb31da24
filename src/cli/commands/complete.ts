import { Argument, Command } from "commander";
import { completables } from "../completion.ts";
import { completionScripts } from "../completion-scripts.ts";
import { printData } from "../terminal.ts";

/** @param wholeProgram - the program with all of its commands. */
export function completeCommand(wholeProgram: () => Promise<Command>): Command {
  return new Command("complete")
    .description("A script that makes your shell complete commands, options and their values.")
    .addArgument(new Argument("<shell>", "the shell").choices(Object.keys(completionScripts)))
    .addHelpText(
      "after",
      `
Examples:
  eval "$(marchenko complete bash)"          # in ~/.bashrc
  source <(marchenko complete zsh)           # in ~/.zshrc, after compinit
  marchenko complete fish | source           # in ~/.config/fish/config.fish`,
    )
    .action(async (shell: string) => {
      await printData(completionScripts[shell]!(completables(await wholeProgram())));
    });
}
