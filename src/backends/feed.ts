import { sameShape, shapeText, sizeOf } from "../autodiff/shape.ts";
import type { Value } from "../autodiff/value.ts";
import type { Feed, Tensor } from "./backend.ts";

/**
 * The entries that a feed has for an input.
 *
 * @throws {RangeError} If there are none, or another number of them.
 */
export function entriesOf(input: Value, feed: Feed): ArrayLike<number> {
  const { name } = input.attributes as { readonly name: string };
  const given = feed[name];
  if (given === undefined) throw new RangeError(`the input ${name} ${shapeText(input.shape)} was not given`);
  const entries = typeof given === "number" ? [given] : given;
  if (entries.length !== sizeOf(input.shape)) {
    throw new RangeError(
      `the input ${name} has shape ${shapeText(input.shape)}, and ${entries.length} entries came`,
    );
  }
  return entries;
}

/**
 * Makes sure that every parameter of a program has a tensor of its shape.
 *
 * @throws {RangeError} That names the first that hasn't.
 */
export function requireState(
  parameters: ReadonlyMap<string, Value>,
  state: ReadonlyMap<string, Tensor>,
): void {
  for (const [name, { shape }] of parameters) {
    const tensor = state.get(name);
    if (!tensor) throw new RangeError(`no tensor was given for the parameter ${name}`);
    if (!sameShape(tensor.shape, shape)) {
      throw new RangeError(`${name} has shape ${shapeText(shape)}, its tensor ${shapeText(tensor.shape)}`);
    }
  }
}
