import type { ModelConfig } from "../../checkpoint/model-config.ts";
import type { Tensor } from "../../checkpoint/tensor.ts";
import type { FactoredMatrix } from "../factored-matrix.ts";
import type { Orientation } from "../layer.ts";

/** Several tensors of a checkpoint that make one matrix. */
export interface Combination {
  /** All of them, the one that names the row first. */
  readonly sources: readonly Tensor[];
  /** What they make, under the name of the first: a tensor like any other. */
  readonly tensor: Tensor;
  readonly factored: FactoredMatrix | null;
  /** How the result maps, where its makers tell more than the name does. */
  readonly orientation: Orientation | null;
}

/** A way in which tensors make a matrix together. */
export interface CombinationKind {
  /**
   * What a tensor makes with others.
   *
   * @param tensor - the one that would name the row.
   * @param named - looks another one up.
   * @param config - of the adapter or the model, {} without one.
   * @returns null where it is not the first of such a group, or its partners are missing or of other shapes.
   */
  combine(tensor: Tensor, named: (name: string) => Tensor | null, config: ModelConfig): Combination | null;
}
