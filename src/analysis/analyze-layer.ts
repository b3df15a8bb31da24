import { requireMemory } from "../checkpoint/memory-limit.ts";
import { exponentCounter } from "../kernels/exponent-counter.ts";
import type { FactoredMatrix } from "../layers/factored-matrix.ts";
import type { Layer } from "../layers/layer.ts";
import { censusOf } from "../linalg/entry-census.ts";
import { addSquares, meansOf } from "../linalg/mean-squares.ts";
import { farUnitOf, overUnit } from "../linalg/near-one.ts";
import { censusOfProduct, productSpectrum } from "../spectrum/product-spectrum.ts";
import type { Spectrum } from "../spectrum/spectrum.ts";
import { bulkOf } from "./bulk-of.ts";
import type { Compute, ReadSpectrum } from "./compute.ts";
import { entryFormat } from "./entry-format.ts";
import { type Examination, examinedByRows } from "./examination.ts";
import { examineMatrix, type Wants, wantsWhole } from "./examine-matrix.ts";
import { isUnexplained } from "./fit-bulk.ts";
import type { Place } from "./map-bounded.ts";
import type { SingularPair } from "./matrix-tasks.ts";
import { measureLayer } from "./measure-layer.ts";
import { type Holding, holdingOf, type MemoryBudget } from "./memory-budget.ts";
import type { LayerResult } from "./result.ts";

/** Leading singular vectors of a layer, beside its row of the result. */
export interface LayerVectors {
  readonly result: LayerResult;
  readonly spectrum: Spectrum;
  /**
   * Those of the outliers above the bulk, at most 16, and of the 8 leading directions in any case; the largest first,
   * "left" of the larger side.
   */
  readonly pairs: readonly SingularPair[];
}

/**
 * One layer, from its entries to its row of the result: analysed, or skipped with a reason.
 *
 * @param onVectors - told of an analysed layer's leading singular vectors, where `wants` has them.
 */
export async function analyzeLayer(
  layer: Layer,
  compute: Compute,
  keep: "summary" | "all",
  wants: Wants,
  seed: number | string,
  budget: MemoryBudget,
  place: Place,
  onVectors?: (vectors: LayerVectors) => void,
): Promise<LayerResult> {
  const holding = holdingOf(layer, compute, wants);
  if (!holding) {
    return skipped(layer, layer.skip?.reason ?? "not-a-matrix", layer.skip?.detail ?? "it has no matrix");
  }
  const giveBack = await budget.take(holding.bytes);
  let read: ReadLayer;
  try {
    read = layer.factored
      ? await readFactored(layer, layer.factored, compute)
      : holding.blockRows === null
        ? await readWhole(layer, compute, wants, place)
        : await readByRows(layer, holding, compute, place);
  } finally {
    giveBack();
  }
  const { census, spectrum, examination } = read;
  if (census.nonFinite > 0) {
    const { nonFinite, count } = census;
    return skipped(layer, "non-finite", `${nonFinite} of ${count} entries are NaN or infinite`);
  }
  if (!spectrum) return skipped(layer, "zero", "every entry is zero");
  if (!examination) return skipped(layer, "non-finite", "singular values are beyond the range of float64");
  // The entries are done with: the next layer may be read while this one waits for simulated noise.
  place.leave();
  const numbers = await naming(layer, () => measureLayer(spectrum, examination, compute, seed, keep));
  const result = rowOf(layer, { status: "analysed", reason: null, detail: null, ...numbers });
  if (examination.leading.length > 0) onVectors?.({ result, spectrum, pairs: examination.leading });
  return result;
}

/** What is known of a layer when its entries are given back; of one without a finite spectrum there is nothing. */
interface ReadLayer extends ReadSpectrum {
  readonly examination: Examination | null;
}

/** A layer of which all is known from before, by its stored bytes: they are read, but not decoded. */
async function recalled(
  layer: Layer,
  { memory, digest }: Compute,
  wants: Wants,
  place: Place,
): Promise<ReadLayer | null> {
  if (!memory?.isPromising || !layer.showStored || layer.roundingError || wantsWhole(wants)) return null;
  const [rows, columns] = layer.matrixShape!;
  const running = digest!();
  await layer.showStored((bytes) => running.update(bytes));
  const stored = running.end();
  const matrix = { rows, columns, format: entryFormat(layer), stored };
  const known = await naming(layer, () => memory.recall(matrix, place.leave));
  if (!known) return null;
  // What has a spectrum has finite entries.
  const census = { count: rows * columns, nonFinite: 0 };
  return { census, spectrum: known.spectrum, examination: examinedByRows(known.fit, known.profile) };
}

async function readWhole(layer: Layer, compute: Compute, wants: Wants, place: Place): Promise<ReadLayer> {
  const known = await recalled(layer, compute, wants, place);
  if (known) return known;
  const [rows, columns] = layer.matrixShape!;
  await requireMemory(`tensor ${JSON.stringify(layer.tensor)}`, rows * columns, layer.dtype);
  const slot = compute.slot(layer.dtype === "F64" ? "F64" : "F32", rows * columns);
  try {
    const digest = layer.showsBytes ? compute.digest?.() : undefined;
    const format = entryFormat(layer);
    const counter = layer.showsBytes ? exponentCounter(format) : null;
    const matrix = await layer.read(slot.data, (bytes) => {
      digest?.update(bytes);
      counter?.update(bytes);
    });
    const stored = digest?.end();
    const hints = { othersFollow: place.othersFollow, stored, census: counter?.census() };
    const found = await naming(layer, () => compute.whole(matrix, format, hints));
    const { census } = found;
    if (!found.spectrum) return { ...found, examination: null };
    const spectrum = await naming(layer, () => withRounding(layer, found.spectrum!));
    if (!hasFiniteValues(spectrum)) return { census, spectrum, examination: null };
    const examination = await naming(layer, () =>
      examineMatrix(matrix, spectrum, layer.layer, wants, compute, layer.convolution),
    );
    if (examination.profile && stored) {
      await compute.memory?.keepProfile({ rows, columns, format, stored }, examination.profile);
    }
    return { census, spectrum, examination };
  } finally {
    slot.release();
  }
}

