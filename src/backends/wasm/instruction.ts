import type { ContractionPlan } from "../../kernels/contraction.ts";

/** A step of a plan, as plain data that threads are sent; addresses are bytes. */
export type Instruction = (CallInstruction | TilesInstruction | ContractionInstruction) & {
  /** What it computes, for a profile. */
  readonly label: string;
  /** Whether all threads wait for each other before it. */
  readonly waits: boolean;
  /** Left to thread 0. */
  readonly isSmall: boolean;
};

/** A call of a kernel whose places threads share out. */
export interface CallInstruction {
  readonly kind: "call";
  readonly kernel: string;
  readonly args: readonly number[];
  readonly count: number;
  readonly step: number;
}

/** Calls for entries 0 .. count - 1, all of them for a tile before the next tile. */
export interface TilesInstruction {
  readonly kind: "tiles";
  readonly count: number;
  readonly calls: readonly TileCall[];
}

/** A call for some entries. */
export interface TileCall {
  readonly kernel: string;
  readonly args: readonly number[];
  /** Places of arguments that are slots of the thread's tile: their numbers. */
  readonly slots: readonly number[];
}

/** A matrix product. */
export interface ContractionInstruction {
  readonly kind: "contraction";
  readonly plan: ContractionPlan;
  readonly a: number;
  readonly b: number;
  readonly out: number;
}

/** Where a plan's threads work: each has a part of both areas. */
export interface WorkAreas {
  /** For contractions. */
  readonly contraction: number;
  /** For slots of tiles. */
  readonly tiles: number;
  /** Slots that each thread has. */
  readonly slotCount: number;
}

/** A plan's instructions as threads run them. */
export interface Instructions {
  readonly list: readonly Instruction[];
  readonly areas: WorkAreas;
}
