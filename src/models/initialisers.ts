import { type Shape, sizeOf } from "../autodiff/shape.ts";
import type { RandomStream } from "../linalg/random.ts";

/** Draws a parameter's first entries. */
export type Initialiser = (draws: RandomStream, shape: Shape) => Float32Array;

/** Zeros. */
export const zeros: Initialiser = (_, shape) => new Float32Array(sizeOf(shape));

/** Ones. */
export const ones: Initialiser = (_, shape) => new Float32Array(sizeOf(shape)).fill(1);

/** Normal entries of mean 0. @param deviation - their standard deviation. */
export function normal(deviation: number): Initialiser {
  return (draws, shape) => new Float32Array(sizeOf(shape)).map(() => deviation * draws.normal());
}

/** Uniform entries in [-bound, bound]. */
export function uniform(bound: number): Initialiser {
  return (draws, shape) => new Float32Array(sizeOf(shape)).map(() => bound * (2 * draws.uniform() - 1));
}

/**
 * Uniform with variance 2 / (inputs + outputs).
 *
 * @source Glorot & Bengio 2010, eq. 16.
 */
export function xavierUniform(inputs: number, outputs: number): Initialiser {
  return uniform(Math.sqrt(6 / (inputs + outputs)));
}

/**
 * Uniform in [-1 / sqrt(inputs), 1 / sqrt(inputs)]: PyTorch's default for weights and biases of linear layers, which
 * is Kaiming-uniform for a leaky ReLU of slope sqrt 5.
 *
 * @source He et al. 2015, arXiv 1502.01852, eq. 15.
 */
export function kaimingUniform(inputs: number): Initialiser {
  return uniform(1 / Math.sqrt(inputs));
}
