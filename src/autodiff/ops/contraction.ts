import { sizeOf, stridesOf } from "../shape.ts";
import { apply, type Op, type Value } from "../value.ts";

/** A letter for each axis of the operands and of the result, as Einstein sums are written. */
export interface Letters {
  readonly a: string;
  readonly b: string;
  readonly out: string;
}

/** The side of each letter. @throws {RangeError} If letters and shapes don't fit. */
function sidesOf(shapes: readonly (readonly number[])[], { a, b, out }: Letters): Map<string, number> {
  const sides = new Map<string, number>();
  for (const [place, letters] of [a, b].entries()) {
    const shape = shapes[place]!;
    if (letters.length !== shape.length || new Set(letters).size !== letters.length) {
      throw new RangeError(`"${letters}" does not name the ${shape.length} axes of operand ${place + 1}`);
    }
    for (const [axis, letter] of Array.from(letters).entries()) {
      const known = sides.get(letter);
      if (known !== undefined && known !== shape[axis]) {
        throw new RangeError(`"${letter}" is ${known} long in one operand and ${shape[axis]} in the other`);
      }
      sides.set(letter, shape[axis]!);
    }
  }
  for (const letter of a + b + out) {
    const times = [a, b, out].filter((letters) => letters.includes(letter)).length;
    if (times < 2) throw new RangeError(`"${letter}" must be in two of "${a}", "${b}" and "${out}" at least`);
  }
  return sides;
}

export const contractionOp: Op<Letters> = {
  name: "contraction",
  shape(shapes, letters) {
    const sides = sidesOf(shapes, letters);
    return Array.from(letters.out, (letter) => sides.get(letter)!);
  },
  backward({ inputs, attributes: { a, b, out } }, gradient) {
    const [left, right] = inputs as [Value, Value];
    return [
      contraction(gradient, right, `${out},${b}->${a}`),
      contraction(left, gradient, `${a},${out}->${b}`),
    ];
  },
  evaluate([x, y], { inputs, shape, attributes }) {
    const sides = sidesOf(
      inputs.map((each) => each.shape),
      attributes,
    );
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
