import type { Compute } from "../../analysis/compute.ts";
import type { Place } from "../../analysis/map-bounded.ts";
import { holdingOf, type MemoryBudget } from "../../analysis/memory-budget.ts";
import { requireMemory } from "../../checkpoint/memory-limit.ts";
import { entryCount, type Tensor } from "../../checkpoint/tensor.ts";
import type { Layer } from "../../layers/layer.ts";
import { censusOf } from "../../linalg/entry-census.ts";
import { detailsRow, type WeightwatcherRow } from "./details-row.ts";
import type { StateDictWeight } from "./state-dict.ts";

/** Entries read at once, to be widened. */
const readAtOnce = 4_194_304;

/**
 * One weight, from its entries to its row; null when some of them are not finite.
 *
 * Entries are widened and given out as float64: WeightWatcher knows no rounding error of what was stored.
 *
 * @throws {UnreadableInputError} If no memory here holds it; {CheckpointFormatError} If the file ends early.
 */
export async function measureWeight(
  weight: StateDictWeight,
  compute: Compute,
  budget: MemoryBudget,
  place: Place,
): Promise<WeightwatcherRow | null> {
  const { tensor, layerType, larger, smaller, slices: count } = weight;
  const [rows = 0, columns = 0] = tensor.shape;
  const giveBack = await budget.take(holdingOf(asLayer(weight), compute)!.bytes);
  try {
    await requireMemory(`tensor ${JSON.stringify(tensor.name)}`, larger * smaller * count, "F64");
    const slot = compute.slot("F64", larger * smaller);
    const slices: Float64Array[] = [];
    try {
      const kernel = count === 1 ? null : await tensor.read();
      for (let slice = 0; slice < count; slice++) {
        const { data } = slot;
        if (kernel) for (let i = 0; i < data.length; i++) data[i] = kernel[i * count + slice]!;
        else await readWide(tensor, data);
        const census = censusOf(data);
        if (census.nonFinite > 0) return null;
        const hints = { census, othersFollow: place.othersFollow };
        const { singularValues } = await compute.spectrum({ rows, columns, data }, "F64", hints);
        // A kernel's slices are weighed by sqrt(1/2), which halves its eigenvalues.
        slices.push(layerType === "conv2d" ? singularValues.map((s) => s * Math.SQRT1_2) : singularValues);
      }
    } finally {
      slot.release();
    }
    return detailsRow(weight, slices);
  } finally {
    giveBack();
  }
}

/** A weight as a layer, for all that asks how much memory one takes: its entries as float64. */
export function asLayer({ tensor, layerType, larger, smaller, slices }: StateDictWeight): Layer {
  return {
    tensor: tensor.name,
    layer: tensor.name,
    kind: layerType === "dense" ? "dense" : "conv",
    role: null,
    block: null,
    depth: null,
    shape: tensor.shape,
    matrixShape: [larger * slices, smaller],
    dtype: "F64",
    orientation: "out-in",
    skip: null,
    readRows: null,
    read: async () => {
      throw new RangeError(`${tensor.name} is read slice by slice`);
    },
  };
}

async function readWide(tensor: Tensor, into: Float32Array | Float64Array): Promise<void> {
  const count = entryCount(tensor.shape);
  const step = tensor.readWhole ? count : readAtOnce;
  for (let start = 0; start < count; start += step) {
    into.set(await tensor.read(start, Math.min(count, start + step)), start);
  }
}
