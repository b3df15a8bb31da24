/** A sum of products of two tensors over the letters that the result lacks, as in Einstein's notation. */
export interface Contraction {
  /** The first operand's letters, one a dimension, the outermost first. */
  readonly a: string;
  /** The second operand's. */
  readonly b: string;
  /** The result's. */
  readonly out: string;
}

/** Dimensions of one size that is a letter's, or those of some letters that lie one after the other everywhere. */
export interface Dimension {
  readonly letters: string;
  readonly size: number;
  /** Entries from one place to the next in the left factor, in the right one, in the result; 0 where it has none. */
  readonly left: number;
  readonly right: number;
  readonly out: number;
}

/**
 * A contraction as matrix products: for each place of `loops`, C = alpha sum over `sums` of A B (+ C), with A of m x k,
 * B of k x n and C of m x n entries in place, by their strides.
 */
export interface ContractionPlan {
  /** Which operand A is of: the one whose letter the result does not end with. */
  readonly leftIs: "a" | "b";
  readonly m: Dimension;
  readonly n: Dimension;
  readonly k: Dimension;
  /** What is left of the result's letters, the outermost first. */
  readonly loops: readonly Dimension[];
  /** What is left of the letters that are summed over. */
  readonly sums: readonly Dimension[];
  readonly alpha: number;
  /** Whether the products are added to what is in the result. */
  readonly accumulates: boolean;
}

/** A letter, or some: its size, and its strides in the tensors; a tensor without it has stride 0. */
interface Axis {
  readonly letters: string;
  readonly size: number;
  readonly a: number;
  readonly b: number;
  readonly out: number;
}

const none: Axis = { letters: "", size: 1, a: 0, b: 0, out: 0 };

/**
 * Plans out = alpha sum of a b (+ out), for contiguous row-major tensors, without a copy of any.
 *
 * Letters of a, b and the result are looped over; those of one operand and the result make the rows or the columns of
 * the products; those of both operands are summed over. A weak plan where a product has one row and one column, as for
 * "bd,bd->b": that is work for an elementwise kernel.
 *
 * @param letters - each letter in at least two of the three, and at most once in each.
 * @param aShape - sizes of a's dimensions, whole and >= 1. @param bShape - of b's.
 * @param options - alpha: a factor, 1 by default; accumulates: whether to add to the result, false by default.
 * @returns the plan: plain numbers, strides in entries.
 * @throws {RangeError} If letters or sizes don't fit together.
 */
export function planContraction(
  letters: Contraction,
  aShape: readonly number[],
  bShape: readonly number[],
  { alpha = 1, accumulates = false }: { readonly alpha?: number; readonly accumulates?: boolean } = {},
): ContractionPlan {
  const sizes = letterSizes(letters, aShape, bShape);
  const axes = fuse(letters, sizes);
  const rows = axes.filter((axis) => axis.b === 0);
  const columns = axes.filter((axis) => axis.a === 0);
  const summed = axes.filter((axis) => axis.out === 0);
  const isSwapped = rows.some((axis) => axis.out === 1);
  const m = largest(isSwapped ? columns : rows);
  const n = innermost(isSwapped ? rows : columns);
  const k = largest(summed);
  const dimension = ({ letters, size, a, b, out }: Axis): Dimension =>
    isSwapped ? { letters, size, left: b, right: a, out } : { letters, size, left: a, right: b, out };
  const isLeft = (axis: Axis): boolean => axis !== m && axis !== n && axis !== k;
  return {
    leftIs: isSwapped ? "b" : "a",
    m: dimension(m),
    n: dimension(n),
    k: dimension(k),
    loops: axes.filter((axis) => axis.out !== 0 && isLeft(axis)).map(dimension),
    sums: summed.filter(isLeft).map(dimension),
    alpha,
    accumulates,
  };
}

/**
 * The result's shape.
 *
 * @throws {RangeError} As {@link planContraction}.
 */
export function contractedShape(
  letters: Contraction,
  aShape: readonly number[],
  bShape: readonly number[],
): number[] {
  const sizes = letterSizes(letters, aShape, bShape);
  return Array.from(letters.out, (letter) => sizes.get(letter)!);
}

function letterSizes(
  letters: Contraction,
  aShape: readonly number[],
  bShape: readonly number[],
): ReadonlyMap<string, number> {
  const { a, b, out } = letters;
  const name = `"${a},${b}->${out}"`;
  for (const each of [a, b, out]) {
    const twice = Array.from(each).find((letter, i) => each.indexOf(letter) !== i);
    if (twice) {
      throw new RangeError(`${name} has ${twice} twice in one tensor; a diagonal is not a contraction`);
    }
  }
  const sizes = new Map<string, number>();
  for (const [operand, shape] of [
    [a, aShape],
    [b, bShape],
  ] as const) {
    if (operand.length !== shape.length) {
      throw new RangeError(`${name} needs ${operand.length} sizes for ${operand}, got [${shape.join(", ")}]`);
    }
    for (const [i, letter] of Array.from(operand).entries()) {
      const size = shape[i]!;
      if (!Number.isInteger(size) || size < 1) {
        throw new RangeError(`${name} needs whole sizes >= 1, got ${letter} = ${size}`);
      }
      if ((sizes.get(letter) ?? size) !== size) {
        throw new RangeError(`${name} needs one size for ${letter}, got ${sizes.get(letter)} and ${size}`);
      }
      sizes.set(letter, size);
    }
  }
  for (const letter of new Set(a + b + out)) {
    const holders = [a, b, out].filter((each) => each.includes(letter));
    if (holders.length < 2) {
      throw new RangeError(`${name} has ${letter} in one tensor only: sum or repeat over it beforehand`);
    }
  }
  return sizes;
}

/** The axes of a contraction, the result's first and in its order: neighbours that are so everywhere made one. */
function fuse({ a, b, out }: Contraction, sizes: ReadonlyMap<string, number>): Axis[] {
  const strides = [a, b, out].map((letters) => stridesOf(letters, sizes)) as [Strides, Strides, Strides];
  const axes: Axis[] = [];
  for (const letter of new Set(out + a)) {
    const size = sizes.get(letter)!;
    if (size === 1) continue;
    const [inA, inB, inOut] = strides.map((each) => each.get(letter) ?? 0) as [number, number, number];
    const outer = axes.findIndex(
      (axis) => axis.a === inA * size && axis.b === inB * size && axis.out === inOut * size,
    );
    const fused = outer < 0 ? none : axes[outer]!;
    const axis = {
      letters: fused.letters + letter,
      size: fused.size * size,
      a: inA,
      b: inB,
      out: inOut,
    };
    if (outer < 0) axes.push(axis);
    else axes[outer] = axis;
  }
  return axes;
}

type Strides = ReadonlyMap<string, number>;

function stridesOf(letters: string, sizes: ReadonlyMap<string, number>): Strides {
  const strides = new Map<string, number>();
  let stride = 1;
  for (const letter of Array.from(letters).reverse()) {
    strides.set(letter, stride);
    stride *= sizes.get(letter)!;
  }
  return strides;
}

function largest(axes: readonly Axis[]): Axis {
  return axes.reduce((best, axis) => (axis.size > best.size ? axis : best), none);
}

/** The axis whose entries lie side by side in the result, so that they are written so; else the largest. */
function innermost(axes: readonly Axis[]): Axis {
  return axes.find((axis) => axis.out === 1) ?? largest(axes);
}
