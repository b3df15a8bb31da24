import { type Contraction, contractedShape } from "../../kernels/contraction.ts";
import { sizeOf, stridesOf } from "../shape.ts";
import { apply, type Op, type Value } from "../value.ts";

/** The side of each letter. */
function sidesOf({ inputs, attributes }: Value<Contraction>): Map<string, number> {
  return new Map(
    [attributes.a, attributes.b].flatMap((names, place) =>
      Array.from(names, (letter, axis) => [letter, inputs[place]!.shape[axis]!] as const),
    ),
  );
}

export const contractionOp: Op<Contraction> = {
  name: "contraction",
  shape: ([a, b], letters) => contractedShape(letters, a!, b!),
  backward({ inputs, attributes: { a, b, out } }, gradient) {
    const [left, right] = inputs as [Value, Value];
    return [
      contraction(gradient, right, `${out},${b}->${a}`),
      contraction(left, gradient, `${a},${out}->${b}`),
    ];
  },
  multiplies: (value) => Array.from(sidesOf(value).values()).reduce((product, side) => product * side, 1),
  evaluate([x, y], value) {
    const { inputs, shape, attributes } = value;
    const sides = sidesOf(value);
    const letters = Array.from(sides.keys());
    const strideIn = (names: string, own: readonly number[]) => {
      const strides = stridesOf(own);
      return letters.map((letter) => strides[names.indexOf(letter)] ?? 0);
    };
    const a = strideIn(attributes.a, inputs[0]!.shape);
    const b = strideIn(attributes.b, inputs[1]!.shape);
    const out = strideIn(attributes.out, shape);
    const result = new Float64Array(sizeOf(shape));
    const walk = (depth: number, atA: number, atB: number, to: number): void => {
      if (depth === letters.length) {
        result[to]! += x![atA]! * y![atB]!;
        return;
      }
      const side = sides.get(letters[depth]!)!;
      for (let i = 0; i < side; i++) {
        walk(depth + 1, atA + i * a[depth]!, atB + i * b[depth]!, to + i * out[depth]!);
      }
    };
    walk(0, 0, 0, 0);
    return result;
  },
  trials: [
    {
      shapes: [
        [2, 3, 4],
        [5, 4],
      ],
      attributes: { a: "btd", b: "od", out: "bto" },
    },
    {
      shapes: [
        [2, 3, 2, 4],
        [2, 5, 2, 4],
      ],
      attributes: { a: "bthd", b: "bshd", out: "bhts" },
    },
    {
      shapes: [
        [2, 2, 3, 5],
        [2, 5, 2, 4],
      ],
      attributes: { a: "bhts", b: "bshd", out: "bthd" },
    },
    {
      shapes: [
        [3, 4],
        [4, 2],
      ],
      attributes: { a: "mk", b: "kn", out: "mn" },
    },
    { shapes: [[3], [2]], attributes: { a: "m", b: "n", out: "mn" } },
    { shapes: [[4], [4]], attributes: { a: "k", b: "k", out: "" } },
    {
      shapes: [
        [2, 7, 19],
        [23, 19],
      ],
      attributes: { a: "btd", b: "od", out: "bto" },
    },
  ],
};

/**
 * The sum of products over the axes that are missing in the result: all matrix products are such.
 *
 * @param letters - a letter an axis, `"btd,od->bto"`; each is in two of the three at least.
 * @throws {RangeError} If letters and shapes don't fit.
 */
export function contraction(a: Value, b: Value, letters: string): Value {
  const [operands, out] = letters.split("->") as [string, string];
  const [first, second] = operands.split(",") as [string, string];
  return apply(contractionOp, [a, b], { a: first, b: second, out });
}
