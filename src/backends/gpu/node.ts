import type { LoweredNode, LoweredProgram } from "../lowered-program.ts";
import { type Call, type Computed, input } from "./kernel.ts";

/** A value with entries of its own, as a GPU computes them. */
export type Node = LoweredNode<Computed>;

/** A program as a GPU computes it. */
export type LoweredNodes = LoweredProgram<Computed>;

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
