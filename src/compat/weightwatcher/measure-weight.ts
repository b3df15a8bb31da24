import type { Compute } from "../../analysis/compute.ts";
import type { Place } from "../../analysis/map-bounded.ts";
import { holdingOf, type MemoryBudget } from "../../analysis/memory-budget.ts";
import { requireMemory } from "../../checkpoint/memory-limit.ts";
import type { Layer } from "../../layers/layer.ts";
import { readPart, sheet } from "../../layers/tensor-part.ts";
import { censusOf } from "../../linalg/entry-census.ts";
import type { Spectrum } from "../../spectrum/spectrum.ts";
import { detailsRow, type WeightwatcherRow } from "./details-row.ts";
import type { StateDictWeight } from "./state-dict.ts";

/** Relative accuracy that WeightWatcher's numbers are wanted with. */
const wanted = 1e-6;

/** Where the weights of a walk are computed. */
export interface WeightwatcherMeans {
  readonly compute: Compute;
  readonly budget: MemoryBudget;
  /** Whether what a Gram matrix has lost is computed again without squaring. */
  readonly recompute: boolean;
}

/**
 * One weight, from its entries to its row; null when some of them are not finite.
 *
 * @throws {UnreadableInputError} If no memory here holds it; {CheckpointFormatError} If the file ends early.
 */
export async function measureWeight(
  weight: StateDictWeight,
  means: WeightwatcherMeans,
  place: Place,
): Promise<WeightwatcherRow | null> {
  const { tensor, layerType, larger, smaller, slices: count } = weight;
  const { compute, budget } = means;
  const [rows = 0, columns = 0] = tensor.shape;
  const giveBack = await budget.take(holdingOf(asLayer(weight), compute)!.bytes);
  try {
    await requireMemory(`tensor ${JSON.stringify(tensor.name)}`, larger * smaller * count, "F64");
    const slot = compute.slot(tensor.dtype === "F64" ? "F64" : "F32", larger * smaller);
    const { data } = slot;
    const slices: Float64Array[] = [];
    try {
      const kernel = count === 1 ? null : await tensor.read();
      for (let slice = 0; slice < count; slice++) {
        if (kernel) for (let i = 0; i < data.length; i++) data[i] = kernel[i * count + slice]!;
        else await readPart(tensor, sheet(0, rows, columns), data);
        if (censusOf(data).nonFinite > 0) return null;
        const values = await singularValues(weight, data, means, place);
        // A kernel's slices are weighed by sqrt(1/2), which halves its eigenvalues.
        slices.push(layerType === "conv2d" ? values.map((s) => s * Math.SQRT1_2) : values);
      }
    } finally {
      slot.release();
    }
    return detailsRow(weight, slices);
  } finally {
    giveBack();
  }
}

/**
 * Singular values of one slice, of its entries as exact float64 numbers: WeightWatcher knows no rounding error of what
 * was stored, and asks float64 for the rank.
 */
async function singularValues(
  { tensor, larger }: StateDictWeight,
  data: Float32Array | Float64Array,
  { compute, recompute }: WeightwatcherMeans,
  { othersFollow }: Place,
): Promise<Float64Array> {
  const [rows = 0, columns = 0] = tensor.shape;
  const format = data instanceof Float64Array ? "F64" : "F32";
  const spectrum = await compute.spectrum({ rows, columns, data }, format, { othersFollow });
  if (format === "F64" || !recompute || !hasLost(spectrum, larger)) return spectrum.singularValues;
  // Taken for float64, the same entries are computed with again without squaring.
  const wide = compute.slot("F64", data.length);
  try {
    wide.data.set(data);
    const again = await compute.spectrum({ rows, columns, data: wide.data }, "F64", { othersFollow });
    return again.singularValues;
  } finally {
    wide.release();
  }
}

/**
 * Whether a Gram matrix has lost what counts: the digits of a singular value of eps(float32) N s_1 or more, or whether
 * one is zero for float64.
 */
function hasLost(spectrum: Spectrum, larger: number): boolean {
  if (spectrum.method !== "gram") return false;
  const blurred = 2 ** -23 * larger * spectrum.singularValues[0]!;
  return spectrum.singularValues.some(
    (s, i) => s === 0 || (s >= blurred && spectrum.relativeErrorBounds[i]! > wanted),
  );
}

/** A weight as a layer, for all that asks how much memory one takes: its entries as float64. */
export function asLayer({ tensor, layerType, larger, smaller, slices }: StateDictWeight): Layer {
  return {
    tensor: tensor.name,
    tensors: null,
    layer: tensor.name,
    kind: layerType === "dense" ? "dense" : "conv",
    role: null,
    block: null,
    depth: null,
    shape: tensor.shape,
    entries: larger * smaller * slices,
    matrixShape: [larger * slices, smaller],
    dtype: "F64",
    orientation: "out-in",
    part: null,
    factored: null,
    convolution: null,
    skip: null,
    readRows: null,
    read: async () => {
      throw new RangeError(`${tensor.name} is read slice by slice`);
    },
  };
}
