import { NothingToAnalyzeError, UnreadableInputError } from "../errors.ts";
import type { ByteSource } from "./byte-source.ts";
import type { Checkpoint, LeftOutFile } from "./checkpoint.ts";
import { checkpointNumber } from "./checkpoint-number.ts";
import { blobFolder, type FilePlace, type Folder, type NamedBlob, readHead } from "./folder.ts";
import type { CheckpointFormat } from "./format.ts";
import { readModelConfig } from "./model-config.ts";
import { type ModelFiles, planFolder, planOfOneModel } from "./model-folder.ts";
import { missingPath } from "./nearest-names.ts";
import { type OpenOptions, placeOf } from "./place.ts";
import { recognize } from "./recognize.ts";

/**
 * Opens one checkpoint: headers are read, tensors wait until they are asked for.
 *
 * What a file is, its content says, not its name. In a folder, safetensors are preferred (an index,
 * then numbered shards, then one file); the same weights in another format, and the state of the
 * training run, are listed in `leftOut`.
 *
 * @param path - a file, or the folder of one model; on disk, or elsewhere: `https://...` a file, `hf://owner/model` a
 *   model of the hub, `hf://owner/model@revision/file-or-folder` a part of one.
 * @returns the checkpoint; close it when done.
 * @throws {UnreadableInputError} If the path does not exist, cannot be read, is of a format that is
 *   not read, or is a folder of several checkpoints.
 * @throws {CheckpointFormatError} If a file is truncated, damaged or hostile.
 * @throws {NothingToAnalyzeError} If the folder holds no model.
 * @throws {UsageError} If an address is malformed.
 */
export async function openCheckpoint(path: string, options: OpenOptions = {}): Promise<Checkpoint> {
  const place = await placeOf(path, options);
  if (!place.folder) return await openFile(place);
  const { folder } = place;
  const plan = planFolder(folder.path, folder.files, folder.folders);
  const { models, leftOut, refusal } = planOfOneModel(plan);
  if (refusal) throw refusal;
  if (models.length > 1) {
    const shown = models.slice(0, 4).map((model) => model.entry);
    throw new UnreadableInputError(
      `${path} holds ${models.length} checkpoints (${shown.join(", ")}${models.length > shown.length ? ", ..." : ""}): ` +
        "expected one. Name one of them, or open the folder as a series.",
    );
  }
  return openModel(folder.open, models[0]!, { id: folder.name, path: folder.path, leftOut });
}

/** Opens a file that was named itself. */
export function openFile({ name, path, open }: FilePlace): Promise<Checkpoint> {
  return openModel(open, alone(name), { id: name, path, leftOut: [] });
}

/**
 * Opens a checkpoint from files that a browser's user chose: one file, or the files of one model.
 *
 * @param files - one File (or Blob with a name), or an index with its shards, or a folder's files.
 * @returns the checkpoint; its path is the name of the file that leads to the others.
 * @throws {UnreadableInputError} If the format is not read, or is read in Node only (HDF5).
 * @throws {CheckpointFormatError} If a file is truncated, damaged or hostile.
 * @throws {NothingToAnalyzeError} If none of several files is a model.
 */
export async function openCheckpointBlob(files: NamedBlob | readonly NamedBlob[]): Promise<Checkpoint> {
  const folder = blobFolder(files instanceof Blob ? [files] : files);
  if (folder.files.length === 0) throw new NothingToAnalyzeError("expected at least one file, got none.");
  const single = folder.files.length === 1 ? alone(folder.files[0]!) : null;
  const plan = single
    ? { models: [single], leftOut: [], refusal: null }
    : planOfOneModel(planFolder("the selection", folder.files));
  if (plan.refusal) throw plan.refusal;
  const model = plan.models[0]!;
  if (plan.models.length > 1) {
    throw new UnreadableInputError(
      `expected the files of one model, got ${plan.models.length} models: choose one of them.`,
    );
  }
  return openModel(folder.open, model, { id: model.entry, path: model.entry, leftOut: plan.leftOut });
}

/** A file that was named itself: its content says what it is. */
type ModelChoice = Omit<ModelFiles, "format" | "main"> & { readonly format: CheckpointFormat | null };

function alone(name: string): ModelChoice {
  return { entry: name, files: [name], inParts: false, format: null };
}

/** Opens the files of one model; all of them are closed again if any is wrong. */
export async function openModel(
  open: Folder["open"],
  model: ModelChoice,
  identity: { readonly id: string; readonly path: string; readonly leftOut: readonly LeftOutFile[] },
): Promise<Checkpoint> {
  const sources: ByteSource[] = [];
  const fileSizes = new Map<string, number>();
  const close = async () => {
    for (const source of sources) await source.close();
  };
  const openTracked = async (name: string) => {
    const source = await open(name);
    if (source) {
      sources.push(source);
      fileSizes.set(name, source.size);
    }
    return source;
  };
  try {
    const entry = await openTracked(model.entry);
    if (!entry) throw await missingPath(identity.path);
    // What is in parts was gathered by the format that knows how they belong together.
    const format = model.format && model.inParts ? model.format : recognize(await readHead(entry), entry);
    const opened = await format.open(entry, { files: model.files, open: openTracked });
    return {
      ...identity,
      ...checkpointNumber(identity.id),
      format: format.id,
      entry: model.entry,
      files: opened.files,
      fileSizes,
      leftOut: [...identity.leftOut, ...(opened.leftOut ?? [])],
      metadata: opened.metadata,
      tensors: () => opened.tensors,
      config: () => readModelConfig(open),
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}
