import type { MarchenkoPasturFit } from "../fits/fit-marchenko-pastur.ts";
import { drawNullSpectra, type NullSpectra } from "../fits/null-spectra.ts";
import type { MatrixShape } from "../kernels/gram-eigenvalues.ts";
import { type MatrixSlot, matrixSlots } from "../kernels/matrix-slots.ts";
import { censusOf, type EntryCensus } from "../linalg/entry-census.ts";
import type { FloatFormatName } from "../linalg/float-formats.ts";
import type { Matrix } from "../linalg/matrix.ts";
import type { MeanSquares } from "../linalg/mean-squares.ts";
import { computeSpectrum } from "../spectrum/compute-spectrum.ts";
import type { RowBlocks } from "../spectrum/row-blocks.ts";
import type { Spectrum } from "../spectrum/spectrum.ts";
import type { SingularValues, SpectrumEngine } from "../spectrum/spectrum-engine.ts";
import { isEstimated, type SpectrumMethod } from "../spectrum/spectrum-method.ts";
import { streamSpectrum } from "../spectrum/stream-spectrum.ts";
import { type AnswerOf, type MatrixTaskName, runMatrixTask, type WantedOf } from "./matrix-tasks.ts";
import type { RunningDigest } from "./spectrum-cache.ts";
import { type GivenOf, type ReadingOf, runSpectrumTask, type SpectrumTaskName } from "./spectrum-tasks.ts";

/** What the caller knows of a matrix; it changes the time that its spectrum takes, not a bit of it. */
export interface SpectrumHints {
  /** Of the entries, where it was made before. */
  readonly census?: EntryCensus | undefined;
  /** Whether other matrices come soon: each thread then takes one, and none is split. */
  readonly othersFollow?: boolean;
  /** The digest of the entries' bytes as they are stored in their format, where {@link Compute.digest} made one. */
  readonly stored?: string | undefined;
}

/** A matrix by what it is stored as: its shape, the format of its entries, and the digest of their bytes. */
export interface StoredMatrix {
  readonly rows: number;
  readonly columns: number;
  readonly format: FloatFormatName;
  readonly stored: string;
}

/** What is known of a matrix without its entries. */
export interface RecalledMatrix {
  readonly spectrum: Spectrum;
  readonly fit: MarchenkoPasturFit | null;
  readonly profile: MeanSquares | null;
}

/** What is kept of matrices from one analysis to the next. */
export interface MatrixMemory {
  /** Whether the next matrix is likely known: the last one was. */
  readonly isPromising: boolean;
  /**
   * All that an analysis without special wishes needs of the entries; null unless all of it is known.
   *
   * @param onSpectrum - told as soon as the spectrum is there: what is left then takes a while, and no entries.
   */
  recall(matrix: StoredMatrix, onSpectrum: () => void): Promise<RecalledMatrix | null>;
  /** Keeps what was found beside the spectrum. */
  keepProfile(matrix: StoredMatrix, profile: MeanSquares): Promise<void>;
}

/** A spectrum; null where entries have none, being not finite or all zero. */
export interface ReadSpectrum {
  readonly census: Pick<EntryCensus, "count" | "nonFinite">;
  readonly spectrum: Spectrum | null;
}

/**
 * What entries are like, and their spectrum where they have one.
 *
 * @param census - of the entries, where it is known.
 */
export async function readSpectrum(
  data: Matrix["data"],
  spectrumOf: (census: EntryCensus) => Promise<Spectrum>,
  census: EntryCensus = censusOf(data),
): Promise<ReadSpectrum> {
  const { count, nonFinite, isZero } = census;
  return {
    census: { count, nonFinite },
    spectrum: nonFinite > 0 || isZero ? null : await spectrumOf(census),
  };
}

