import { differentiate } from "../autodiff/differentiate.ts";
import type { Value } from "../autodiff/value.ts";
import type { Traced } from "../models/model.ts";

/** Behind a tap's name: the gradient of the batch's mean loss for it. */
const GRADIENT = ".gradient";

/**
 * Values inside a model, by name: its taps, and with `.gradient` behind their names the gradients of the mean loss for
 * them.
 *
 * @throws {RangeError} If the model has no such value.
 */
export function tapValues(
  { taps, loss }: Pick<Traced, "taps" | "loss">,
  names: readonly string[],
): Record<string, Value> {
  const isGradient = (name: string) => name.endsWith(GRADIENT);
  const tapped = (name: string): Value => {
    const value = taps.get(isGradient(name) ? name.slice(0, -GRADIENT.length) : name);
    if (value) return value;
    throw new RangeError(
      `the model has no tap ${name} (it has ${Array.from(taps.keys()).join(", ")}, and ${GRADIENT} of each)`,
    );
  };
  const wanted = new Map(names.map((name) => [name, tapped(name)]));
  const inner = names.filter(isGradient);
  const gradients =
    inner.length > 0
      ? differentiate(
          loss,
          inner.map((name) => wanted.get(name)!),
        )
      : [];
  for (const [place, name] of inner.entries()) wanted.set(name, gradients[place]!);
  return Object.fromEntries(wanted);
}
