import { MarchenkoError, NothingToAnalyzeError, UnreadableInputError } from "../errors.ts";
import type { Checkpoint, LeftOutFile } from "./checkpoint.ts";
import { type Candidate, findCandidates } from "./checkpoint-folder.ts";
import { checkpointStem, numbersOf, seriesNumbers } from "./checkpoint-number.ts";
import { openFile, openModel } from "./open-checkpoint.ts";
import { type OpenOptions, placeOf } from "./place.ts";

/** All that one path holds. */
export interface OpenedCheckpoints {
  /** One at least; of a series in the order of training. Close each when done. */
  readonly checkpoints: readonly Checkpoint[];
  /** Whether they are one model at several points of its training. */
  readonly series: boolean;
  /** What the path holds besides, relative to it; what a checkpoint leaves out is listed there. */
  readonly leftOut: readonly LeftOutFile[];
}

/**
 * Opens whatever a path holds: a file, a model folder, a folder of checkpoints, or the folder of a
 * training run, which has them in `checkpoints/`.
 *
 * Checkpoints make a series when their names are equal but for the numbers, and their tensors have
 * the same names and shapes. A series is ordered by number, the step's if there is one, else the
 * epoch's: "checkpoint-1000" comes after "checkpoint-500". A number that no word explains counts as
 * the step. Members with other tensors than most, those whose name has the same numbers as another's, and those
 * that cannot be read are left out with a reason; checkpoints that make no series are all opened, in the order of
 * their names.
 *
 * @param path - a file or a folder, on disk or elsewhere: `https://...` a file, `hf://owner/model` a model of the hub.
 * @returns the checkpoints, their headers read and no file held open.
 * @throws {UnreadableInputError} If there is nothing at the path, or nothing of a format that is read.
 * @throws {CheckpointFormatError} If the only checkpoint is damaged.
 * @throws {NothingToAnalyzeError} If the folder holds no model.
 */
export async function openCheckpoints(path: string, options: OpenOptions = {}): Promise<OpenedCheckpoints> {
  const place = await placeOf(path, options);
  if (!place.folder) return { checkpoints: [await openFile(place)], series: false, leftOut: [] };
  const { candidates, leftOut, refusals } = await findCandidates(place.folder);
  if (candidates.length === 0) {
    throw (
      refusals.find((error) => error instanceof UnreadableInputError) ??
      refusals[0] ??
      new NothingToAnalyzeError(`${path} has no model: expected checkpoints in it or in its subfolders.`)
    );
  }
  const { members, unreadable } = await openAll(candidates);
  const chosen = chooseSeries(members);
  for (const { checkpoint } of members) {
    if (!chosen.kept.some((kept) => kept.path === checkpoint.path)) await checkpoint.close();
  }
  return {
    checkpoints: chosen.kept,
    series: chosen.series,
    leftOut: [...leftOut, ...unreadable, ...chosen.leftOut].sort((a, b) => (a.path < b.path ? -1 : 1)),
  };
}

interface Member {
  readonly candidate: Candidate;
  readonly checkpoint: Checkpoint;
}

/** A run that was killed leaves a broken last checkpoint: the others are worth reading without it. */
async function openAll(
  candidates: readonly Candidate[],
): Promise<{ members: Member[]; unreadable: LeftOutFile[] }> {
  const members: Member[] = [];
  const unreadable: LeftOutFile[] = [];
  let firstError: unknown;
  for (const candidate of candidates) {
    try {
      members.push({ candidate, checkpoint: await openModel(candidate.open, candidate.model, candidate) });
    } catch (error) {
      firstError ??= error;
      if (!(error instanceof MarchenkoError)) break;
      unreadable.push({ path: candidate.within, reason: "unreadable", detail: error.message });
    }
  }
  if (members.length === 0 || (firstError && !(firstError instanceof MarchenkoError))) {
    for (const { checkpoint } of members) await checkpoint.close();
    throw firstError;
  }
  return { members, unreadable };
}

interface Choice {
  readonly kept: readonly Checkpoint[];
  readonly series: boolean;
  readonly leftOut: readonly LeftOutFile[];
}

