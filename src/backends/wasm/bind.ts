import { runContraction } from "../../kernels/run-contraction.ts";
import { shareOf } from "../../kernels/team.ts";
import type { TrainingKernels } from "../../kernels/training-kernels.ts";
import type {
  CallInstruction,
  ContractionInstruction,
  Instruction,
  TilesInstruction,
  WorkAreas,
} from "./instruction.ts";

/** Entries of a tile: some of them, 16 KB each, lie in the first-level cache together. */
export const tileEntries = 4096;

/** The thread that runs: one of `size` in all. */
export interface Member {
  readonly kernels: TrainingKernels;
  readonly areas: WorkAreas;
  readonly rank: number;
  readonly size: number;
}

type Export = (...args: number[]) => void;
type Binder<I> = (instruction: I, member: Member) => () => void;

function exportOf(kernels: TrainingKernels, name: string): Export {
  return (kernels as unknown as Readonly<Record<string, Export>>)[name]!;
}

const bindCall: Binder<CallInstruction> = ({ kernel, args, count, step }, member) => {
  const run = exportOf(member.kernels, kernel);
  const [first, end] = shareOf(member, count, step);
  const all = [...args, first, end];
  return first < end ? () => run.apply(null, all) : () => {};
};

const bindTiles: Binder<TilesInstruction> = ({ calls, count }, member) => {
  const [begin, end] = shareOf(member, count, 16);
  const tile = member.areas.tiles + member.rank * member.areas.slotCount * tileEntries * 4;
  const bound = calls.map(({ kernel, args, slots }) => ({
    run: exportOf(member.kernels, kernel),
    args: [...args, 0, 0],
    slots: slots.map((place) => ({ place, address: tile + args[place]! * tileEntries * 4 })),
  }));
  // Without slots a call at a time is as good: tiles keep in the cache what several calls read.
  const length = calls.length > 1 ? tileEntries : Math.max(1, end - begin);
  return () => {
    for (let first = begin; first < end; first += length) {
      const until = Math.min(end, first + length);
      for (const { run, args, slots } of bound) {
        // Entry `first` lies at the slot's start.
        for (const { place, address } of slots) args[place] = address - first * 4;
        args[args.length - 2] = first;
        args[args.length - 1] = until;
        run.apply(null, args);
      }
    }
  };
};

const bindContraction: Binder<ContractionInstruction> =
  ({ plan, a, b, out }, { kernels, areas, rank, size }) =>
  () =>
    runContraction(kernels, plan, a, b, out, areas.contraction, rank, size);

const binders: { readonly [K in Instruction["kind"]]: Binder<Extract<Instruction, { kind: K }>> } = {
  call: bindCall,
  tiles: bindTiles,
  contraction: bindContraction,
};

/** An instruction as one thread runs it. */
export function bind(instruction: Instruction, member: Member): () => void {
  if (instruction.isSmall && member.rank > 0) return () => {};
  const one = instruction.isSmall ? { ...member, rank: 0, size: 1 } : member;
  return (binders[instruction.kind] as Binder<Instruction>)(instruction, one);
}
