import { partialPullBack } from "../differentiate.ts";
import { constant } from "../leaves.ts";
import { apply, type Op, type Value } from "../value.ts";
import { sumRows } from "./broadcasting.ts";
import { divide } from "./divide.ts";
import { linear } from "./linear.ts";
import { multiply } from "./multiply.ts";
import { eachRow } from "./softmax.ts";
import { squareRoot } from "./square-root.ts";
import { subtract } from "./subtract.ts";

/** Whether rows are centred (LayerNorm) or not (RMS norm), and what is added to their mean square. */
interface Normalization {
  readonly centred: boolean;
  readonly epsilon: number;
}

/** Mean (0 when rows aren't centred) and the inverse of the root of mean square and epsilon. */
function momentsOf(
  row: Float64Array,
  { centred, epsilon }: Normalization,
): readonly [mean: number, inverse: number] {
  const width = row.length;
  const mean = centred ? row.reduce((a, b) => a + b, 0) / width : 0;
  const square = row.reduce((total, each) => total + (each - mean) ** 2, 0) / width;
  return [mean, 1 / Math.sqrt(square + epsilon)];
}

const trials = [
  { shapes: [[3, 6]], attributes: { centred: true, epsilon: 1e-6 } },
  { shapes: [[2, 2, 5]], attributes: { centred: false, epsilon: 1e-5 } },
  { shapes: [[2, 17]], attributes: { centred: true, epsilon: 0.1 } },
] as const;

export const normalizeOp: Op<Normalization> = {
  name: "normalize",
  shape: ([x]) => x!,
  backward: ({ inputs, attributes }, gradient) => [
    apply(normalizeGradientOp, [inputs[0]!, gradient], attributes),
  ],
  evaluate([x], { shape, attributes }) {
    const result = new Float64Array(x!.length);
    eachRow(shape.at(-1)!, [x!, result], (from, to) => {
      const [mean, inverse] = momentsOf(from!, attributes);
      to!.set(from!.map((each) => (each - mean) * inverse));
    });
    return result;
  },
  trials,
};

/** The gradient for x, given that for the normalised rows: r (g - mean g - y mean(g y)), mean g only when centred. */
export const normalizeGradientOp: Op<Normalization> = {
  name: "normalize-gradient",
  shape: ([x]) => x!,
  backward({ inputs, attributes: { centred, epsilon } }, gradient) {
    const [x, g] = inputs as [Value, Value];
    const share = 1 / x.shape.at(-1)!;
    const mean = (of: Value) => linear(sumRows(of), share);
    const centre = (of: Value) => (centred ? subtract(of, mean(of)) : of);
    const around = centre(x);
    const inverse = divide(constant(1), squareRoot(linear(mean(multiply(around, around)), 1, epsilon)));
    const y = multiply(around, inverse);
    const expression = multiply(subtract(centre(g), multiply(y, mean(multiply(g, y)))), inverse);
    return partialPullBack(expression, inputs, gradient);
  },
  evaluate([x, g], { shape, attributes }) {
    const result = new Float64Array(x!.length);
    const width = shape.at(-1)!;
    eachRow(width, [x!, g!, result], (from, gradient, to) => {
      const [mean, inverse] = momentsOf(from!, attributes);
      const y = from!.map((each) => (each - mean) * inverse);
      const meanGradient = attributes.centred ? gradient!.reduce((a, b) => a + b, 0) / width : 0;
      const along = gradient!.reduce((total, each, i) => total + each * y[i]!, 0) / width;
      to!.set(gradient!.map((each, i) => inverse * (each - meanGradient - y[i]! * along)));
    });
    return result;
  },
  trials: trials.map(({ shapes: [shape], attributes }) => ({ shapes: [shape, shape], attributes })),
};

/**
 * Rows along the innermost axis with mean 0 and mean square 1: (x - mean) / sqrt(variance + epsilon), LayerNorm
 * without its affine part; the variance is the mean square around the mean.
 *
 * @source Ba, Kiros & Hinton 2016, arXiv 1607.06450, eq. 3.
 */
export function normalize(x: Value, epsilon: number): Value {
  return apply(normalizeOp, [x], { centred: true, epsilon });
}

/**
 * Rows along the innermost axis with mean square 1: x / sqrt(mean square + epsilon).
 *
 * @source Zhang & Sennrich 2019, arXiv 1910.07467, eq. 4.
 */
export function rootMeanSquareNormalize(x: Value, epsilon: number): Value {
  return apply(normalizeOp, [x], { centred: false, epsilon });
}
