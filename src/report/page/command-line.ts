import type { Provenance } from "../../analysis/result.ts";

type Settings = Readonly<Record<string, unknown>>;

/** An option that shapes a result, as flags of the command; none where it has its default. */
const flagsOf: Readonly<Record<string, (value: unknown) => readonly string[]>> = {
  include: (globs) => repeated("--include", globs),
  exclude: (globs) => repeated("--exclude", globs),
  spectra: (kept) => (kept === "all" ? ["--spectra"] : []),
  method: (method) => (method === "auto" ? [] : ["--method", String(method)]),
  vectors: (wanted) => (wanted === true ? ["--vectors"] : []),
  comparableAlpha: (side) =>
    side === true ? ["--comparable-alpha"] : typeof side === "number" ? [`--comparable-alpha=${side}`] : [],
  null: (kind) => (kind === "gaussian" ? [] : ["--null", String(kind)]),
  convolutionOperator: (side) => ["--conv-operator", String(side)],
  keepFused: (kept) => (kept === true ? ["--keep-fused"] : []),
  followSpikes: (followed) => (followed === true ? ["--follow-spikes"] : []),
};

/**
 * The command that makes a result of checkpoints again, as a shell reads it.
 *
 * @param command - `analyze`. @param paths - what it was given.
 * @param provenance - of the result.
 * @param also - flags of options that this command alone has, by the names of the options.
 * @returns the line; null where an option has no flag, as a later version's may not.
 */
export function commandLine(
  command: string,
  paths: readonly string[],
  { configuration, seed, engine }: Provenance,
  also: typeof flagsOf = {},
): string | null {
  const known = { ...flagsOf, ...also };
  const settings = Object.entries(configuration as Settings);
  if (settings.some(([name]) => !Object.hasOwn(known, name))) return null;
  const flags = settings.flatMap(([name, value]) => known[name]!(value));
  // A path that looks like a flag is none behind "--".
  const guard = paths.some((path) => path.startsWith("-")) ? ["--"] : [];
  const words = [
    "marchenko",
    command,
    ...flags,
    "--seed",
    String(seed),
    "--engine",
    engine,
    ...guard,
    ...paths,
  ];
  return words.map(quoted).join(" ");
}

function repeated(flag: string, values: unknown): string[] {
  return Array.isArray(values) ? values.flatMap((value) => [flag, String(value)]) : [];
}

/** A word that a POSIX shell takes as it is. */
function quoted(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}
