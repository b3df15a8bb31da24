import { type MarchenkoError, NothingToAnalyzeError, UnreadableInputError } from "../errors.ts";
import type { LeftOutFile } from "./checkpoint.ts";
import { type ForeignFormat, foreignFormatOf, foreignFormats } from "./foreign-formats.ts";
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
 * @param folders - plain names of its subfolders: those of some formats that are not read tell them.
 */
export function planFolder(
  path: string,
  names: readonly string[],
  folders: readonly string[] = [],
): FolderPlan {
  const states = names.map(trainingState).filter((left) => left !== null);
  const stateNames = new Set(states.map((left) => left.path));
  const rest = names.filter((name) => !stateNames.has(name));

  const claimed = new Set<string>();
  const groups = formats.flatMap((format) => {
    const mine = format.gather(rest.filter((name) => !claimed.has(name)));
    for (const file of mine.flatMap((group) => group.files)) claimed.add(file);
    return mine.map((group): ModelFiles => ({ ...group, format }));
  });
  const foreign = rest.filter((name) => !claimed.has(name) && foreignFormatOf(name));
  const parts = folders.filter((name) => foreignFormats.some((format) => format.folders?.test(name)));
  const isOwned = parts.length > 0 || foreign.some((name) => foreignFormatOf(name)?.ownsFolder);
  if (groups.length === 0 || (isOwned && !groups.some((group) => group.main))) {
    return { models: [], leftOut: states, refusal: refusal(path, [...foreign, ...parts], states) };
  }
  const best = groups.filter((group) => group.format === groups[0]!.format);
  const main = best.find((group) => group.main);
  const chosen = main ? [main] : best;
  const models = main ? chosen : [...chosen, ...otherModels(chosen, groups)];

  const others = groups.filter((group) => !models.includes(group));
  const leftOut = [
    ...others.flatMap((group) => group.files.map((file) => leaveBeside(file, group, models))),
    ...foreign.map((file) => leaveBeside(file, null, models)),
  ];
  return { models, leftOut: [...leftOut.sort(byPath), ...states], refusal: null };
}

/**
 * A folder's plan where one model is asked for: those in a format that comes later are left out.
 *
 * @returns a plan of several models only where the first format has several.
 */
export function planOfOneModel(plan: FolderPlan): FolderPlan {
  const { format } = plan.models[0] ?? {};
  const models = plan.models.filter((model) => model.format === format);
  const others = plan.models.filter((model) => model.format !== format);
  const left = others.flatMap((group) => group.files.map((file) => leaveBeside(file, group, models)));
  return { ...plan, models, leftOut: [...plan.leftOut, ...left].sort(byPath) };
}

/**
 * Models in other formats, by names that none has yet: `step-5.pt` beside `step-10.safetensors`, or `b.pt` beside
 * `a.safetensors`. What a library names as the model of a folder is the same in another format.
 */
function otherModels(chosen: readonly ModelFiles[], groups: readonly ModelFiles[]): ModelFiles[] {
  const taken = new Set(chosen.map(({ entry }) => bareName(entry)));
  const others: ModelFiles[] = [];
  for (const group of groups) {
    const name = bareName(group.entry);
    if (taken.has(name) || group.inParts || group.main) continue;
    taken.add(name);
    others.push(group);
  }
  return others;
}

/** Why a file beside the models is not read. */
function leaveBeside(file: string, group: ModelFiles | null, models: readonly ModelFiles[]): LeftOutFile {
  const [model] = models;
  if (group?.format === model!.format) {
    return leave(file, "other-model", `${model!.entry} is the model of this folder.`);
  }
  const name = bareName(group?.entry ?? file);
  const read = `The folder's model was read from its ${model!.format.title} files`;
  if (models.some(({ entry }) => bareName(entry) === name)) return leave(file, "duplicate", `${read}.`);
  if (model!.main || group?.main) {
    const advice = group ? "Name it to open it." : foreignFormatOf(file)!.advice;
    return leave(
      file,
      "duplicate",
      `${read}, and this is taken for another form of it, or no part of it. ${advice}`,
    );
  }
  const detail = `The folder was read from its ${model!.format.title} files; by its name it may be another model.`;
  return group
    ? leave(file, "other-model", `${detail} Name it to open it.`)
    : leave(file, "unsupported-format", `${detail} ${foreignFormatOf(file)!.advice}`);
}

function refusal(path: string, foreign: readonly string[], states: readonly LeftOutFile[]): MarchenkoError {
  const isOf = (format: ForeignFormat, name: string) =>
    format.names.test(name) || (format.folders?.test(name) ?? false);
  const format = foreignFormats.find((each) => foreign.some((name) => isOf(each, name)));
  if (format) {
    const shown = foreign.filter((name) => isOf(format, name)).slice(0, 3);
    return new UnreadableInputError(
      `${path} holds ${format.title} (${shown.join(", ")}), which is not read yet. ` +
        `${format.advice} Readable are ${readableFormats()}.`,
    );
  }
  const found = states.length > 0 ? `only the state of a training run (${states[0]!.path}, ...)` : "none";
  return new NothingToAnalyzeError(
    `${path} has no model: expected files of ${readableFormats()}, found ${found}. ` +
      "Name the folder that holds the weights.",
  );
}

/** The catalogue in words, for messages: of titles what names a format, without its variants. */
export function readableFormats(): string {
  const names = formats.map(({ title }) => title.replace(/ in shards| \(.*\)/g, ""));
  return [...new Set(names)].join(", ");
}

/** Up to its last dot, which formats have their own endings after. */
function bareName(name: string): string {
  return name.replace(/\.[^.]*$/, "");
}

function byPath(a: LeftOutFile, b: LeftOutFile): number {
  return a.path < b.path ? -1 : 1;
}

function leave(path: string, reason: string, detail: string): LeftOutFile {
  return { path, reason, detail };
}
