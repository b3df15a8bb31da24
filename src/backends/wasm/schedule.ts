import { entrywiseCall, type Node } from "./node.ts";

/** Nodes that are computed together: one, or a chain of entrywise ones of one size, tile by tile. */
export interface Unit {
  readonly nodes: Node[];
  readonly isEntrywise: boolean;
}

/** Whether an input is read at the entry's own place only. */
export function isFlat(node: Node, input: Node): boolean {
  return entrywiseCall(node) !== null && input.count === node.count;
}

/**
 * Puts nodes in an order, and chains entrywise ones.
 *
 * @param nodes - each after its inputs.
 * @param last - those that take the place of a parameter: they, and what follows from them, come after all others.
 */
export function schedule(nodes: readonly Node[], last: ReadonlySet<Node>): Unit[] {
  const late = new Set<Node>(last);
  for (const node of nodes) if (node.inputs.some((input) => late.has(input))) late.add(node);
  const units: Unit[] = [];
  const placeOf = new Map<Node, number>();
  const order = [...nodes.filter((node) => !late.has(node)), ...nodes.filter((node) => late.has(node))];
  for (const node of order) {
    if (!node.lowered) continue;
    const isEntrywise = entrywiseCall(node) !== null;
    const place = isEntrywise ? chainPlace(node, units, placeOf) : -1;
    if (place >= 0) {
      units[place]!.nodes.push(node);
      placeOf.set(node, place);
    } else {
      placeOf.set(node, units.length);
      units.push({ nodes: [node], isEntrywise });
    }
  }
  return units;
}

/** The unit that a node can join: the one that its inputs wait for, or the latest when it reads the same; else -1. */
function chainPlace(node: Node, units: readonly Unit[], placeOf: ReadonlyMap<Node, number>): number {
  const placed = (input: Node) => placeOf.get(input) ?? -1;
  const latest = node.inputs.reduce((most, input) => Math.max(most, placed(input)), -1);
  const fits = (place: number): boolean => {
    const unit = units[place];
    return (
      unit?.isEntrywise === true &&
      unit.nodes[0]!.count === node.count &&
      node.inputs.every((input) => placed(input) < place || isFlat(node, input))
    );
  };
  if (fits(latest)) return latest;
  const end = units.length - 1;
  const shares = (input: Node) =>
    isFlat(node, input) &&
    units[end]?.nodes.some((other) => isFlat(other, input) && other.inputs.includes(input));
  return end > latest && fits(end) && node.inputs.some(shares) ? end : -1;
}
