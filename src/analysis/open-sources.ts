import { type Checkpoint, type LeftOutFile, pathOfFile } from "../checkpoint/checkpoint.ts";
import type { NamedBlob } from "../checkpoint/folder.ts";
import type { ModelConfig } from "../checkpoint/model-config.ts";
import { openCheckpointBlob } from "../checkpoint/open-checkpoint.ts";
import type { OpenOptions } from "../checkpoint/place.ts";
import { isRemote, shownPath } from "../checkpoint/remote/address.ts";
import { openCheckpoints } from "../checkpoint/series.ts";
import type { TensorSource } from "../checkpoint/tensor.ts";
import { UsageError } from "../errors.ts";
import type { Layer } from "../layers/layer.ts";
import { type LayerOptions, layersOf } from "../layers/layers-of.ts";

/** A source that has its layers made already: matrices that no tensor of a file holds. */
export interface LayerSource extends TensorSource {
  /** Its matrices, as layers. */
  layers(): Iterable<Layer> | Promise<Iterable<Layer>>;
}

/** One thing to analyse: a path, a file that a browser's user chose, or a source of tensors (a live model). */
export type AnalysisSource = string | NamedBlob | TensorSource | LayerSource;

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
  /** The series that it is a member of; null for a model by itself. */
  readonly series: string | null;
  readonly files: readonly FileOfTensors[];
  /** Whether they lie on this machine's disk, by their paths. */
  readonly isOnDisk: boolean;
  readonly leftOut: readonly LeftOutFile[];
  /** The file's own metadata, {} where there is none. */
  readonly metadata: Readonly<Record<string, string>>;
}

/** All sources of an input, ready to be read. */
export interface OpenedSources {
  readonly sources: readonly OpenedSource[];
  /** True when all of them are one training run at several steps. */
  readonly isSeries: boolean;
  /** What was given, without passwords; null where anything is no path and no address. */
  readonly paths: readonly string[] | null;
  readonly close: () => Promise<void>;
}

export interface SourceOptions extends OpenOptions {
  /** Of a folder with one series and other models, to open the series alone: for what is of one model. */
  readonly seriesAlone?: boolean;
}

/** Opens paths, takes sources as they are. Headers are read here, tensors later. */
export async function openSources(input: AnalysisInput, options: SourceOptions = {}): Promise<OpenedSources> {
  const inputs = typeof input === "string" || !isList(input) ? [input] : input;
  if (inputs.length === 0)
    throw new UsageError("nothing was given to analyse: pass a path or a source of tensors");
  const sources: OpenedSource[] = [];
  const closers: (() => Promise<void>)[] = [];
  const taken = new Set<string>();
  let isSeries = false;
  const close = async () => {
    for (const closer of closers) await closer();
  };
  try {
    for (const each of inputs) {
      if (typeof each === "string") {
        const opened = await openCheckpoints(each, options);
        for (const checkpoint of opened.checkpoints) closers.push(() => checkpoint.close());
        const [only, another] = opened.allSeries;
        const isAlone = options.seriesAlone === true && inputs.length === 1 && only && !another;
        const wanted = isAlone ? only.checkpoints : opened.checkpoints;
        const [first] = wanted;
        const names = new Map<Checkpoint, string>();
        for (const { name, checkpoints } of opened.allSeries) {
          const own = inputs.length === 1 ? name : seriesOfPath(each, opened.series ? null : name, taken);
          for (const checkpoint of checkpoints) names.set(checkpoint, own);
        }
        for (const checkpoint of wanted) {
          const leftOut =
            checkpoint === first ? [...opened.leftOut, ...checkpoint.leftOut] : checkpoint.leftOut;
          const series = names.get(checkpoint) ?? null;
          sources.push({ ...openedCheckpoint(checkpoint), series, leftOut, isOnDisk: !isRemote(each) });
        }
        isSeries = (opened.series || Boolean(isAlone)) && inputs.length === 1;
      } else if (each instanceof Blob) {
        const checkpoint = await openCheckpointBlob(each);
        closers.push(() => checkpoint.close());
        sources.push(openedCheckpoint(checkpoint));
      } else {
        const { id, step = null, epoch = null } = each;
        const nothing = { series: null, files: [], isOnDisk: false, leftOut: [], metadata: {} };
        sources.push({ source: each, id, path: id, format: "memory", step, epoch, ...nothing });
      }
    }
  } catch (error) {
    await close();
    throw error;
  }
  const paths = inputs.flatMap((each) => (typeof each === "string" ? [shownPath(each)] : []));
  return {
    sources: withUniqueIds(sources),
    isSeries,
    paths: paths.length === inputs.length ? paths : null,
    close,
  };
}

/** The model's configuration beside a source, as far as it has one. */
export async function configOf({ source }: OpenedSource): Promise<ModelConfig | null> {
  return (await source.config?.()) ?? null;
}

/** The layers of a source: its own, or those that its tensors make. */
export async function layersIn(opened: OpenedSource, options: LayerOptions): Promise<Layer[]> {
  const { source } = opened;
  if (isLayerSource(source)) return [...(await source.layers())];
  return layersOf(await source.tensors(), { ...options, config: await configOf(opened) });
}

function isLayerSource(source: TensorSource): source is LayerSource {
  return "layers" in source;
}

function openedCheckpoint(checkpoint: Checkpoint): OpenedSource {
  const { id, path, format, step, epoch, leftOut, metadata } = checkpoint;
  const files = filesOf(checkpoint);
  return {
    ...{ source: checkpoint, id, path, format, step, epoch, series: null },
    ...{ files, isOnDisk: false, leftOut, metadata },
  };
}

/** What a series of one of several paths is called: its folder, and its own name where that has more. */
function seriesOfPath(path: string, name: string | null, taken: Set<string>): string {
  const full = name === null ? shownPath(path) : `${shownPath(path)}: ${name}`;
  let own = full;
  for (let copy = 2; taken.has(own); copy++) own = `${full} (${copy})`;
  taken.add(own);
  return own;
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
