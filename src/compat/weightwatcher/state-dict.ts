import { entryCount, type Tensor } from "../../checkpoint/tensor.ts";
import type { LayerOptions } from "../../layers/layers-of.ts";
import { nameMatcher } from "../../layers/name-globs.ts";
import type { LeftOutReason, LeftOutTensor } from "./left-out.ts";

/** A tensor that WeightWatcher takes for a weight: one matrix, or the slices of a convolution's kernel. */
export interface StateDictWeight {
  /** Place among the names that end in `.weight`, from 1: those that are left out count too. */
  readonly layerId: number;
  /** The tensor's name without `.weight`. */
  readonly name: string;
  readonly layerType: "dense" | "conv2d";
  /** N and M: the larger and the smaller side of each slice. */
  readonly larger: number;
  readonly smaller: number;
  /** rf: places of the kernel, each a slice; 1 for a matrix. */
  readonly slices: number;
  readonly tensor: Tensor;
}

const ending = ".weight";
/** WeightWatcher's min_evals, max_evals and max_N. */
const fewest = 10;
const most = 15_000;
const longest = 50_000;

/**
 * The tensors that WeightWatcher analyses of a state dict, and the reason for each of the others.
 *
 * A weight's name ends in `.weight` and it has 2 axes, or 4 of a convolution's kernel (outputs, inputs, height, width).
 * Its N, M and rf give M rf eigenvalues, 10 to 15000 of them, and N is 50000 at most.
 *
 * @param tensors - in the order of the file, which numbers the layers.
 * @param options - globs on the tensors' names.
 * @throws {UsageError} If a glob is malformed.
 */
export function stateDictWeights(
  tensors: Iterable<Tensor>,
  options: LayerOptions = {},
): { weights: StateDictWeight[]; leftOut: LeftOutTensor[] } {
  const isIncluded = options.include ? nameMatcher(options.include) : () => true;
  const isExcluded = nameMatcher(options.exclude ?? []);
  const weights: StateDictWeight[] = [];
  const leftOut: LeftOutTensor[] = [];
  let layerId = 0;
  for (const tensor of tensors) {
    const { name } = tensor;
    if (name.endsWith(ending)) layerId++;
    const weight = asWeight(tensor, layerId);
    const isWanted = isIncluded(name) && !isExcluded(name);
    if (!isWanted) leftOut.push({ tensor: name, reason: "excluded" });
    else if (typeof weight === "string") leftOut.push({ tensor: name, reason: weight });
    else weights.push(weight);
  }
  return { weights, leftOut };
}

function asWeight(tensor: Tensor, layerId: number): StateDictWeight | LeftOutReason {
  const { name, shape, dtype } = tensor;
  if (!name.endsWith(ending)) return "other-name";
  if (shape.length !== 2 && shape.length !== 4) return "other-axes";
  const [outputs = 0, inputs = 0, ...kernel] = shape;
  const larger = Math.max(outputs, inputs);
  const smaller = Math.min(outputs, inputs);
  const slices = entryCount(kernel);
  if (smaller * slices < fewest) return "too-few-eigenvalues";
  if (smaller * slices > most) return "too-many-eigenvalues";
  if (larger > longest) return "too-large";
  if (/^[IU]\d+$|^BOOL$/.test(dtype)) return "integer";
  const layerType = shape.length === 2 ? "dense" : "conv2d";
  return { layerId, name: name.slice(0, -ending.length), layerType, larger, smaller, slices, tensor };
}
