import type { Shape } from "./shape.ts";

/** An array of a static graph: what an op makes of others. Nothing is computed until a backend runs a program. */
export interface Value<Attributes = unknown> {
  readonly op: Op<Attributes>;
  readonly inputs: readonly Value[];
  readonly attributes: Attributes;
  readonly shape: Shape;
}

/** Input shapes and attributes on which an op's derivative, and every backend's kernel for it, is tried. */
export interface Trial<Attributes> {
  readonly shapes: readonly Shape[];
  readonly attributes: Attributes;
  /** Entries of an input, by a standard normal draw and its place; the draw itself by default. */
  readonly entries?: readonly (((normal: number, place: number) => number) | null)[];
}

/** What an array can be made of others by: one a file in `ops/`, listed in `catalogue.ts`. */
export interface Op<Attributes> {
  /** Kebab-case; backends find their kernels by it. */
  readonly name: string;
  /** @throws {RangeError} If the inputs don't fit. */
  shape(inputs: readonly Shape[], attributes: Attributes): Shape;
  /**
   * The gradient for each input, as values of the graph, given that for the result; null where none flows.
   *
   * The values are differentiable again. What nobody asks for is never computed.
   */
  backward(value: Value<Attributes>, gradient: Value): readonly (Value | null)[];
  /** The result in float64, from the inputs' entries: the oracle for all backends. */
  evaluate(inputs: readonly Float64Array[], value: Value<Attributes>): Float64Array;
  readonly trials: readonly Trial<Attributes>[];
  /** Multiply-accumulate steps of a product; undeclared by what is none. */
  multiplies?(value: Value<Attributes>): number;
}

/**
 * Adds an op to the graph of its inputs.
 *
 * @throws {RangeError} If the inputs' shapes don't fit; the message names the op.
 */
export function apply<Attributes>(
  op: Op<Attributes>,
  inputs: readonly Value[],
  attributes: Attributes,
): Value<Attributes> {
  try {
    const shape = op.shape(
      inputs.map((each) => each.shape),
      attributes,
    );
    return { op, inputs, attributes, shape };
  } catch (error) {
    if (error instanceof RangeError) throw new RangeError(`${op.name}: ${error.message}`);
    throw error;
  }
}