function chooseSeries(members: readonly Member[]): Choice {
  const separate: Choice = { kept: members.map((member) => member.checkpoint), series: false, leftOut: [] };
  const stems = grouped(members, ({ checkpoint }) => checkpointStem(checkpoint.id));
  const numbered = stems.filter(
    (group) => group.length > 1 && seriesNumbers(group.map(({ checkpoint }) => checkpoint.id)),
  );
  // Two runs in one folder are no series; a "final" or "best" beside one does not make it less of one, nor do
  // "last-v1" and "last-v2", whose numbers no word explains.
  const explained = numbered.filter((group) => group.every(({ checkpoint }) => isExplained(checkpoint)));
  const [group, another] = explained.length > 0 ? explained : numbered;
  if (!group || another) return separate;
  const same = grouped(group, ({ checkpoint }) => signature(checkpoint)).sort(
    (a, b) => b.length - a.length,
  )[0]!;
  if (same.length < 2 || same.length * 2 <= group.length) return separate;

  const leftOut = members
    .filter((member) => !same.includes(member))
    .map((member): LeftOutFile => {
      return group.includes(member)
        ? {
            path: member.candidate.within,
            reason: "different-tensors",
            detail: `Its tensors' names or shapes are not those of the other ${same.length} in the series.`,
          }
        : {
            path: member.candidate.within,
            reason: "other-checkpoint",
            detail: "Its name is not one of the series: name it to analyse it by itself.",
          };
    });
  const numbers = seriesNumbers(same.map(({ checkpoint }) => checkpoint.id)) ?? [];
  const ordered = same
    .map(({ candidate, checkpoint }, i) => ({ candidate, checkpoint: { ...checkpoint, ...numbers[i] } }))
    .sort(byTraining);
  const kept = ordered.filter(
    (each, i) => i === 0 || !isSamePoint(ordered[i - 1]!.checkpoint, each.checkpoint),
  );
  if (kept.length < 2) return separate;
  const again = ordered
    .filter((member) => !kept.includes(member))
    .map(({ candidate }): LeftOutFile => {
      const detail =
        "Its name has the same numbers as another of the series: name it to analyse it by itself.";
      return { path: candidate.within, reason: "same-step", detail };
    });
  return {
    kept: kept.map(({ checkpoint }) => checkpoint),
    series: true,
    leftOut: [...leftOut, ...again],
  };
}

/** Whether a word in its name says what its number counts. */
function isExplained({ step, epoch }: Checkpoint): boolean {
  return step !== null || epoch !== null;
}

/** By step, or else epoch, then by all numbers of the names: batch 100 of an epoch comes after its batch 20. */
function byTraining({ checkpoint: a }: Member, { checkpoint: b }: Member): number {
  const first = (a.step ?? a.epoch ?? 0) - (b.step ?? b.epoch ?? 0) || (a.epoch ?? 0) - (b.epoch ?? 0);
  if (first !== 0) return first;
  const [left, right] = [numbersOf(a.id), numbersOf(b.id)];
  const differing = left.findIndex((number, i) => number !== right[i]);
  return differing < 0 ? (a.id < b.id ? -1 : 1) : left[differing]! - right[differing]!;
}

/** Whether the names differ in nothing but how numbers are written: `step-5`, `step-05`. */
function isSamePoint(a: Checkpoint, b: Checkpoint): boolean {
  return String(numbersOf(a.id)) === String(numbersOf(b.id));
}

/** Names and shapes of all tensors, whatever their order in the file. */
function signature(checkpoint: Checkpoint): string {
  return JSON.stringify(
    checkpoint
      .tensors()
      .map(({ name, shape }) => [name, shape] as const)
      .sort(([a], [b]) => (a < b ? -1 : 1)),
  );
}

function grouped<T>(items: readonly T[], key: (item: T) => string): T[][] {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const group = groups.get(key(item));
    if (group) group.push(item);
    else groups.set(key(item), [item]);
  }
  return [...groups.values()];
}
