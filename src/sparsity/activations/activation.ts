import { z } from "zod";
import { pullBack } from "../../autodiff/differentiate.ts";
import { constant } from "../../autodiff/leaves.ts";
import { add } from "../../autodiff/ops/add.ts";
import { broadcastTo } from "../../autodiff/ops/broadcasting.ts";
import { linear } from "../../autodiff/ops/linear.ts";
import { notAbove } from "../../autodiff/ops/minimum.ts";
import { absoluteValue, applyPiecewise } from "../../autodiff/ops/piecewise-polynomial.ts";
import {
  flatIntervals,
  type PiecewisePolynomial,
  piecewiseDerivative,
  piecewiseValue,
} from "../../autodiff/piecewise-polynomial.ts";
import type { Value } from "../../autodiff/value.ts";

/** From one number to another, both included; the ends may be infinite. */
export type Interval = readonly [from: number, to: number];

/** The regions where an activation function is flat: intervals of its argument and of its value. */
export interface Habitat {
  readonly x: readonly Interval[];
  readonly y: readonly Interval[];
}

/** An activation function sigma, as values of a graph. */
export interface Activation {
  /** As a recipe names it. */
  readonly name: string;
  /** Whether a neuron is active where a > 0, not where a != 0. */
  readonly oneSided: boolean;
  readonly habitat: Habitat;
  /** What it is, where it is a piecewise polynomial. */
  readonly polynomial?: PiecewisePolynomial;
  /** Its name in the configurations of transformers, where it has one. */
  readonly huggingFace?: string;
  /** sigma(x), entry by entry. */
  apply(x: Value): Value;
  /** sigma'(x), entry by entry: what differentiating {@link Activation.apply} gives, at jumps too. */
  derivative(x: Value): Value;
}

/** How a recipe tells of an activation function: its name, or its name and options. */
export const activationSpec = z.union([
  z.string(),
  z.looseObject({ name: z.string().describe("name of the activation function") }),
]);
export type ActivationSpec = z.output<typeof activationSpec>;

/** What a file of this folder lists in the catalogue. */
export interface ActivationEntry {
  readonly name: string;
  /** Its formula, for lists and help. */
  readonly formula: string;
  readonly options: z.ZodObject;
  /** @param resolve - makes the functions that it is made of. */
  create(options: unknown, resolve: (spec: ActivationSpec) => Activation): Activation;
}

/** An entry whose `create` knows the type of its options. */
export function activationEntry<Options extends z.ZodObject>(entry: {
  readonly name: string;
  readonly formula: string;
  readonly options: Options;
  create(options: z.output<Options>, resolve: (spec: ActivationSpec) => Activation): Activation;
}): ActivationEntry {
  return {
    ...entry,
    create: (options, resolve) => entry.create(options as z.output<Options>, resolve),
  };
}

/** Half of the width of a habitat's intervals of values, around the value that the flat piece has. */
export const FLAT_VALUE_MARGIN = 1e-6;

/** The intervals on which a piecewise polynomial is constant, and those around its values there. */
export function habitatOf(f: PiecewisePolynomial): Habitat {
  const x = flatIntervals(f);
  const values = x.map(([from, to]) =>
    piecewiseValue(f, Number.isFinite(from) ? (Number.isFinite(to) ? (from + to) / 2 : from + 1) : to - 1),
  );
  const y = Array.from(
    new Set(values),
    (value) => [value - FLAT_VALUE_MARGIN, value + FLAT_VALUE_MARGIN] as const,
  );
  return { x, y };
}

/** What a piecewise polynomial is as an activation function. */
export function piecewiseActivation(
  name: string,
  polynomial: PiecewisePolynomial,
  rest: Pick<Activation, "oneSided" | "huggingFace">,
): Activation {
  const slope = piecewiseDerivative(polynomial);
  return {
    name,
    ...rest,
    habitat: habitatOf(polynomial),
    polynomial,
    apply: (x) => applyPiecewise(polynomial, x),
    derivative: (x) => applyPiecewise(slope, x),
  };
}

/** The derivative of any function of entries, by differentiation. */
export function derivativeOf(apply: (x: Value) => Value): (x: Value) => Value {
  return (x) => pullBack(apply(x), [x], broadcastTo(constant(1), x.shape))[0]!;
}

/** Shared parts of two lists of intervals. */
export function intersect(a: readonly Interval[], b: readonly Interval[]): Interval[] {
  return a.flatMap(([from, to]) =>
    b
      .map(([left, right]) => [Math.max(from, left), Math.min(to, right)] as const)
      .filter(([left, right]) => left <= right),
  );
}

/**
 * 1 for entries that lie in one of some intervals, else 0; no gradient flows.
 *
 * The mean of it is the derivative sparsity for pre-activations P and a habitat's x, the sparsity for activations A and
 * its y.
 *
 * @param intervals - disjoint, their ends too.
 */
export function entriesInside(intervals: readonly Interval[], x: Value): Value {
  const inside = intervals.map(([from, to]) => {
    const left = Number.isFinite(from);
    const right = Number.isFinite(to);
    const breaks = [...(left ? [from] : []), ...(right ? [to] : [])];
    const owners = [...(left ? (["right"] as const) : []), ...(right ? (["left"] as const) : [])];
    const pieces = [...(left ? [[0]] : []), [1], ...(right ? [[0]] : [])];
    return applyPiecewise({ breaks, owners, pieces }, x);
  });
  return inside.length === 0 ? constant(0, x.shape) : inside.reduce(add);
}

/**
 * 1 for active entries of activations, a > 0 for one-sided functions and a != 0 for others, else 0; no gradient flows.
 *
 * The mean of it is the activated ratio.
 */
export function activeEntries({ oneSided }: Pick<Activation, "oneSided">, a: Value): Value {
  return linear(notAbove(oneSided ? a : absoluteValue(a), constant(0)), -1, 1);
}
