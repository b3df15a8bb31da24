import { type MarchenkoError, NothingToAnalyzeError, UnreadableInputError } from "../errors.ts";
import type { LeftOutFile } from "./checkpoint.ts";
import { checkpointNumber } from "./checkpoint-number.ts";
import type { Folder, FolderTree } from "./folder.ts";
import { type ModelFiles, planFolder, planOfOneModel } from "./model-folder.ts";
import { trainingState } from "./training-state.ts";

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

/** Subfolders in which training runs, and the cache of the Hugging Face hub, keep checkpoints. */
const CHECKPOINT_FOLDERS = ["checkpoints", "weights", "snapshots", "ckpts", "ckpt"];

/**
 * The models in a folder, or else in its subfolders, or else in those of its `checkpoints/`.
 *
 * @param prefix - what `within` and `leftOut` put before names; "" or ends in "/".
 */
export async function findCandidates(folder: FolderTree, prefix = ""): Promise<FoundCandidates> {
  const { path } = folder;
  const plan = planFolder(path, folder.files, folder.folders);
  const sub = await candidatesOf(folder.folders, folder, prefix);

  if (plan.models.length === 1) {
    const candidate = {
      id: folder.name,
      path,
      within: prefix,
      model: plan.models[0]!,
      open: folder.open,
      leftOut: plan.leftOut,
    };
    return { candidates: [candidate], leftOut: besides(sub), refusals: [] };
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
    return { candidates, leftOut: [...plan.leftOut, ...besides(sub)], refusals: [] };
  }
  const run = CHECKPOINT_FOLDERS.find((name) => folder.folders.includes(name));
  if (run !== undefined && !sub.candidates.some(({ id }) => isNumbered(id))) {
    const inRun = await findCandidates(await folder.enter(run), `${prefix}${run}/`);
    if (inRun.candidates.length > 0) {
      const beside = besides(sub).filter((left) => left.path !== prefix + run);
      return { ...inRun, leftOut: [...inRun.leftOut, ...beside] };
    }
  }
  const foreign =
    plan.refusal instanceof UnreadableInputError ? [unsupported(prefix || ".", plan.refusal)] : [];
  const own = plan.refusal ? [plan.refusal] : [];
  // Of a folder that has nothing itself, what is said of its subfolders helps more.
  const isBare = foreign.length === 0 && plan.leftOut.length === 0;
  const refusals = isBare ? [...sub.refusals, ...own] : [...own, ...sub.refusals];
  return { ...sub, leftOut: [...foreign, ...sub.leftOut], refusals };
}

/** All that subfolders hold, where it is not what was asked for. */
function besides(sub: FoundCandidates): LeftOutFile[] {
  return [...sub.candidates.map(other), ...sub.leftOut];
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
    const within = prefix + name;
    const folder = await parent.enter(name).catch((error: unknown) => {
      if (error instanceof UnreadableInputError) return error;
      throw error;
    });
    if (folder instanceof UnreadableInputError) {
      leftOut.push({ path: within, reason: "unreadable", detail: folder.message });
      refusals.push(folder);
      continue;
    }
    const plan = planOfOneModel(planFolder(folder.path, folder.files, folder.folders));
    const hasNone = plan.refusal instanceof NothingToAnalyzeError;
    if (hasNone && plan.leftOut.length === 0) continue;
    const state = trainingState(`${name}.pt`) ?? (hasNone ? plan.leftOut[0] : undefined);
    if (state) {
      const detail = "Only the state of a training run, by its name or by those of its files.";
      leftOut.push({ path: within, reason: state.reason, detail });
      if (hasNone) refusals.push(plan.refusal);
    } else if (plan.models.length === 1) {
      const model = plan.models[0]!;
      const { open } = folder;
      candidates.push({ id: name, path: folder.path, within, model, open, leftOut: plan.leftOut });
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
