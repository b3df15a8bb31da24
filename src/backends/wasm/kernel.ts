import type { Op, Value } from "../../autodiff/value.ts";
import type { ContractionPlan } from "../../kernels/contraction.ts";
import type { StandIn } from "../lowered-program.ts";

/** An argument of a kernel: a number, or the address of what it stands for. */
export type Argument =
  | number
  /** Of an input of the op, by its place. */
  | { readonly operand: number }
  /** Of the result. */
  | { readonly result: true }
  /** Of an area to work in, by its place in {@link Lowered.scratch}. */
  | { readonly scratch: number }
  /** Of constants, float32 or int32. */
  | { readonly table: readonly number[]; readonly type: "float32" | "int32" };

/** A call of an export of the trainer's binary; a share [first, end) comes last. */
export interface Call {
  readonly kernel: string;
  readonly args: readonly Argument[];
}

/** A call whose places 0 .. count - 1 threads share out. */
export interface SharedCall extends Call {
  readonly count: number;
  /** A share begins at a multiple of it. */
  readonly step: number;
  /** Entries that all places together touch: what is small is left to one thread. */
  readonly entries: number;
}

/** Kernels that don't touch each other's results: they need no barrier between them. */
export type Phase = readonly SharedCall[];

/** How entries come about: one of the ways. */
export type Computed =
  /** A call for any entries: an operand of the result's size is read at the entry's own place, so that calls chain. */
  | { readonly entrywise: Call }
  /** Calls in phases. */
  | { readonly phases: readonly Phase[]; readonly scratch?: readonly number[] }
  /** A matrix product of the two inputs. */
  | { readonly contraction: ContractionPlan };

/** What a value is computed by. */
export type Lowered = StandIn | Computed;

/** How an op is computed in WebAssembly: one for each op, listed in `catalogue.ts`. */
export interface WasmKernel<Attributes> {
  readonly op: Op<Attributes>;
  lower(value: Value<Attributes>): Lowered;
}

/** The address of an input. */
export const operand = (place: number): Argument => ({ operand: place });
/** The address of the result. */
export const result: Argument = { result: true };
/** The address of an area. */
export const scratch = (place: number): Argument => ({ scratch: place });
