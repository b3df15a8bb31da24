import { FreeList } from "./free-list.ts";
import { entrywiseCall, type Node } from "./node.ts";
import { isFlat, type Unit } from "./schedule.ts";

/** Where nodes' entries lie: by an offset in the plan's arena, or in a slot of a tile that never leaves its unit. */
export interface Layout {
  readonly offsets: ReadonlyMap<Node, number>;
  readonly slots: ReadonlyMap<Node, number>;
  /** Areas to work in, of nodes that ask for such. */
  readonly areas: ReadonlyMap<Node, readonly number[]>;
  readonly bytes: number;
  /** Most slots that a unit has. */
  readonly slotCount: number;
}

/**
 * Finds places for nodes by how long they are needed: what is read for the last time leaves its place to others.
 *
 * @param kept - nodes whose entries are needed after the run.
 * @param placed - nodes that lie elsewhere: inputs, constants, parameters and what takes their place.
 */
export function layOutArena(
  units: readonly Unit[],
  kept: ReadonlySet<Node>,
  placed: (node: Node) => boolean,
): Layout {
  const lastRead = new Map<Node, number>();
  for (const [at, { nodes }] of units.entries()) {
    for (const node of nodes) for (const input of node.inputs) lastRead.set(input, at);
  }
  const lives = (node: Node, at: number) => kept.has(node) || (lastRead.get(node) ?? at) > at;
  const free = new FreeList(0);
  const offsets = new Map<Node, number>();
  const slots = new Map<Node, number>();
  const areas = new Map<Node, number[]>();
  let slotCount = 0;
  for (const [at, unit] of units.entries()) {
    const isPassing = (node: Node) =>
      unit.isEntrywise && unit.nodes.length > 1 && !placed(node) && !lives(node, at);
    slotCount = Math.max(slotCount, assignSlots(unit, isPassing, slots));
    const dying = new Set<Node>();
    for (const node of unit.nodes) {
      for (const input of node.inputs) if (offsets.has(input) && !lives(input, at)) dying.add(input);
    }
    for (const [step, node] of unit.nodes.entries()) {
      if (placed(node) || slots.has(node)) continue;
      // An operand that nobody reads later gives its place to the result.
      const given = node.inputs.find((input) => dying.has(input) && isFree(unit, step, input));
      if (given && node.count === given.count) {
        offsets.set(node, offsets.get(given)!);
        dying.delete(given);
      } else offsets.set(node, free.take(node.count * 4));
      const { lowered } = node;
      if (lowered && "phases" in lowered && lowered.scratch) {
        areas.set(
          node,
          lowered.scratch.map((bytes) => free.take(bytes)),
        );
      }
    }
    for (const node of dying) free.give(offsets.get(node)!);
    for (const node of unit.nodes) {
      for (const area of areas.get(node) ?? []) free.give(area);
      if (offsets.has(node) && !lives(node, at)) free.give(offsets.get(node)!);
    }
  }
  return { offsets, slots, areas, bytes: free.farthest, slotCount };
}

/** Whether all that read `input` in a unit do so entry by entry, and none after a step. */
function isFree(unit: Unit, step: number, input: Node): boolean {
  return unit.nodes.every(
    (node, place) => !node.inputs.includes(input) || (place <= step && isFlat(node, input)),
  );
}

/** Slots of a tile for nodes that never leave their unit, used again as soon as they are free; how many. */
function assignSlots(unit: Unit, isPassing: (node: Node) => boolean, slots: Map<Node, number>): number {
  const passing = new Set(unit.nodes.filter(isPassing));
  const lastStep = new Map<Node, number>();
  for (const [step, node] of unit.nodes.entries()) for (const input of node.inputs) lastStep.set(input, step);
  const free: number[] = [];
  let count = 0;
  for (const [step, node] of unit.nodes.entries()) {
    const ended = (other: Node) => slots.has(other) && passing.has(other) && lastStep.get(other) === step;
    for (const input of new Set(node.inputs)) if (ended(input)) free.push(slots.get(input)!);
    if (!passing.has(node) || entrywiseCall(node) === null) continue;
    const slot = free.pop() ?? count++;
    slots.set(node, slot);
    // What nobody reads leaves its slot at once.
    if (!lastStep.has(node)) free.push(slot);
  }
  return count;
}
