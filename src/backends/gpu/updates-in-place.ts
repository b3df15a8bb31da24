import { parameterOp } from "../../autodiff/leaves.ts";
import type { Program } from "../../autodiff/program.ts";
import { copyOf, type LoweredNodes, type Node, soleCall } from "./node.ts";

/** A program's nodes in the order in which they are computed, and what becomes of the parameters. */
export interface PlannedUpdates {
  readonly order: readonly Node[];
  readonly outputs: ReadonlyMap<string, Node>;
  /** Nodes that take a parameter's place at once, where nobody reads it any more. */
  readonly taken: ReadonlyMap<Node, Node>;
  /** What is copied to parameters once all is computed. */
  readonly copies: readonly { readonly from: Node; readonly parameter: Node }[];
}

/** Plans a program's updates: parameters take new entries when all is computed from the old ones. */
export function planUpdates(
  { outputs, updates = [] }: Program,
  { nodes, nodeOf }: LoweredNodes,
): PlannedUpdates {
  // Of several updates of a parameter the last counts.
  const next = new Map(updates.map(({ parameter, value }) => [nodeOf(parameter), nodeOf(value)]));
  for (const [parameter, value] of next) if (parameter === value) next.delete(parameter);
  const all = nodes.slice();
  const copies = new Map<Node, Node>();
  // Old entries that are asked for after their parameter has new ones are copied beforehand.
  const safe = (node: Node): Node => {
    if (!next.has(node)) return node;
    let copy = copies.get(node);
    if (!copy) {
      copy = copyOf(node);
      copies.set(node, copy);
      all.push(copy);
    }
    return copy;
  };
  const read = new Map(Object.entries(outputs).map(([name, value]) => [name, safe(nodeOf(value))]));
  const written = Array.from(next, ([parameter, value]) => ({ parameter, value: safe(value) }));
  const times = new Map<Node, number>();
  for (const { value } of written) times.set(value, (times.get(value) ?? 0) + 1);
  const alone = written.filter(
    ({ parameter, value }) => times.get(value) === 1 && placesOf(value, parameter) !== null,
  );
  // They, and what follows from them, come after all others, so that parameters have been read by then.
  const late = new Set<Node>(alone.map(({ value }) => value));
  for (const node of all) if (node.inputs.some((each) => late.has(each))) late.add(node);
  const order = [...all.filter((node) => !late.has(node)), ...all.filter((node) => late.has(node))];
  const taken = new Map<Node, Node>();
  for (const { parameter, value } of alone) {
    const place = order.indexOf(value);
    if (!order.some((node, i) => i > place && node.inputs.includes(parameter))) taken.set(value, parameter);
  }
  return {
    order,
    outputs: read,
    taken,
    copies: written
      .filter(({ value }) => !taken.has(value))
      .map(({ parameter, value }) => ({ from: value, parameter })),
  };
}

/** The place at which a node's call reads a parameter entry by entry, and nowhere else; null if there is none. */
export function placesOf(node: Node, parameter: Node): number | null {
  const call = soleCall(node);
  if (!call || node.value.op === parameterOp) return null;
  const places = call.operands.flatMap((operand, place) =>
    "input" in operand && node.inputs[operand.input] === parameter ? [place] : [],
  );
  const [only] = places;
  return places.length === 1 && call.own?.includes(only!) === true ? only! : null;
}
