import type { Op, Value } from "../../autodiff/value.ts";
import type { ContractionPlan } from "../../kernels/contraction.ts";
import type { StandIn } from "../lowered-program.ts";

/** What a call reads: an input of the op by its place, or what an earlier call left in an area. */
export type Operand = { readonly input: number } | { readonly scratch: number };

/** A gpu.js kernel over flat arrays: one thread for each entry of what it writes. */
export interface Call {
  /** A function as text, one parameter for each operand; `this.thread.x` is the entry's place. */
  readonly source: string;
  readonly operands: readonly Operand[];
  /** Number of entries that it writes. */
  readonly count: number;
  /** An area, by its place; the op's result by default. */
  readonly scratch?: number;
  /** Places of operands that a thread reads at its own place only: the result may take the place of one. */
  readonly own?: readonly number[];
}

/** How entries come about: one of the ways. */
export type Computed =
  /** Calls in order; the last one writes the result. */
  | { readonly calls: readonly Call[] }
  /** A matrix product of the two inputs. */
  | { readonly product: ContractionPlan };

/** What a value is computed by. */
export type Lowered = StandIn | Computed;

/** How an op is computed on a GPU: one for each op, listed in `catalogue.ts`. */
export interface GpuKernel<Attributes> {
  readonly op: Op<Attributes>;
  lower(value: Value<Attributes>): Lowered;
}

/** An input of the op. */
export const input = (place: number): Operand => ({ input: place });
/** What an earlier call left. */
export const scratch = (place: number): Operand => ({ scratch: place });

/** Names of a kernel's parameters: a, b, c ... */
export function parameters(count: number): string {
  return Array.from({ length: count }, (_, place) => String.fromCharCode(97 + place)).join(", ");
}
