import type { Completable, CompletableOption } from "./completion.ts";

/** A script that makes a shell complete the command, by the shell's name. */
export const completionScripts: Readonly<Record<string, (commands: readonly Completable[]) => string>> = {
  bash: bashScript,
  zsh: zshScript,
  fish: fishScript,
};

/** Text between single quotes, as bash, zsh and fish all read it. */
function quoted(text: string): string {
  return `'${text.replaceAll("\\", " ").replaceAll("'", "’")}'`;
}

/** The commands' paths as the patterns of a shell's `case`, the longest first. */
function deepestFirst(commands: readonly Completable[]): Completable[] {
  return [...commands].sort((a, b) => b.path.length - a.path.length);
}

function wordsOf({ commands, options, choices }: Completable): string {
  return [...commands.map(({ name }) => name), ...choices, ...options.flatMap(({ flags }) => flags)].join(
    " ",
  );
}

/** The body of a `case` on the word before: what an option's value may be; files where it may be any. */
function valueCases(
  options: readonly CompletableOption[],
  choices: (words: string) => string,
  files: string,
): string {
  return options
    .filter(({ takesValue }) => takesValue)
    .map(
      ({ flags, choices: words }) =>
        `        ${flags.join("|")}) ${words.length > 0 ? choices(words.join(" ")) : files}; return ;;\n`,
    )
    .join("");
}

/** The pattern of a shell that matches each command by its words. */
function anyOf(commands: readonly Completable[]): string {
  return commands
    .filter(({ path }) => path.length > 0)
    .map(({ path }) => quoted(path.join(" ")))
    .join("|");
}

function bashScript(commands: readonly Completable[]): string {
  const choose = (words: string) => `COMPREPLY=($(compgen -W ${quoted(words)} -- "$word"))`;
  const files = ":"; // without an answer bash completes files
  const cases = deepestFirst(commands).map((command) => {
    const values = valueCases(command.options, choose, files);
    return `    ${quoted(command.path.join(" "))}${command.path.length > 0 ? "" : "|*"})
${values ? `      case "$before" in\n${values}      esac\n` : ""}      ${choose(wordsOf(command))} ;;
`;
  });
  return `# marchenko for bash: eval "$(marchenko complete bash)"
_marchenko() {
  local word="\${COMP_WORDS[COMP_CWORD]}" before="\${COMP_WORDS[COMP_CWORD-1]}" command="" next i
  for ((i = 1; i < COMP_CWORD; i++)); do
    next="\${command:+$command }\${COMP_WORDS[i]}"
    case "$next" in
      ${anyOf(commands)}) command="$next" ;;
    esac
  done
  COMPREPLY=()
  case "$command" in
${cases.join("")}  esac
}
complete -o default -o filenames -F _marchenko marchenko
`;
}

function zshScript(commands: readonly Completable[]): string {
  const choose = (words: string) => `compadd -- ${words}`;
  const argument = ({ choices, commands }: Completable) =>
    choices.length > 0 ? choose(choices.join(" ")) : commands.length > 0 ? ":" : "_files";
  const cases = deepestFirst(commands).map((command) => {
    const values = valueCases(command.options, choose, "_files");
    const described = [
      ...command.commands.map(({ name, description }) => [name, description]),
      ...command.options.flatMap(({ flags, description }) => flags.map((flag) => [flag, description])),
    ].map(([word, description]) => `        ${quoted(`${word}:${description}`)}\n`);
    return `    ${quoted(command.path.join(" "))}${command.path.length > 0 ? "" : "|*"})
${values ? `      case "$before" in\n${values}      esac\n` : ""}      entries=(\n${described.join("")}      )
      _describe marchenko entries
      ${argument(command)} ;;
`;
  });
  return `#compdef marchenko
# marchenko for zsh: source <(marchenko complete zsh), after compinit
_marchenko() {
  local before="\${words[CURRENT-1]}" command="" next i
  local -a entries
  for ((i = 2; i < CURRENT; i++)); do
    next="\${command:+$command }\${words[i]}"
    case "$next" in
      ${anyOf(commands)}) command="$next" ;;
    esac
  done
  case "$command" in
${cases.join("")}  esac
}
compdef _marchenko marchenko
`;
}

function fishScript(commands: readonly Completable[]): string {
  const lines = commands.flatMap((command) => {
    const { path, options, choices } = command;
    const within = command.commands.map(({ name }) => name).join(" ");
    const seen = path.map((word) => `__fish_seen_subcommand_from ${word}`);
    const notDeeper = within ? [`not __fish_seen_subcommand_from ${within}`] : [];
    const when = [...seen, ...notDeeper].join("; and ");
    const start = `complete -c marchenko${when ? ` -n ${quoted(when)}` : ""}`;
    return [
      ...command.commands.map(({ name, description }) => `${start} -f -a ${name} -d ${quoted(description)}`),
      ...(choices.length > 0 ? [`${start} -f -a ${quoted(choices.join(" "))}`] : []),
      ...options.map(({ flags, description, takesValue, choices: words }) => {
        const names = flags.map((flag) =>
          flag.startsWith("--") ? `-l ${flag.slice(2)}` : `-s ${flag.slice(1)}`,
        );
        const value = words.length > 0 ? ` -x -a ${quoted(words.join(" "))}` : takesValue ? " -r" : "";
        return `${start} ${names.join(" ")}${value} -d ${quoted(description)}`;
      }),
    ];
  });
  return `# marchenko for fish: marchenko complete fish | source\n${lines.join("\n")}\n`;
}
