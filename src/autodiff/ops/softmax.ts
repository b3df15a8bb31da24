import { partialPullBack } from "../differentiate.ts";
import { apply, type Op, type Value } from "../value.ts";
import { sumRows } from "./broadcasting.ts";
import { multiply } from "./multiply.ts";
import { subtract } from "./subtract.ts";

/** Calls `row` with the part of each array that lies along the innermost axis. */
export function eachRow(
  width: number,
  arrays: readonly Float64Array[],
  row: (...rows: Float64Array[]) => void,
): void {
  const count = arrays[0]!.length / width;
  for (let i = 0; i < count; i++) {
    row(...arrays.map((each) => each.subarray(i * width, (i + 1) * width)));
  }
}

/** A row's softmax. */
export function softmaxOf(row: Float64Array): Float64Array {
  const largest = row.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY);
  const powers = row.map((each) => Math.exp(each - largest));
  const total = powers.reduce((a, b) => a + b, 0);
  return powers.map((each) => each / total);
}

export const softmaxOp: Op<null> = {
  name: "softmax",
  shape: ([x]) => x!,
  backward: (value, gradient) => [apply(softmaxGradientOp, [value, gradient], null)],
  evaluate([x], { shape }) {
    const result = new Float64Array(x!.length);
    eachRow(shape.at(-1)!, [x!, result], (from, to) => to.set(softmaxOf(from!)));
    return result;
  },
  trials: [
    { shapes: [[3, 5]], attributes: null },
    { shapes: [[2, 2, 3, 9]], attributes: null },
  ],
};

/** y (g - sum of y g along the row), of softmax values y and their gradient g. */
export const softmaxGradientOp: Op<null> = {
  name: "softmax-gradient",
  shape: ([y]) => y!,
  backward({ inputs }, gradient) {
    const [y, g] = inputs as [Value, Value];
    const expression = multiply(y, subtract(g, sumRows(multiply(y, g))));
    return partialPullBack(expression, inputs, gradient);
  },
  evaluate([y, g], { shape }) {
    const result = new Float64Array(y!.length);
    eachRow(shape.at(-1)!, [y!, g!, result], (value, gradient, to) => {
      const mean = value!.reduce((total, each, i) => total + each * gradient![i]!, 0);
      for (let i = 0; i < to!.length; i++) to![i] = value![i]! * (gradient![i]! - mean);
    });
    return result;
  },
  trials: [
    {
      shapes: [
        [3, 5],
        [3, 5],
      ],
      attributes: null,
      entries: [(normal) => Math.abs(normal) / 3, null],
    },
  ],
};

/** e^x over its sum along the innermost axis. */
export function softmax(x: Value): Value {
  return apply(softmaxOp, [x], null);
}
