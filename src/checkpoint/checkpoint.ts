import type { ModelConfig } from "./model-config.ts";
import type { Tensor, TensorSource } from "./tensor.ts";

/** A file of a checkpoint's folder that was not read as weights, and why. */
export interface LeftOutFile {
  /** Path relative to the opened folder. */
  readonly path: string;
  /**
   * duplicate | other-model | other-checkpoint | optimizer-state | training-state | unsupported-format |
   * several-checkpoints | different-tensors | same-step | unreadable
   */
  readonly reason: string;
  /** One sentence for people. */
  readonly detail: string;
}

/** One opened checkpoint: headers read, tensors on demand. Close it when done. */
export interface Checkpoint extends TensorSource {
  /** Unique among the checkpoints opened together; the path's last part. */
  readonly id: string;
  readonly path: string;
  /**
   * Id of the format that read it, such as `safetensors` or `pytorch-zip`: the README of this folder lists them, and
   * says what is read of each.
   */
  readonly format: string;
  readonly step: number | null;
  readonly epoch: number | null;
  /** The file that leads to the others, by its name; the end of `path` where the file itself was opened. */
  readonly entry: string;
  /** Files that hold its tensors, relative to the entry's folder. */
  readonly files: readonly string[];
  /** Bytes of each of them, by the same names. */
  readonly fileSizes: ReadonlyMap<string, number>;
  readonly leftOut: readonly LeftOutFile[];
  /** The file's own metadata (`__metadata__` of safetensors), {} when there is none. */
  readonly metadata: Readonly<Record<string, string>>;
  /** All tensors, in the order of the file(s). */
  tensors(): readonly Tensor[];
  /** The model's configuration beside its files, read when asked for; null where there is none. */
  config(): Promise<ModelConfig | null>;
  /** Closes its files. */
  close(): Promise<void>;
}

/**
 * The path of one of a checkpoint's files: beside the file that was opened, or in the folder.
 *
 * @param file - one of its `files`.
 */
export function pathOfFile({ path, entry }: Pick<Checkpoint, "path" | "entry">, file: string): string {
  const isEntry = path === entry || path.endsWith(`/${entry}`) || path.endsWith(`\\${entry}`);
  const folder = isEntry ? path.slice(0, path.length - entry.length) : path.replace(/[/\\]*$/, "/");
  return folder + file;
}
