import { type Checkpoint, type LeftOutFile, pathOfFile } from "../checkpoint/checkpoint.ts";
import type { NamedBlob } from "../checkpoint/folder.ts";
import type { ModelConfig } from "../checkpoint/model-config.ts";
import { openCheckpointBlob } from "../checkpoint/open-checkpoint.ts";
import type { OpenOptions } from "../checkpoint/place.ts";
import { openCheckpoints } from "../checkpoint/series.ts";
import type { TensorSource } from "../checkpoint/tensor.ts";
import { UsageError } from "../errors.ts";

/** One thing to analyse: a path, a file that a browser's user chose, or a source of tensors (a live model). */
export type AnalysisSource = string | NamedBlob | TensorSource;

/** What can be analysed: one source, or several. */
export type AnalysisInput = AnalysisSource | readonly AnalysisSource[];

/** A file that was read, with the bytes of the tensors in it. */
export interface FileOfTensors {
  readonly path: string;
  readonly sizeBytes: number;
}

/** A source with what the result says of it. */
export interface OpenedSource {
  readonly source: TensorSource;
  readonly id: string;
  readonly path: string;
  readonly format: string;
  readonly step: number | null;
  readonly epoch: number | null;
  readonly files: readonly FileOfTensors[];
  readonly leftOut: readonly LeftOutFile[];
  /** The file's own metadata, {} where there is none. */
  readonly metadata: Readonly<Record<string, string>>;
}

/** All sources of an input, ready to be read. */
export interface OpenedSources {
  readonly sources: readonly OpenedSource[];
  /** True when they are one training run at several steps. */
  readonly isSeries: boolean;
  readonly close: () => Promise<void>;
}

/** Opens paths, takes sources as they are. Headers are read here, tensors later. */
export async function openSources(input: AnalysisInput, options: OpenOptions = {}): Promise<OpenedSources> {
  const inputs = typeof input === "string" || !isList(input) ? [input] : input;
  if (inputs.length === 0)
    throw new UsageError("nothing was given to analyse: pass a path or a source of tensors");
  const sources: OpenedSource[] = [];
  const closers: (() => Promise<void>)[] = [];
  let isSeries = false;
  const close = async () => {
    for (const closer of closers) await closer();
  };
  try {
    for (const each of inputs) {
      if (typeof each === "string") {
        const opened = await openCheckpoints(each, options);
        const [first] = opened.checkpoints;
        for (const checkpoint of opened.checkpoints) {
          closers.push(() => checkpoint.close());
          const leftOut =
            checkpoint === first ? [...opened.leftOut, ...checkpoint.leftOut] : checkpoint.leftOut;
          sources.push({ ...openedCheckpoint(checkpoint), leftOut });
        }
        isSeries = opened.series && inputs.length === 1;
      } else if (each instanceof Blob) {
        const checkpoint = await openCheckpointBlob(each);
        closers.push(() => checkpoint.close());
        sources.push(openedCheckpoint(checkpoint));
      } else {
        const { id, step = null, epoch = null } = each;
        const nothing = { files: [], leftOut: [], metadata: {} };
        sources.push({ source: each, id, path: id, format: "memory", step, epoch, ...nothing });
      }
    }
  } catch (error) {
    await close();
    throw error;
  }
  return { sources: withUniqueIds(sources), isSeries, close };
}

/** The model's configuration beside a source, as far as it has one. */
export async function configOf({ source }: OpenedSource): Promise<ModelConfig | null> {
  return (await source.config?.()) ?? null;
}

function openedCheckpoint(checkpoint: Checkpoint): OpenedSource {
  const { id, path, format, step, epoch, leftOut, metadata } = checkpoint;
  return { source: checkpoint, id, path, format, step, epoch, files: filesOf(checkpoint), leftOut, metadata };
}

function filesOf(checkpoint: Checkpoint): FileOfTensors[] {
  const bytes = new Map<string, number>(checkpoint.files.map((file) => [file, 0]));
  for (const tensor of checkpoint.tensors()) {
    bytes.set(tensor.file, (bytes.get(tensor.file) ?? 0) + tensor.sizeBytes);
  }
  return Array.from(bytes, ([file, sizeBytes]) => ({
    path: pathOfFile(checkpoint, file),
    sizeBytes,
  }));
}

function isList(input: AnalysisInput): input is readonly AnalysisSource[] {
  return Array.isArray(input);
}

/** Two paths may end alike: the later one then goes by its whole path. */
function withUniqueIds(sources: readonly OpenedSource[]): OpenedSource[] {
  const taken = new Set<string>();
  return sources.map((source) => {
    let id = taken.has(source.id) ? source.path : source.id;
    for (let copy = 2; taken.has(id); copy++) id = `${source.path} (${copy})`;
    taken.add(id);
    return { ...source, id };
  });
}
