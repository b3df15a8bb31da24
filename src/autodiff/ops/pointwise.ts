import { broadcastShape, broadcastStrides, type Shape, sizeOf, walkTogether } from "../shape.ts";
import { apply, type Op, type Trial, type Value } from "../value.ts";
import { sumTo } from "./broadcasting.ts";

/** What a function of one number declares. */
interface Unary<A> {
  readonly name: string;
  readonly of: (x: number, attributes: A) => number;
  /** The derivative, as a value of the graph; null where it is zero everywhere. */
  readonly derivative: ((value: Value<A>) => Value) | null;
  readonly multiply: (a: Value, b: Value) => Value;
  readonly trials: readonly Trial<A>[];
}

/** An op that applies a function of one number to each entry. */
export function unaryOp<A>({ name, of, derivative, multiply, trials }: Unary<A>): Op<A> {
  return {
    name,
    shape: ([x]) => x!,
    backward: (value, gradient) => [derivative && multiply(gradient, derivative(value))],
    evaluate: ([x], { attributes }) => x!.map((each) => of(each, attributes)),
    trials,
  };
}

/** What a function of two numbers declares. */
interface Binary {
  readonly name: string;
  readonly of: (a: number, b: number) => number;
  /** The gradients for both operands, before they are summed to their shapes. */
  readonly backward: (
    a: Value,
    b: Value,
    gradient: Value,
    value: Value,
  ) => readonly [Value | null, Value | null];
  readonly entries?: Trial<null>["entries"];
}

const binaryShapes: readonly (readonly [Shape, Shape])[] = [
  [
    [3, 5],
    [3, 5],
  ],
  [[4, 3], [3]],
  [
    [4, 3],
    [4, 1],
  ],
  [[2, 3, 4], []],
  [
    [2, 1, 4],
    [3, 1],
  ],
  [[], [3]],
];

/** An op that applies a function of two numbers to arrays aligned by {@link broadcastShape}. */
export function binaryOp({ name, of, backward, entries }: Binary): Op<null> {
  return {
    name,
    shape: ([a, b]) => broadcastShape(a!, b!),
    backward(value, gradient) {
      const [a, b] = value.inputs as [Value, Value];
      const [forA, forB] = backward(a, b, gradient, value);
      return [forA && sumTo(forA, a.shape), forB && sumTo(forB, b.shape)];
    },
    evaluate([a, b], { inputs, shape }) {
      const result = new Float64Array(sizeOf(shape));
      const strides = inputs.map((each) => broadcastStrides(each.shape, shape)) as [number[], number[]];
      walkTogether(shape, ...strides, (left, right, place) => {
        result[place] = of(a![left]!, b![right]!);
      });
      return result;
    },
    trials: binaryShapes.map((shapes) => ({ shapes, attributes: null, ...(entries && { entries }) })),
  };
}

/** Applies a binary op. @throws {RangeError} If the shapes don't fit together. */
export function binary(op: Op<null>, a: Value, b: Value): Value {
  return apply(op, [a, b], null);
}
