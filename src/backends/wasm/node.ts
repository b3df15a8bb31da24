import type { LoweredNode, LoweredProgram } from "../lowered-program.ts";
import type { Call, Computed } from "./kernel.ts";

/** A value with entries of its own, as WebAssembly computes them. */
export type Node = LoweredNode<Computed>;

/** A program as WebAssembly computes it. */
export type LoweredNodes = LoweredProgram<Computed>;

/** Whether threads and tiles can compute a node's entries in parts. */
export function entrywiseCall(node: Node): Call | null {
  return node.lowered && "entrywise" in node.lowered ? node.lowered.entrywise : null;
}

/** A node of the same entries as another, of its own. */
export function copyOf(node: Node): Node {
  const args = [{ operand: 0 }, { result: true }] as const;
  return { ...node, inputs: [node], lowered: { entrywise: { kernel: "copyEntries", args } } };
}
