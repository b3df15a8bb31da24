import type { ContractionPlan } from "../../kernels/contraction.ts";
import { type Access, Hazards, onlyOne } from "./hazards.ts";
import type { Instruction, TileCall } from "./instruction.ts";
import type { Argument, Phase } from "./kernel.ts";
import { entrywiseCall, type Node } from "./node.ts";
import { isFlat, type Unit } from "./schedule.ts";

/** Entries, and products of two numbers, below which waking other threads takes longer than the work. */
const fewEntries = 16_384;
const fewProducts = 131_072;

/** Where everything lies. */
export interface Places {
  /** The address of a node's entries. */
  addressOf(node: Node): number;
  /** The slot of a node that lies in tiles only. */
  slotOf(node: Node): number | undefined;
  areasOf(node: Node): readonly number[];
  /** The address of constants. */
  tableOf(table: Extract<Argument, { table: unknown }>): number;
}

/** The instructions that compute units in their order. */
export function emit(units: readonly Unit[], places: Places): Instruction[] {
  const hazards = new Hazards();
  const list: Instruction[] = [];
  const add = (instruction: PlainInstruction, key: string, isSmall: boolean, accesses: readonly Access[]) => {
    const own = isSmall ? accesses.map((access) => ({ ...access, isShared: true })) : accesses;
    const waits = hazards.next(own, isSmall ? onlyOne : key);
    list.push({ ...instruction, isSmall, waits });
  };
  for (const unit of units) {
    const [node] = unit.nodes as [Node];
    const { lowered } = node;
    if (unit.isEntrywise) emitTiles(unit, places, add);
    else if (lowered && "contraction" in lowered) emitContraction(node, lowered.contraction, places, add);
    else if (lowered && "phases" in lowered) {
      for (const phase of lowered.phases) emitPhase(node, phase, `phase ${list.length}`, places, add);
    }
  }
  return list;
}

type Plain<I> = I extends unknown ? Omit<I, "waits" | "isSmall"> : never;
type PlainInstruction = Plain<Instruction>;
type Add = (
  instruction: PlainInstruction,
  key: string,
  isSmall: boolean,
  accesses: readonly Access[],
) => void;

function range(start: number, bytes: number, writes: boolean, isShared: boolean): Access {
  return { start, end: start + bytes, writes, isShared };
}

/** Arguments as numbers; which of them are slots. */
function resolve(node: Node, args: readonly Argument[], places: Places): { args: number[]; slots: number[] } {
  const slots: number[] = [];
  const resolved = args.map((argument, place) => {
    if (typeof argument === "number") return argument;
    if ("table" in argument) return places.tableOf(argument);
    if ("scratch" in argument) return places.areasOf(node)[argument.scratch]!;
    const of = "operand" in argument ? node.inputs[argument.operand]! : node;
    const slot = places.slotOf(of);
    if (slot === undefined) return places.addressOf(of);
    slots.push(place);
    return slot;
  });
  return { args: resolved, slots };
}

function emitTiles({ nodes }: Unit, places: Places, add: Add): void {
  const accesses: Access[] = [];
  const calls: TileCall[] = nodes.map((node) => {
    const { kernel, args } = entrywiseCall(node)!;
    for (const input of node.inputs) {
      if (places.slotOf(input) !== undefined) continue;
      accesses.push(range(places.addressOf(input), input.count * 4, false, isFlat(node, input)));
    }
    if (places.slotOf(node) === undefined) {
      accesses.push(range(places.addressOf(node), node.count * 4, true, true));
    }
    return { kernel, ...resolve(node, args, places) };
  });
  const { count } = nodes[0]!;
  const label = nodes.map(({ value }) => value.op.name).join(" ");
  add(
    { kind: "tiles", label, count, calls },
    `${count} entries`,
    count * nodes.length < fewEntries,
    accesses,
  );
}

function emitContraction(node: Node, plan: ContractionPlan, places: Places, add: Add): void {
  const [a, b, out] = [...node.inputs, node].map((each) => places.addressOf(each)) as [
    number,
    number,
    number,
  ];
  const accesses = [
    ...node.inputs.map((input) => range(places.addressOf(input), input.count * 4, false, false)),
    range(out, node.count * 4, true, false),
  ];
  const isSmall = productsOf(plan) < fewProducts;
  const { m, n, k, loops, sums } = plan;
  const sizes = [...loops, m, n, k, ...sums].map(({ size }) => size).join(" x ");
  const label = `${node.value.op.name} ${sizes}`;
  add({ kind: "contraction", label, plan, a, b, out }, "products", isSmall, accesses);
}

/** Products of two numbers that a contraction adds up. */
export function productsOf({ m, n, k, loops, sums }: ContractionPlan): number {
  return [m, n, k, ...loops, ...sums].reduce((product, { size }) => product * size, 1);
}

function scratchBytes({ lowered }: Node): readonly number[] {
  return (lowered && "phases" in lowered && lowered.scratch) || [];
}

function emitPhase(node: Node, phase: Phase, key: string, places: Places, add: Add): void {
  for (const { kernel, args, count, step, entries } of phase) {
    const accesses = [
      ...node.inputs.map((input) => range(places.addressOf(input), input.count * 4, false, false)),
      ...writesOf(node, args, places),
    ];
    const plain = { kind: "call", kernel, args: resolve(node, args, places).args, count, step } as const;
    // Calls of a phase write to parts of the result of their own: one key, as if it were shared out between them.
    add({ ...plain, label: node.value.op.name }, key, entries < fewEntries, accesses);
  }
}

/** What a call of a phase may write to: the result and its areas, when it names them. */
function writesOf(node: Node, args: readonly Argument[], places: Places): Access[] {
  const accesses: Access[] = [];
  for (const argument of args) {
    if (typeof argument === "number") continue;
    if ("result" in argument) accesses.push(range(places.addressOf(node), node.count * 4, true, true));
    if ("scratch" in argument) {
      const bytes = scratchBytes(node)[argument.scratch]!;
      accesses.push(range(places.areasOf(node)[argument.scratch]!, bytes, true, false));
    }
  }
  return accesses;
}
