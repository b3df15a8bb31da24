import { constant } from "./leaves.ts";
import { add } from "./ops/add.ts";
import { orderOf } from "./program.ts";
import { shapeText } from "./shape.ts";
import type { Value } from "./value.ts";

/**
 * Gradients of a number with respect to values of its graph, as values of the graph.
 *
 * They can be differentiated again: a Hessian-vector product is
 * `differentiate(sum(multiply(differentiate(loss, [w])[0], v)), [w])`.
 *
 * @param loss - shape `[]`.
 * @param wrt - any values of the loss' graph, leaves or not; those that the loss doesn't depend on get zeros.
 * @returns one gradient for each, of its shape.
 * @throws {RangeError} If the loss is not one number.
 */
export function differentiate(loss: Value, wrt: readonly Value[]): Value[] {
  if (loss.shape.length > 0) {
    throw new RangeError(
      `only a number can be differentiated, not an array of shape ${shapeText(loss.shape)}`,
    );
  }
  return pullBack(loss, wrt, constant(1));
}

/**
 * The vector-Jacobian product: gradients of `sum(output * gradient)`.
 *
 * @param gradient - of the shape of `output`.
 */
export function pullBack(output: Value, wrt: readonly Value[], gradient: Value): Value[] {
  return sweep(orderOf([output]), wrt, gradient, () => true);
}

/**
 * The same by partial derivatives: each of `inputs` stands for itself, even where one depends on another. What an op's
 * `backward` is made of, whose inputs may be of one graph.
 *
 * @param inputs - all that `output` is made of, besides constants.
 */
export function partialPullBack(output: Value, inputs: readonly Value[], gradient: Value): Value[] {
  const ends = new Set(inputs);
  return sweep(orderOf([output], ends), inputs, gradient, (value) => !ends.has(value));
}

/** @param order - its last is the output. @param opens - whether gradients go on from a value to its inputs. */
function sweep(
  order: Value[],
  wrt: readonly Value[],
  gradient: Value,
  opens: (value: Value) => boolean,
): Value[] {
  const output = order.at(-1)!;
  // Only what lies between the output and what is asked for takes part.
  const leads = new Set<Value>(wrt);
  const goesOn = (value: Value) => opens(value) && value.inputs.some((each) => leads.has(each));
  for (const value of order) if (goesOn(value)) leads.add(value);
  const gradients = new Map<Value, Value>([[output, gradient]]);
  for (const value of order.reverse()) {
    const own = gradients.get(value);
    if (!own || !leads.has(value) || !goesOn(value)) continue;
    for (const [place, part] of value.op.backward(value, own).entries()) {
      const source = value.inputs[place]!;
      if (!part || !leads.has(source)) continue;
      const known = gradients.get(source);
      gradients.set(source, known ? add(known, part) : part);
    }
  }
  return wrt.map((value) => gradients.get(value) ?? constant(0, value.shape));
}
