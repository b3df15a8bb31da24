import { type Command, CommanderError, Option } from "commander";
import { renderJson } from "../../report/json.ts";
import { printData, setTalk, talk, talkMore } from "../terminal.ts";
import { type ConfigurationFile, readConfiguration, usualName } from "./configuration-file.ts";
import { placePaths } from "./place-paths.ts";

/** Options by the name that a configuration gives them, for a purpose. */
export interface Preset {
  readonly meaning: string;
  readonly options: Readonly<Record<string, unknown>>;
}

export type Presets = Readonly<Record<string, Preset>>;

/** Options that say where the others come from, and are not set by any of them. */
const ownNames = new Set(["config", "printConfig"]);

/** Of the two, where a value comes from, as commander keeps it. */
const fromFile = "file";
const fromPreset = "preset";

/**
 * Gives a command a configuration: its options may be set by a file and by presets, and what is in effect printed. What
 * is given on the command line is stronger than the file, the file than the preset, and that than the defaults.
 *
 * @param command - with all of its own options.
 * @param presets - of the command, by name.
 */
export function configurable(command: Command, presets: Presets = {}): Command {
  const names = Object.keys(presets);
  if (command.options.some(({ long }) => long === "--quiet")) {
    command.addOption(
      new Option("-v, --verbose", "tell more of what is done, and of errors").conflicts("quiet"),
    );
  }
  if (names.length > 0) {
    command.addOption(new Option("--preset <name>", "options for a purpose, listed below").choices(names));
    const width = Math.max(...names.map(({ length }) => length));
    const lines = names.map((name) => `  ${name.padEnd(width)}  ${presets[name]!.meaning}\n`);
    command.addHelpText("after", `\nPresets:\n${lines.join("")}`.trimEnd());
  }
  command
    .option("--config <file>", `options by command, JSON; by default ${usualName} in the working folder`)
    .option("--no-config", "read no such file")
    .option("--print-config", "print every option that a run would have, and where it comes from, and end");
  return command.hook("preAction", async () => {
    const file = await configure(command, presets);
    if (command.getOptionValue("printConfig") !== true) return;
    await printData(renderJson(effective(command, file?.path ?? null)));
    throw new CommanderError(0, "marchenko.printed", "");
  });
}

/** Sets what the command line leaves to the file and the preset. */
async function configure(command: Command, presets: Presets): Promise<ConfigurationFile | null> {
  const file = await readConfiguration(command.getOptionValue("config") as string | false | undefined);
  const section = file?.sections[command.name()];
  if (file && section !== undefined) {
    const { checkedSection } = await import("./section-schema.ts");
    const set = checkedSection(settable(command), section, command.name(), file.path);
    for (const option of settable(command)) {
      const name = option.attributeName();
      if (set[name] === undefined || !isLeftOpen(command, name)) continue;
      command.setOptionValueWithSource(name, placePaths(set[name], option.flags, file.folder), fromFile);
    }
  }
  const preset = command.getOptionValue("preset") as string | undefined;
  if (preset !== undefined) {
    for (const [name, value] of Object.entries(presets[preset]!.options)) {
      if (isLeftOpen(command, name)) command.setOptionValueWithSource(name, value, fromPreset);
    }
  }
  const { quiet, verbose } = command.opts<{ quiet?: boolean; verbose?: boolean }>();
  setTalk(quiet ? "less" : verbose ? "more" : "usual");
  if (file && section !== undefined && !quiet && command.getOptionValue("printConfig") !== true) {
    talk(`options of ${file.path} are used`);
  }
  talkMore(`marchenko ${command.name()}: ${givenText(command)}`);
  return file;
}

function settable(command: Command): Option[] {
  return command.options.filter((option) => !ownNames.has(option.attributeName()));
}

/** Each of two options that can't be given together by the other. */
const opposites: Readonly<Record<string, string>> = { quiet: "verbose", verbose: "quiet" };

function isLeftOpen(command: Command, name: string): boolean {
  const opposite = opposites[name];
  if (opposite !== undefined && command.getOptionValue(opposite) === true) return false;
  const source = command.getOptionValueSource(name);
  return source === undefined || source === "default";
}

/** What a run would have: every option with its value, and where that comes from. */
function effective(command: Command, file: string | null) {
  const options = settable(command).map((option) => {
    const name = option.attributeName();
    const value: unknown = command.getOptionValue(name);
    const origin = originOf(command, name);
    // What a missing value means is said by the option's description alone.
    return value === undefined
      ? [name, { value: option.isBoolean() ? false : null, from: origin, meaning: option.description }]
      : [name, { value, from: origin }];
  });
  return { command: command.name(), arguments: command.args, file, options: Object.fromEntries(options) };
}

function originOf(command: Command, name: string): string {
  const source = command.getOptionValueSource(name) ?? "default";
  return source === "cli" ? "flag" : source;
}

/** The options that are not defaults, in words. */
function givenText(command: Command): string {
  const given = settable(command).flatMap((option) => {
    const name = option.attributeName();
    const origin = originOf(command, name);
    return origin === "default"
      ? []
      : [`${name} ${JSON.stringify(command.getOptionValue(name))} (${origin})`];
  });
  return given.length === 0 ? "every option at its default" : given.join(", ");
}
