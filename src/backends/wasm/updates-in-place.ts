import type { Program } from "../../autodiff/program.ts";
import { copyOf, entrywiseCall, type LoweredNodes, type Node } from "./node.ts";
import { isFlat, type Unit } from "./schedule.ts";

/** A program's nodes with what its outputs and updates need besides. */
export interface PlannedUpdates {
  /** Each after its inputs. */
  readonly nodes: readonly Node[];
  /** Those that may take the place of a parameter. */
  readonly last: ReadonlySet<Node>;
  /** Those that are needed after all others are computed. */
  readonly kept: ReadonlySet<Node>;
  readonly outputs: ReadonlyMap<string, Node>;
  /** What takes a parameter's place in memory at once, and copies at the end for the others. */
  inPlace(units: readonly Unit[]): {
    readonly taken: ReadonlyMap<Node, number>;
    readonly copies: readonly Unit[];
  };
}

/**
 * Plans a program's updates: parameters take new entries when all is computed from the old ones.
 *
 * @param addressOf - where a parameter's tensor lies.
 */
export function planUpdates(
  { outputs, updates = [] }: Program,
  { nodes, nodeOf }: LoweredNodes,
  addressOf: (parameter: Node) => number,
): PlannedUpdates {
  // Of several updates of a tensor the last counts.
  const next = new Map<number, { readonly parameter: Node; readonly value: Node }>();
  for (const { parameter, value } of updates) {
    const node = nodeOf(parameter);
    next.set(addressOf(node), { parameter: node, value: nodeOf(value) });
  }
  const all = nodes.slice();
  const copies = new Map<Node, Node>();
  // Old entries that are asked for after their parameter has new ones are copied beforehand.
  const safe = (node: Node): Node => {
    if (!next.has(addressOf(node))) return node;
    let copy = copies.get(node);
    if (!copy) {
      copy = copyOf(node);
      copies.set(node, copy);
      all.push(copy);
    }
    return copy;
  };
  const read = new Map(Object.entries(outputs).map(([name, value]) => [name, safe(nodeOf(value))]));
  const written = Array.from(next, ([address, { parameter, value }]) => ({
    address,
    parameter,
    value: value === parameter ? value : safe(value),
  })).filter(({ parameter, value }) => parameter !== value);
  const times = new Map<Node, number>();
  for (const { value } of written) times.set(value, (times.get(value) ?? 0) + 1);
  const alone = written.filter(
    ({ address, value }) =>
      entrywiseCall(value) !== null &&
      times.get(value) === 1 &&
      nodes.filter((node) => addressOf(node) === address).length === 1,
  );
  return {
    nodes: all,
    last: new Set(alone.map(({ value }) => value)),
    kept: new Set([...read.values(), ...written.map(({ value }) => value)]),
    outputs: read,
    inPlace(units) {
      const taken = new Map<Node, number>();
      for (const { address, parameter, value } of alone) {
        if (isReplaceable(units, parameter, value)) taken.set(value, address);
      }
      const copies: Unit[] = [];
      for (const { address, value } of written) {
        if (taken.get(value) === address) continue;
        const copy = copyOf(value);
        taken.set(copy, address);
        copies.push({ nodes: [copy], isEntrywise: true });
      }
      return { taken, copies };
    },
  };
}

/** Whether nobody reads a parameter's old entries once a value takes their place. */
function isReplaceable(units: readonly Unit[], parameter: Node, value: Node): boolean {
  const place = units.findIndex(({ nodes }) => nodes.includes(value));
  const step = units[place]!.nodes.indexOf(value);
  return units.every(({ nodes }, at) =>
    nodes.every(
      (node, i) =>
        !node.inputs.includes(parameter) ||
        at < place ||
        (at === place && i <= step && isFlat(node, parameter)),
    ),
  );
}
