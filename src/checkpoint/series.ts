import { MarchenkoError, NothingToAnalyzeError, UnreadableInputError } from "../errors.ts";
import type { Checkpoint, LeftOutFile } from "./checkpoint.ts";
import { type Candidate, findCandidates } from "./checkpoint-folder.ts";
import { type CheckpointSeries, chooseSeries, type FolderMember } from "./choose-series.ts";
import { openFile, openModel } from "./open-checkpoint.ts";
import { type OpenOptions, placeOf } from "./place.ts";

/** All that one path holds. */
export interface OpenedCheckpoints {
  /** One at least; those of a series stand together, in the order of training. Close each when done. */
  readonly checkpoints: readonly Checkpoint[];
  /** Whether all of them are one model at several points of its training. */
  readonly series: boolean;
  /** The series among them; what is in none is a model by itself. */
  readonly allSeries: readonly CheckpointSeries[];
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
 * the step. Members with other tensors than most, those whose name has the same numbers as another's, those
 * of another name with the tensors of a series ("best"), and those that cannot be read are left out with a reason. A
 * folder may have several series, and models beside them: all are opened, in the order of their names.
 *
 * @param path - a file or a folder, on disk or elsewhere: `https://...` a file, `hf://owner/model` a model of the hub.
 * @returns the checkpoints, their headers read and no file held open.
 * @throws {UnreadableInputError} If there is nothing at the path, or nothing of a format that is read.
 * @throws {CheckpointFormatError} If the only checkpoint is damaged.
 * @throws {NothingToAnalyzeError} If the folder holds no model.
 */
export async function openCheckpoints(path: string, options: OpenOptions = {}): Promise<OpenedCheckpoints> {
  const place = await placeOf(path, options);
  if (!place.folder)
    return { checkpoints: [await openFile(place)], series: false, allSeries: [], leftOut: [] };
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
  const [first] = chosen.allSeries;
  return {
    checkpoints: chosen.kept,
    series: first?.checkpoints.length === chosen.kept.length,
    allSeries: chosen.allSeries,
    leftOut: [...leftOut, ...unreadable, ...chosen.leftOut].sort((a, b) => (a.path < b.path ? -1 : 1)),
  };
}

/** A run that was killed leaves a broken last checkpoint: the others are worth reading without it. */
async function openAll(
  candidates: readonly Candidate[],
): Promise<{ members: FolderMember[]; unreadable: LeftOutFile[] }> {
  const members: FolderMember[] = [];
  const unreadable: LeftOutFile[] = [];
  let firstError: unknown;
  for (const candidate of candidates) {
    try {
      const checkpoint = await openModel(candidate.open, candidate.model, candidate);
      members.push({ within: candidate.within, checkpoint });
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
