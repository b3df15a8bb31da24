import type { Program } from "../autodiff/program.ts";
import type { Shape } from "../autodiff/shape.ts";
import { MarchenkoError } from "../errors.ts";

/** An array that a backend keeps. */
export interface Tensor {
  readonly shape: Shape;
}

/** A backend has not the memory for what is asked of it. */
export class OutOfMemoryError extends RangeError {
  override readonly name = "OutOfMemoryError";
}

/** A backend's device was reset, unplugged or taken away: all that it held is lost. */
export class DeviceLostError extends MarchenkoError {
  override readonly name = "DeviceLostError";
  readonly code = "device-lost";
  readonly exitCode = 2;
}

/** Runs programs; each has a kernel for every op of `autodiff/catalogue.ts`. */
export interface Backend {
  /** What it is called in messages and results, e.g. `wasm-relaxed, 2 threads`. */
  readonly name: string;
  /**
   * An array of zeros that lasts until {@link Backend.free} or {@link Backend.dispose}.
   *
   * @throws {OutOfMemoryError} If it has no place.
   */
  alloc(shape: Shape): Tensor;
  /** Gives back the memory of a tensor. */
  free(tensor: Tensor): void;
  /** @throws {RangeError} If the number of entries is another. */
  write(tensor: Tensor, entries: ArrayLike<number>): void;
  /** The entries of a tensor. */
  read(tensor: Tensor): Promise<Float32Array | Float64Array>;
  /**
   * Prepares a program for many runs.
   *
   * @param state - a tensor for each parameter that the program names; programs may share them.
   * @throws {RangeError} If one is missing or has another shape, or the program can't be laid out;
   *   {OutOfMemoryError} If its values have no place.
   */
  compile(program: Program, state: ReadonlyMap<string, Tensor>): Promise<Plan>;
  /** Gives back all that the backend holds. */
  dispose(): Promise<void>;
}

/** Entries for a program's inputs, by name; a number for those of shape `[]`. */
export type Feed = Readonly<Record<string, ArrayLike<number> | number>>;

/** A program that is ready to run. */
export interface Plan {
  /**
   * Computes the program once.
   *
   * @param feed - entries of every input.
   * @param read - which outputs to give back: all by default; others may stay uncomputed only if nothing needs them.
   * @returns the outputs' entries, copies.
   * @throws {RangeError} If an input is missing, unknown or has another number of entries.
   */
  run(feed: Feed, read?: readonly string[]): Promise<Record<string, Float32Array | Float64Array>>;
  /** Gives back what the plan holds. */
  dispose(): void;
}
