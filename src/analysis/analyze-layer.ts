import { requireMemory } from "../checkpoint/memory-limit.ts";
import { MarchenkoError } from "../errors.ts";
import type { Layer } from "../layers/layer.ts";
import { censusOf } from "../linalg/entry-census.ts";
import type { FloatFormatName } from "../linalg/float-formats.ts";
import type { StreamedSpectrum } from "../spectrum/stream-spectrum.ts";
import type { Compute } from "./compute.ts";
import type { Place } from "./map-bounded.ts";
import { measureLayer } from "./measure-layer.ts";
import { type Holding, holdingOf, type MemoryBudget } from "./memory-budget.ts";
import type { LayerResult } from "./result.ts";

/** One layer, from its entries to its row of the result: analysed, or skipped with a reason. */
export async function analyzeLayer(
  layer: Layer,
  compute: Compute,
  keep: "summary" | "all",
  budget: MemoryBudget,
  place: Place,
): Promise<LayerResult> {
  const holding = holdingOf(layer, compute);
  if (!holding) {
    return skipped(layer, layer.skip?.reason ?? "not-a-matrix", layer.skip?.detail ?? "it has no matrix");
  }
  const giveBack = await budget.take(holding.bytes);
  let read: StreamedSpectrum;
  try {
    read =
      holding.blockRows === null
        ? await readWhole(layer, compute, place)
        : await readByRows(layer, holding, compute, place);
  } finally {
    giveBack();
  }
  const { census, spectrum } = read;
  if (census.nonFinite > 0) {
    const { nonFinite, count } = census;
    return skipped(layer, "non-finite", `${nonFinite} of ${count} entries are NaN or infinite`);
  }
  if (!spectrum) return skipped(layer, "zero", "every entry is zero");
  // The entries are done with: the next layer may be read while this one waits for simulated noise.
  place.leave();
  const numbers = await naming(layer, () => measureLayer(spectrum, compute, keep));
  return { ...described(layer), status: "analysed", reason: null, detail: null, ...numbers };
}

async function readWhole(layer: Layer, compute: Compute, place: Place): Promise<StreamedSpectrum> {
  const [rows, columns] = layer.matrixShape!;
  await requireMemory(`tensor ${JSON.stringify(layer.tensor)}`, rows * columns, layer.dtype);
  const slot = compute.slot(layer.dtype === "F64" ? "F64" : "F32", rows * columns);
  try {
    const matrix = await layer.read(slot.data);
    const census = censusOf(matrix.data);
    if (census.nonFinite > 0 || census.isZero) return { census, spectrum: null };
    const hints = { census, othersFollow: place.othersFollow };
    const spectrum = await naming(layer, () => compute.spectrum(matrix, formatOf(layer), hints));
    return { census, spectrum };
  } finally {
    slot.release();
  }
}

/** Block by block, into two places in turn: one is read into while the other is computed with. */
async function readByRows(
  layer: Layer,
  { blockRows }: Holding,
  compute: Compute,
  { othersFollow }: Place,
): Promise<StreamedSpectrum> {
  const [rows, columns] = layer.matrixShape!;
  const step = blockRows!;
  const dtype = layer.dtype === "F64" ? "F64" : "F32";
  const slots = [compute.slot(dtype, step * columns), compute.slot(dtype, step * columns)] as const;
  const blocks = async function* () {
    for (let first = 0, turn = 0; first < rows; first += step, turn = 1 - turn) {
      const count = Math.min(step, rows - first);
      const data = slots[turn as 0 | 1].data.subarray(0, count * columns);
      await layer.readRows!(data, first);
      yield { first, data };
    }
  };
  try {
    return await naming(layer, () =>
      compute.streamed({ rows, columns, blocks }, formatOf(layer), { othersFollow }),
    );
  } finally {
    for (const slot of slots) slot.release();
  }
}

/** Layers that hold integers or booleans are skipped before: what is analysed is stored as floats. */
function formatOf(layer: Layer): FloatFormatName {
  return layer.dtype as FloatFormatName;
}

/** Errors that say their layer. Layers of one shape wait for the same noise: when it fails, they share an error. */
const named = new WeakSet<Error>();

/** Errors of ours in the middle of an analysis say which layer they are about, the first that they ended. */
async function naming<T>(layer: Layer, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof MarchenkoError && !named.has(error)) {
      error.message = `${layer.layer}: ${error.message}`;
      named.add(error);
    }
    throw error;
  }
}

function described(layer: Layer) {
  const { tensor, layer: name, kind, role, block, depth, shape, dtype, orientation } = layer;
  return { tensor, layer: name, kind, role, block, depth, shape: [...shape], dtype, orientation };
}

function skipped(layer: Layer, reason: string, detail: string): LayerResult {
  return {
    ...described(layer),
    status: "skipped",
    reason,
    detail,
    spectrum: null,
    marchenkoPastur: null,
    concentration: null,
    metrics: null,
    verdict: null,
    verdictEvidence: null,
  };
}
