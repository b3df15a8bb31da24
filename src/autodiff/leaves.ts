import { type Shape, shapeText, sizeOf } from "./shape.ts";
import { apply, type Op, type Value } from "./value.ts";

interface Named {
  readonly name: string;
  readonly shape: Shape;
}

function leaf<A extends { readonly shape: Shape }>(name: string): Op<A> {
  return {
    name,
    shape: (_, { shape }) => shape,
    backward: () => [],
    evaluate() {
      throw new RangeError(`${name}: its entries are given, not computed`);
    },
    trials: [],
  };
}

/** An array that the caller gives anew with each run: data, a random draw, a learning rate. */
export const inputOp = leaf<Named>("input");
/** An array that a backend keeps from run to run, and that a program may update. */
export const parameterOp = leaf<Named>("parameter");

/** An array known when the graph is traced. */
export const constantOp: Op<{ readonly shape: Shape; readonly data: Float64Array }> = {
  ...leaf<{ readonly shape: Shape; readonly data: Float64Array }>("constant"),
  evaluate: (_, { attributes }) => attributes.data,
};

/** An input of a program. @param name - unique in the program. */
export function input(name: string, shape: Shape = []): Value<Named> {
  return apply(inputOp, [], { name, shape });
}

/** A parameter, or another array that lasts. @param name - unique in the program. */
export function parameter(name: string, shape: Shape): Value<Named> {
  return apply(parameterOp, [], { name, shape });
}

/**
 * A constant.
 *
 * @param data - row-major entries, or one number for all.
 * @throws {RangeError} If there are not as many entries as the shape has.
 */
export function constant(data: ArrayLike<number> | number, shape: Shape = []): Value {
  const size = sizeOf(shape);
  const entries = typeof data === "number" ? new Float64Array(size).fill(data) : Float64Array.from(data);
  if (entries.length !== size) {
    throw new RangeError(
      `a constant of shape ${shapeText(shape)} has ${size} entries, not ${entries.length}`,
    );
  }
  return apply(constantOp, [], { shape, data: entries });
}
