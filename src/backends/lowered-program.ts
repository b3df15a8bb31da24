import { constantOp, inputOp, parameterOp } from "../autodiff/leaves.ts";
import type { ProgramLayout } from "../autodiff/program.ts";
import { sizeOf } from "../autodiff/shape.ts";
import type { Op, Value } from "../autodiff/value.ts";

/** What has no entries of its own. */
export type StandIn =
  /** The first input's entries are the result's. */
  | { readonly alias: true }
  /** Another value that computes the same. */
  | { readonly instead: Value };

/** How a backend computes an op; `Computed` is what it says of a value with entries of its own. */
export interface OpKernel<Computed> {
  readonly op: Op<unknown>;
  lower(value: Value): Computed | StandIn;
}

/** A value that has entries of its own, and how they come about. */
export interface LoweredNode<Computed> {
  readonly value: Value;
  readonly inputs: readonly LoweredNode<Computed>[];
  /** Number of entries. */
  readonly count: number;
  /** Null for what is given: inputs, parameters, constants. */
  readonly lowered: Computed | null;
}

/** A program's nodes, each after its inputs, and those that values stand for. */
export interface LoweredProgram<Computed> {
  readonly nodes: readonly LoweredNode<Computed>[];
  nodeOf(value: Value): LoweredNode<Computed>;
}

/** Ops whose entries are given. */
const leaves = new Set<unknown>([inputOp, parameterOp, constantOp]);

/** A program in terms of a backend's kernels: reshaped values are what they were made of. */
export function lowerProgram<Computed extends object>(
  { order }: ProgramLayout,
  kernelOf: (op: Op<unknown>) => OpKernel<Computed>,
): LoweredProgram<Computed> {
  type Node = LoweredNode<Computed>;
  const nodes: Node[] = [];
  const known = new Map<Value, Node>();
  const add = (node: Node): Node => {
    nodes.push(node);
    return node;
  };
  const build = (value: Value): Node => {
    const count = sizeOf(value.shape);
    if (leaves.has(value.op)) return add({ value, inputs: [], count, lowered: null });
    const lowered = kernelOf(value.op).lower(value);
    if ("alias" in lowered) return nodeOf(value.inputs[0]!);
    // As deep as a kernel's own substitutes: of its inputs all are known.
    if ("instead" in lowered) return nodeOf(lowered.instead);
    return add({ value, inputs: value.inputs.map(nodeOf), count, lowered });
  };
  const nodeOf = (value: Value): Node => {
    let node = known.get(value);
    if (!node) {
      node = build(value);
      known.set(value, node);
    }
    return node;
  };
  for (const value of order) nodeOf(value);
  return { nodes, nodeOf };
}

/**
 * Finds a backend's kernel of an op.
 *
 * @param sort - what its kernels are called in the error for an op that has none.
 */
export function kernelsByOp<Kernel extends { readonly op: Op<unknown> }>(
  kernels: readonly Kernel[],
  sort: string,
): (op: Op<unknown>) => Kernel {
  const byName = new Map(kernels.map((kernel) => [kernel.op.name, kernel]));
  return (op) => {
    const kernel = byName.get(op.name);
    if (!kernel) throw new RangeError(`${op.name} has no ${sort} kernel`);
    return kernel;
  };
}