/** The costly computations of an analysis, wherever they run; the same bytes anywhere. */
export interface Compute {
  /** Id of the spectrum engine. */
  readonly engine: string;
  /** How many layers may usefully be under way at once, >= 1. */
  readonly parallelism: number;
  /** A place for the entries of a matrix, from which `spectrum` takes them without a copy. */
  slot(dtype: "F32" | "F64", length: number): MatrixSlot;
  /** The spectrum of one matrix, whose entries were stored in a format. */
  spectrum(matrix: Matrix, format: FloatFormatName, hints?: SpectrumHints): Promise<Spectrum>;
  /** The same of entries that nobody has looked at yet: they may have no spectrum. */
  whole(matrix: Matrix, format: FloatFormatName, hints?: SpectrumHints): Promise<ReadSpectrum>;
  /** A running digest of bytes, where one helps to find what is known of them. */
  digest?(): RunningDigest;
  /** What is kept of matrices from one analysis to the next; absent where nothing is. */
  readonly memory?: MatrixMemory;
  /** Rows that {@link streamed} wants in a block, or a multiple of them; null where matrices have to be whole. */
  rowsAtOnce(shape: MatrixShape): number | null;
  /** The spectrum of a tall matrix that is read by rows. */
  streamed(w: RowBlocks, format: FloatFormatName, hints?: SpectrumHints): Promise<ReadSpectrum>;
  /** What else is asked of a matrix. */
  examine<Name extends MatrixTaskName>(
    task: Name,
    matrix: Matrix,
    wanted: WantedOf<Name>,
  ): Promise<AnswerOf<Name>>;
  /** What is read off a spectrum. */
  interpret<Name extends SpectrumTaskName>(task: Name, given: GivenOf<Name>): Promise<ReadingOf<Name>>;
  /** Bytes that a spectrum takes beside the entries, for a smaller side of `order`; `mayBeShort` as their format may be. */
  workspace(order: number, mayBeShort?: boolean): number;
  /** Simulated noise of a shape; drawn once and kept. */
  nullSpectra(larger: number, smaller: number): Promise<NullSpectra>;
  /** Ends the threads, if there are any. */
  close(): Promise<void>;
}

/** Bytes of an entry as it is computed with. */
export function entryBytes(format: FloatFormatName): number {
  return format === "F64" ? 8 : 4;
}

/** See {@link Compute.rowsAtOnce}: all but the Gram way want the matrix whole, and so does what may turn to them. */
export function rowsAtOnce(
  engine: SpectrumEngine,
  { rows, columns, entryBytes }: MatrixShape,
  method: SpectrumMethod,
): number | null {
  const mayBeAccurate = method === "accurate" || (method === "auto" && entryBytes === 8);
  const needsWhole = mayBeAccurate || isEstimated(method, rows, columns) || rows < columns;
  return needsWhole ? null : engine.rowsAtOnce;
}

/** Null spectra kept in memory at most, in entries (64 MB): far more shapes than a model has. */
const keptEntries = 8_000_000;

/** Keeps what `draw` gives per shape, forgetting the oldest shapes beyond a bound. */
export function keepPerShape(
  draw: (larger: number, smaller: number) => Promise<NullSpectra>,
): (larger: number, smaller: number) => Promise<NullSpectra> {
  const kept = new Map<string, Promise<NullSpectra>>();
  let entries = 0;
  return (larger, smaller) => {
    const key = `${larger} ${smaller}`;
    const known = kept.get(key);
    if (known) return known;
    const drawn = draw(larger, smaller);
    kept.set(key, drawn);
    entries += smaller * 199;
    while (entries > keptEntries && kept.size > 1) {
      const oldest = kept.keys().next().value;
      if (oldest === undefined || oldest === key) break;
      kept.delete(oldest);
      entries -= Number(oldest.split(" ")[1]) * 199;
    }
    return drawn;
  };
}

/** Computes in the calling thread, one thing at a time. */
export function computeInProcess(
  engine: SpectrumEngine,
  seed: number | string,
  method: SpectrumMethod = "auto",
): Compute {
  const spectrum: Compute["spectrum"] = async (matrix, format, hints) => {
    // Lets the host see a signal between two layers: all else here keeps the thread to itself.
    await new Promise((resolve) => setTimeout(resolve));
    return await computeSpectrum(matrix, { engine, format, method, seed, census: hints?.census });
  };
  return {
    engine: engine.id,
    parallelism: 1,
    slot: matrixSlots("own"),
    spectrum,
    whole: (matrix, format, hints) =>
      readSpectrum(matrix.data, (census) => spectrum(matrix, format, { census }), hints?.census),
    rowsAtOnce: (shape) => rowsAtOnce(engine, shape, method),
    streamed: (w, format) =>
      streamSpectrum(
        w,
        format,
        (unit, short) => engine.team!({ ...w, entryBytes: entryBytes(format) }, unit, 1, short)!,
        async (work, step) => engine.runPart!(work.step(step)[0]) as SingularValues | null,
      ),
    examine: (task, matrix, wanted) => runMatrixTask(task, matrix, wanted, { engine, seed }),
    interpret: async (task, given) => runSpectrumTask(task, given),
    workspace: (order, mayBeShort) => engine.workspace(order, mayBeShort),
    nullSpectra: keepPerShape(async (larger, smaller) => drawNullSpectra(larger, smaller, seed)),
    close: async () => {},
  };
}
