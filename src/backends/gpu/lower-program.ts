import { constantOp, inputOp, parameterOp } from "../../autodiff/leaves.ts";
import type { ProgramLayout } from "../../autodiff/program.ts";
import { sizeOf } from "../../autodiff/shape.ts";
import type { Value } from "../../autodiff/value.ts";
import { kernelOf } from "./catalogue.ts";
import { type Call, input, type Lowered } from "./kernel.ts";

/** A value that has entries of its own, and how they come about. */
export interface Node {
  readonly value: Value;
  readonly inputs: readonly Node[];
  readonly count: number;
  /** Null for what is given: inputs, parameters, constants. */
  readonly lowered: Extract<Lowered, { calls: unknown } | { product: unknown }> | null;
}

/** A program's nodes, each after its inputs, and those that values stand for. */
export interface LoweredProgram {
  readonly nodes: readonly Node[];
  nodeOf(value: Value): Node;
}

/** Ops whose entries are given. */
const leaves = new Set<unknown>([inputOp, parameterOp, constantOp]);

/** A program in terms of kernels: reshaped values are what they were made of. */
export function lowerProgram({ order }: ProgramLayout): LoweredProgram {
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

/** The call of a node that is computed by one, entry by entry. */
export function soleCall({ lowered }: Node): Call | null {
  return lowered && "calls" in lowered && lowered.calls.length === 1 ? lowered.calls[0]! : null;
}

/** A node of the same entries as another, of its own. */
export function copyOf(node: Node): Node {
  const source = "function (a) { return a[this.thread.x]; }";
  const call: Call = { source, operands: [input(0)], count: node.count, own: [0] };
  return { ...node, inputs: [node], lowered: { calls: [call] } };
}
