import { requireMemory } from "../checkpoint/memory-limit.ts";
import { MarchenkoError } from "../errors.ts";
import type { Layer } from "../layers/layer.ts";
import { censusOf } from "../linalg/entry-census.ts";
import type { FloatFormatName } from "../linalg/float-formats.ts";
import type { Spectrum } from "../spectrum/spectrum.ts";
import type { Compute } from "./compute.ts";
import type { Place } from "./map-bounded.ts";
import { measureLayer } from "./measure-layer.ts";
import type { LayerResult } from "./result.ts";

/** One layer, from its entries to its row of the result: analysed, or skipped with a reason. */
export async function analyzeLayer(
  layer: Layer,
  compute: Compute,
  keep: "summary" | "all",
  place: Place,
): Promise<LayerResult> {
  if (layer.skip || !layer.matrixShape) {
    return skipped(layer, layer.skip?.reason ?? "not-a-matrix", layer.skip?.detail ?? "it has no matrix");
  }
  const [rows, columns] = layer.matrixShape;
  await requireMemory(`tensor ${JSON.stringify(layer.tensor)}`, rows * columns, layer.dtype);
  const slot = compute.slot(layer.dtype === "F64" ? "F64" : "F32", rows * columns);
  let spectrum: Spectrum;
  try {
    const matrix = await layer.read(slot.data);
    const census = censusOf(matrix.data);
    if (census.nonFinite > 0) {
      const { nonFinite, count } = census;
      return skipped(layer, "non-finite", `${nonFinite} of ${count} entries are NaN or infinite`);
    }
    if (census.isZero) return skipped(layer, "zero", "every entry is zero");
    // Layers that hold integers or booleans were skipped: what is left is stored as floats.
    const format = layer.dtype as FloatFormatName;
    const hints = { census, othersFollow: place.othersFollow };
    spectrum = await naming(layer, () => compute.spectrum(matrix, format, hints));
  } finally {
    slot.release();
  }
  // The entries are done with: the next layer may be read while this one waits for simulated noise.
  place.leave();
  const numbers = await naming(layer, () => measureLayer(spectrum, compute, keep));
  return { ...described(layer), status: "analysed", reason: null, detail: null, ...numbers };
}

/** Errors of ours in the middle of an analysis say which layer they are about. */
async function naming<T>(layer: Layer, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof MarchenkoError) error.message = `${layer.layer}: ${error.message}`;
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
