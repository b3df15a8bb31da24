/**
 * What the places along an axis of a weight are: outputs or inputs of its layer, units of the state that a recurrent
 * layer hands on, places in space, tokens and their features, channels with a filter each, or matrices in a stack.
 */
export type AxisMeaning = "out" | "in" | "state" | "space" | "token" | "feature" | "group" | "stack";

/** How a model uses a tensor, where its format tells: what it says is believed before any name. */
export interface TensorUse {
  /** One each axis. */
  readonly axes?: readonly AxisMeaning[];
  /** Labels of the gates of a recurrent layer, which lie one behind the other along its outputs. */
  readonly gates?: readonly string[];
  /** The path of its parameter in the model, joined by dots, where its own name doesn't tell (`encoder.0.fc1.weight`). */
  readonly path?: string;
}

/**
 * Says of a tensor that was just made how its model uses it.
 *
 * @param use - null where nothing is known. Axes that are not as many as the tensor's are left out.
 * @returns the same tensor.
 */
export function withUse<T extends { readonly shape: readonly number[]; readonly use?: TensorUse }>(
  tensor: T,
  use: TensorUse | null,
): T {
  if (!use) return tensor;
  const { axes, gates, path } = use;
  const fits = axes?.length === tensor.shape.length;
  const known: TensorUse = { ...(fits && { axes, ...(gates && { gates }) }), ...(path && { path }) };
  // Not a copy: what reads the entries is of a class of its own.
  return Object.keys(known).length === 0 ? tensor : Object.assign(tensor, { use: known });
}
