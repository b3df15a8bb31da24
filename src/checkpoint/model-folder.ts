import { type MarchenkoError, NothingToAnalyzeError, UnreadableInputError } from "../errors.ts";
import type { LeftOutFile } from "./checkpoint.ts";
import { foreignFormats } from "./foreign-formats.ts";
import type { CheckpointFormat, FileGroup } from "./format.ts";
import { formats } from "./formats.ts";
import { trainingState } from "./training-state.ts";

/** The files of one model, and the format whose names they have. */
export interface ModelFiles extends FileGroup {
  readonly format: CheckpointFormat;
}

/** What the names in a folder say. */
export interface FolderPlan {
  /** None, one model, or several that are not one another's duplicates. */
  readonly models: readonly ModelFiles[];
  readonly leftOut: readonly LeftOutFile[];
  /** Why there is no model; null when there is. */
  readonly refusal: MarchenkoError | null;
}

/**
 * Sorts a folder's files into models and what is left out: a folder has one model, the catalogue's
 * order says in which format it is read when it is there in several, and the state of a training run
 * is not a model. Decided by names; contents are checked when the files are opened.
 *
 * @param path - of the folder, for messages.
 * @param names - plain names of its files, sorted.
 */
export function planFolder(path: string, names: readonly string[]): FolderPlan {
  const states = names.map(trainingState).filter((left) => left !== null);
  const stateNames = new Set(states.map((left) => left.path));
  const rest = names.filter((name) => !stateNames.has(name));

  const claimed = new Set<string>();
  const groups = formats.flatMap((format) => {
    const mine = format.gather(rest.filter((name) => !claimed.has(name)));
    for (const file of mine.flatMap((group) => group.files)) claimed.add(file);
    return mine.map((group): ModelFiles => ({ ...group, format }));
  });
  const best = groups.filter((group) => group.format === groups[0]?.format);
  const main = best.find((group) => group.main);
  const models = main ? [main] : best;

  const foreign = rest.filter((name) => !claimed.has(name) && foreignFormatOf(name));
  if (models.length === 0) return { models, leftOut: states, refusal: refusal(path, foreign, states) };
  const title = models[0]!.format.title;
  const others = best
    .filter((group) => !models.includes(group))
    .map(({ entry }) => leave(entry, "other-model", `${models[0]!.entry} is the model of this folder.`));
  const duplicates = [...groups.filter((group) => !best.includes(group)).flatMap((g) => g.files), ...foreign]
    .sort()
    .map((name) => leave(name, "duplicate", `The folder's model was read from its ${title} files.`));
  return { models, leftOut: [...others, ...duplicates, ...states], refusal: null };
}

/** The format that is not read and whose names this one has. */
function foreignFormatOf(name: string) {
  return foreignFormats.find((format) => format.names.test(name));
}

function refusal(path: string, foreign: readonly string[], states: readonly LeftOutFile[]): MarchenkoError {
  const format = foreignFormats.find(({ names }) => foreign.some((name) => names.test(name)));
  if (format) {
    const shown = foreign.filter((name) => format.names.test(name)).slice(0, 3);
    return new UnreadableInputError(
      `${path} holds ${format.title} (${shown.join(", ")}), which is not read yet. ` +
        `Readable are ${readableFormats()}. ${format.advice}`,
    );
  }
  const found = states.length > 0 ? `only the state of a training run (${states[0]!.path}, ...)` : "none";
  return new NothingToAnalyzeError(
    `${path} has no model: expected files of ${readableFormats()}, found ${found}. ` +
      "Name the folder that holds the weights.",
  );
}

/** The catalogue in words, for messages. */
export function readableFormats(): string {
  return formats.map((format) => format.title).join(", ");
}

function leave(path: string, reason: string, detail: string): LeftOutFile {
  return { path, reason, detail };
}