/** By the factors of a product; what is asked of entries beside the spectrum, it does not have. */
async function readFactored(layer: Layer, factored: FactoredMatrix, compute: Compute): Promise<ReadLayer> {
  await requireMemory(`tensor ${JSON.stringify(layer.tensor)}`, factored.entries, "F64");
  const { left, right } = await factored.read();
  const census = censusOfProduct(left, right);
  if (census.nonFinite > 0) return { census, spectrum: null, examination: null };
  const errors = await factored.roundingErrors?.();
  const spectrum: Spectrum = await naming(layer, async () => ({
    ...productSpectrum(left, right, entryFormat(layer), errors),
    ...(errors && { isErrorStored: true }),
  }));
  if (spectrum.singularValues[0] === 0) return { census, spectrum: null, examination: null };
  if (!hasFiniteValues(spectrum)) return { census, spectrum, examination: null };
  return { census, spectrum, examination: examinedByRows(await bulkOf(spectrum, compute), null) };
}

/** Block by block, into two places in turn: one is read into while the other is computed with. */
async function readByRows(
  layer: Layer,
  { blockRows }: Holding,
  compute: Compute,
  { othersFollow }: Place,
): Promise<ReadLayer> {
  const [rows, columns] = layer.matrixShape!;
  const step = blockRows!;
  const dtype = layer.dtype === "F64" ? "F64" : "F32";
  const slots = [compute.slot(dtype, step * columns), compute.slot(dtype, step * columns)] as const;
  // Summed whether they will be wanted or not, the first time that the rows come.
  const sums = { rows: new Float64Array(rows), columns: new Float64Array(columns) };
  let unit = 1;
  let isFirst = true;
  const blocks = async function* () {
    const isSumming = isFirst;
    isFirst = false;
    for (let first = 0, turn = 0; first < rows; first += step, turn = 1 - turn) {
      const count = Math.min(step, rows - first);
      const data = slots[turn as 0 | 1].data.subarray(0, count * columns);
      await layer.readRows!(data, first);
      // The sums need no unit of their own, only one that they share.
      if (isSumming && first === 0 && dtype === "F64") unit = farUnitOf(censusOf(data));
      if (isSumming) addSquares(sums, first, overUnit(data, unit));
      yield { first, data };
    }
  };
  try {
    const read = await naming(layer, () =>
      compute.streamed({ rows, columns, blocks }, entryFormat(layer), { othersFollow }),
    );
    if (!read.spectrum || !hasFiniteValues(read.spectrum)) return { ...read, examination: null };
    const spectrum = await withRounding(layer, read.spectrum);
    const fit = await naming(layer, () => bulkOf(spectrum, compute));
    const profile = isUnexplained(fit) ? meansOf(sums) : null;
    return { census: read.census, spectrum, examination: examinedByRows(fit, profile) };
  } finally {
    for (const slot of slots) slot.release();
  }
}

/** Finite entries near the end of float64's range may have singular values beyond it. */
function hasFiniteValues({ singularValues }: Spectrum): boolean {
  return singularValues[0]! < Number.POSITIVE_INFINITY;
}

/** Quantised entries are as far from the weights as their own steps say, not as their float format does. */
async function withRounding(layer: Layer, spectrum: Spectrum): Promise<Spectrum> {
  if (!layer.roundingError) return spectrum;
  const roundingError = Math.max(spectrum.roundingError, await layer.roundingError());
  return { ...spectrum, roundingError, isErrorStored: true };
}

/** Errors that say their layer. Layers of one shape wait for the same noise: when it fails, they share an error. */
const named = new WeakSet<Error>();

/** Errors in the middle of an analysis say which layer they are about, the first that they ended. */
async function naming<T>(layer: Layer, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    // The message of what a platform throws can't be written.
    if (error instanceof Error && !(error instanceof DOMException) && !named.has(error)) {
      const { message, stack } = error;
      error.message = `${layer.layer}: ${message}`;
      // Bugs are shown by their stack, which holds the message as it was.
      if (stack) error.stack = stack.replace(message, () => error.message);
      named.add(error);
    }
    throw error;
  }
}

function described(layer: Layer) {
  const { tensor, tensors, layer: name, kind, role, block, depth, shape, dtype, orientation } = layer;
  return {
    tensor,
    ...(tensors && { tensors: [...tensors] }),
    layer: name,
    kind,
    role,
    block,
    depth,
    shape: [...shape],
    dtype,
    orientation,
  };
}

/** The numbers of a matrix that was not analysed. */
export const nothingComputed = {
  spectrum: null,
  marchenkoPastur: null,
  powerLaw: null,
  concentration: null,
  metrics: null,
  verdict: null,
  verdictEvidence: null,
} as const;

function skipped(layer: Layer, reason: string, detail: string): LayerResult {
  return rowOf(layer, { status: "skipped", reason, detail, ...nothingComputed });
}

/** Not by a spread: rows are kept, and V8 gives an object that begins with one a hidden class of its own. */
function rowOf(layer: Layer, found: Omit<LayerResult, keyof ReturnType<typeof described>>): LayerResult {
  return Object.assign(described(layer), found);
}
