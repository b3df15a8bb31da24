import { constantOp } from "../../autodiff/leaves.ts";
import { layOut, type Program } from "../../autodiff/program.ts";
import type { Value } from "../../autodiff/value.ts";
import type { Tensor } from "../backend.ts";
import { requireState } from "../feed.ts";
import { lowerProgram } from "../lowered-program.ts";
import { layOutArena } from "./arena.ts";
import { tileEntries } from "./bind.ts";
import { kernelOf } from "./catalogue.ts";
import { emit } from "./emit.ts";
import type { Instructions } from "./instruction.ts";
import type { Argument } from "./kernel.ts";
import type { WasmMemory } from "./memory.ts";
import { schedule } from "./schedule.ts";
import type { SharedAreas } from "./shared-areas.ts";
import { planUpdates } from "./updates-in-place.ts";

/** A tensor in WebAssembly memory. */
export interface WasmTensor extends Tensor {
  readonly address: number;
}

/** A program that lies ready in memory. */
export interface CompiledProgram {
  readonly instructions: Instructions;
  /** Inputs by name, and where their entries go. */
  readonly inputs: ReadonlyMap<string, { readonly value: Value; readonly address: number }>;
  readonly outputs: ReadonlyMap<string, { readonly address: number; readonly count: number }>;
  /** Gives back all areas. */
  release(): void;
}

/**
 * Lays a program out in memory, and writes its constants.
 *
 * @param areas - for what is needed during a run only.
 * @param contraction - address of the area that contractions work in.
 * @param threads - number of threads.
 * @throws {RangeError} If a parameter's tensor is missing or has another shape, or memory runs out.
 */
export function compileProgram(
  program: Program,
  state: ReadonlyMap<string, Tensor>,
  memory: WasmMemory,
  areas: SharedAreas,
  contraction: number,
  threads: number,
): CompiledProgram {
  const layout = layOut(program);
  requireState(layout.parameters, state);
  const lowered = lowerProgram(layout, kernelOf);
  const addresses = new Map<unknown, number>();
  for (const [name, value] of layout.parameters) {
    addresses.set(lowered.nodeOf(value), (state.get(name) as WasmTensor).address);
  }
  const planned = planUpdates(program, lowered, (node) => addresses.get(node)!);
  const units = schedule(planned.nodes, planned.last);
  const inPlace = planned.inPlace(units);
  for (const [node, address] of inPlace.taken) addresses.set(node, address);
  units.push(...inPlace.copies);
  const held: (() => void)[] = [];
  const release = (): void => {
    for (const give of held.splice(0)) give();
  };
  const takeFrom = (source: Pick<WasmMemory, "take" | "give">, bytes: number): number => {
    const address = source.take(bytes);
    held.push(() => source.give(address));
    return address;
  };
  const take = (bytes: number): number => takeFrom(memory, bytes);
  try {
    for (const node of planned.nodes) {
      if (node.lowered || addresses.has(node)) continue;
      const address = take(node.count * 4);
      addresses.set(node, address);
      if (node.value.op === constantOp) {
        const { data } = node.value.attributes as { readonly data: Float64Array };
        memory.float32(address, node.count).set(data);
      }
    }
    const arena = layOutArena(units, planned.kept, (node) => addresses.has(node));
    // Arena and tiles are one area: another of the shared ones could be the same.
    const base = takeFrom(areas, arena.bytes + arena.slotCount * tileEntries * 4 * threads);
    const tiles = base + arena.bytes;
    const addressOf = (node: (typeof planned.nodes)[number]) =>
      addresses.get(node) ?? base + arena.offsets.get(node)!;
    const list = emit(units, {
      addressOf,
      slotOf: (node) => arena.slots.get(node),
      areasOf: (node) => (arena.areas.get(node) ?? []).map((offset) => base + offset),
      tableOf: (table) => writeTable(table, memory, take),
    });
    return {
      instructions: { list, areas: { contraction, tiles, slotCount: arena.slotCount } },
      inputs: new Map(
        Array.from(layout.inputs, ([name, value]) => [
          name,
          { value, address: addressOf(lowered.nodeOf(value)) },
        ]),
      ),
      outputs: new Map(
        Array.from(planned.outputs, ([name, node]) => [
          name,
          { address: addressOf(node), count: node.count },
        ]),
      ),
      release,
    };
  } catch (error) {
    release();
    throw error;
  }
}

function writeTable(
  { table, type }: Extract<Argument, { table: unknown }>,
  memory: WasmMemory,
  take: (bytes: number) => number,
): number {
  const address = take(table.length * 4);
  if (type === "int32") memory.int32(address, table.length).set(table);
  else memory.float32(address, table.length).set(table);
  return address;
}
