import { type Shape, sizeOf } from "../../autodiff/shape.ts";

/**
 * A variable that gpu.js takes for a whole number, not for a float32, which is exact below 2^24 only.
 *
 * gpu.js makes an int of what is counted up, and a float of what is declared by an int: hence the count and the second line.
 */
export function integer(name: string, expression: string): string {
  return `var ${name} = 0; ${name}++; ${name} = ${expression};`;
}

/** Where a thread stands: text that computes it, and an expression for each axis. */
export interface Coordinates {
  readonly text: string;
  readonly at: readonly string[];
}

/**
 * A thread's place in an array, as one whole number an axis.
 *
 * Quotients are of float32, whose divisions GPUs may round by some units; remainders of whole numbers put them right, up
 * to 2^31.
 *
 * @param sides - of the array, the outermost first. @param thread - its place, an expression of a whole number.
 */
export function coordinates(sides: Shape, thread = "this.thread.x"): Coordinates {
  const at = sides.map(() => "0");
  const lines: string[] = [];
  let rest = thread;
  let axis = sides.length - 1;
  for (const size = sizeOf(sides); axis >= 0; axis--) {
    const side = sides[axis]!;
    const outer = sides.slice(0, axis).reduce((product, each) => product * each, 1);
    if (side === 1) continue;
    if (outer === 1 || size === 0) {
      at[axis] = rest;
      break;
    }
    const name = `q${axis}`;
    const remainder = `(${rest} - ${name} * ${side})`;
    lines.push(
      integer(name, `((${rest} / ${side}) | 0)`),
      `${name} = ${name} + ((${remainder} / ${side}) | 0);`,
      `if (${remainder} < 0) { ${name}--; }`,
      `if (${remainder} >= ${side}) { ${name}++; }`,
    );
    at[axis] = remainder;
    rest = name;
  }
  return { text: lines.join("\n"), at };
}

/** The sum of whole numbers times coordinates, and a whole number more. */
export function offset(at: readonly string[], strides: readonly number[], first = 0): string {
  const terms = at.flatMap((each, axis) => {
    const stride = strides[axis]!;
    if (stride === 0 || each === "0") return [];
    return [stride === 1 ? each : `${each} * ${stride}`];
  });
  if (first !== 0) terms.push(String(first));
  return terms.length === 0 ? "0" : terms.join(" + ");
}

/** Axes of an array, and for each of some arrays that are read along the strides with which they are. */
export interface Walk {
  readonly sides: readonly number[];
  readonly strides: readonly (readonly number[])[];
}

/** Neighbouring axes that every array walks as one made one; sides of 1 left out. */
export function fused(shape: Shape, strides: readonly (readonly number[])[]): Walk {
  const axes: { side: number; steps: number[] }[] = [];
  for (const [axis, side] of shape.entries()) {
    if (side === 1) continue;
    const steps = strides.map((each) => each[axis]!);
    const outer = axes.at(-1);
    if (outer?.steps.every((step, i) => step === steps[i]! * side)) {
      axes[axes.length - 1] = { side: outer.side * side, steps };
    } else axes.push({ side, steps });
  }
  return {
    sides: axes.map(({ side }) => side),
    strides: strides.map((_, i) => axes.map(({ steps }) => steps[i]!)),
  };
}

/** Whether an array is read entry by entry in the order of a walk. */
export function isFlat({ sides, strides }: Walk, place: number): boolean {
  return sides.length === 0 || (sides.length === 1 && strides[place]![0] === 1);
}
