import type { AxisMeaning } from "./tensor-use.ts";

/** Letters of an operand that stand for any number of axes. */
const ELLIPSIS = "...";

/**
 * The axes of an operand of an einsum of two: what the result has too is an output, what it sums over an input.
 *
 * @param equation - such as `abc,cde->abde`.
 * @param operand - 0 or 1.
 * @returns one meaning a letter; null where the equation is no such one, or both operands and the result share a letter
 *   that is not of a stack in front.
 */
export function einsumAxes(equation: string, operand: number): AxisMeaning[] | null {
  const [operands, result] = equation.replaceAll(" ", "").split("->");
  const sides = operands?.split(",") ?? [];
  const own = sides[operand];
  const other = sides[1 - operand];
  if (result === undefined || sides.length !== 2 || !own || !other || own.includes(ELLIPSIS)) return null;
  if (own.length > 8 || !/^[a-zA-Z]+$/.test(own)) return null;
  const axes: AxisMeaning[] = [];
  for (const letter of own) {
    if (!result.includes(letter)) axes.push("in");
    else if (!other.includes(letter)) axes.push("out");
    else if (axes.length === 0) axes.push("stack");
    else return null;
  }
  return axes;
}
