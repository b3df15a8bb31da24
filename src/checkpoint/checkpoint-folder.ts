import { type MarchenkoError, UnreadableInputError } from "../errors.ts";
import type { LeftOutFile } from "./checkpoint.ts";
import { checkpointNumber } from "./checkpoint-number.ts";
import type { Folder, FolderTree } from "./folder.ts";
import { type ModelFiles, planFolder } from "./model-folder.ts";

/** A model that was found by names and not opened yet. */
export interface Candidate {
  readonly id: string;
  readonly path: string;
  /** Its path relative to the folder that was asked for. */
  readonly within: string;
  readonly model: ModelFiles;
  readonly open: Folder["open"];
  readonly leftOut: readonly LeftOutFile[];
}

export interface FoundCandidates {
  readonly candidates: readonly Candidate[];
  /** What belongs to none of them. */
  readonly leftOut: readonly LeftOutFile[];
  /** Why there are none, where that is so. */
  readonly refusals: readonly MarchenkoError[];
}

/** The subfolder in which a training run keeps its checkpoints. */
const RUN_CHECKPOINTS = "checkpoints";

/**
 * The models in a folder, or else in its subfolders, or else in those of its `checkpoints/`.
 *
 * @param prefix - what `within` and `leftOut` put before names; "" or ends in "/".
 */
export async function findCandidates(folder: FolderTree, prefix = ""): Promise<FoundCandidates> {
  const { path } = folder;
  const plan = planFolder(path, folder.files);
  const below = plan.models.length === 0 ? folder.folders : folder.folders.filter(isNumbered);
  const sub = await candidatesOf(below, folder, prefix);

  if (plan.models.length === 1) {
    const candidate = {
      id: folder.name,
      path,
      within: prefix,
      model: plan.models[0]!,
      open: folder.open,
      leftOut: plan.leftOut,
    };
    return { candidates: [candidate], leftOut: sub.candidates.map(other), refusals: [] };
  }
  if (plan.models.length > 1) {
    const candidates = plan.models.map((model): Candidate => {
      const { entry } = model;
      return {
        id: entry,
        path: folder.pathOf(entry),
        within: prefix + entry,
        model,
        open: folder.open,
        leftOut: [],
      };
    });
    return { candidates, leftOut: [...plan.leftOut, ...sub.candidates.map(other)], refusals: [] };
  }
  if (folder.folders.includes(RUN_CHECKPOINTS) && !sub.candidates.some(({ id }) => isNumbered(id))) {
    const inRun = await findCandidates(await folder.enter(RUN_CHECKPOINTS), `${prefix}${RUN_CHECKPOINTS}/`);
    if (inRun.candidates.length > 0) {
      const beside = sub.candidates.filter(({ id }) => id !== RUN_CHECKPOINTS).map(other);
      return { ...inRun, leftOut: [...inRun.leftOut, ...beside] };
    }
  }
  const foreign =
    plan.refusal instanceof UnreadableInputError ? [unsupported(prefix || ".", plan.refusal)] : [];
  const own = plan.refusal ? [plan.refusal] : [];
  return { ...sub, leftOut: [...foreign, ...sub.leftOut], refusals: [...own, ...sub.refusals] };
}

/** Each subfolder that is a model folder. */
async function candidatesOf(
  names: readonly string[],
  parent: FolderTree,
  prefix: string,
): Promise<FoundCandidates> {
  const candidates: Candidate[] = [];
  const leftOut: LeftOutFile[] = [];
  const refusals: MarchenkoError[] = [];
  for (const name of names) {
    const folder = await parent.enter(name);
    const plan = planFolder(folder.path, folder.files);
    const within = prefix + name;
    if (plan.models.length === 1) {
      const model = plan.models[0]!;
      candidates.push({
        id: name,
        path: folder.path,
        within,
        model,
        open: folder.open,
        leftOut: plan.leftOut,
      });
    } else if (plan.models.length > 1) {
      const detail = `It holds ${plan.models.length} checkpoints: name it to open them.`;
      leftOut.push({ path: within, reason: "several-checkpoints", detail });
      refusals.push(new UnreadableInputError(`${folder.path}: expected one model. ${detail}`));
    } else if (plan.refusal instanceof UnreadableInputError) {
      leftOut.push(unsupported(within, plan.refusal));
      refusals.push(plan.refusal);
    }
  }
  return { candidates, leftOut, refusals };
}

function isNumbered(name: string): boolean {
  const { step, epoch } = checkpointNumber(name);
  return step !== null || epoch !== null;
}

function other(candidate: Candidate): LeftOutFile {
  const detail = "A checkpoint beside the one that was opened: name it to analyse it.";
  return { path: candidate.within, reason: "other-checkpoint", detail };
}

function unsupported(path: string, refusal: MarchenkoError): LeftOutFile {
  return { path, reason: "unsupported-format", detail: refusal.message };
}
