import type { Tensor } from "../checkpoint/tensor.ts";
import { layersOf } from "../layers/layers-of.ts";
import type { Traced } from "../models/model.ts";
import type { PlacedLayer } from "./measure-part.ts";

/**
 * The blocks of a model as layers of a checkpoint: each by its key matrix, with the names, block and depth that an
 * analysis of the checkpoint gives it.
 *
 * @param tensors - of the checkpoint; a parameter may have another of its names there.
 * @returns one for each of `traced.blocks`, in order.
 */
export function placedLayers(
  tensors: Iterable<Tensor>,
  { blocks, parameters }: Pick<Traced, "blocks" | "parameters">,
): PlacedLayer[] {
  const byTensor = new Map(layersOf(tensors, { keepFused: true }).map((layer) => [layer.tensor, layer]));
  const layerOf = (parameter: string) => {
    const { name, aliases = [] } = parameters.get(parameter)!.spec;
    // The weights were loaded by these names, so one of them is there.
    return [name, ...aliases].map((each) => byTensor.get(each)).find((layer) => layer !== undefined)!;
  };
  return blocks.map(({ key, value, activation }) => {
    const { layer, role, block, depth, shape } = layerOf(key);
    return {
      layer,
      value: value === null ? null : layerOf(value).layer,
      role,
      block,
      depth,
      shape: [...shape],
      activation,
    };
  });
}
