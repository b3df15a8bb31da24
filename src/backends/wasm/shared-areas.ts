import type { WasmMemory } from "./memory.ts";

/** Areas whose entries are needed during a run only: plans run one at a time, so that several share one. */
export interface SharedAreas {
  /**
   * An area of at least so many bytes: one that another plan has, where it is large enough. Its entries are whatever
   * was left there. A plan takes one alone: two could be the same.
   *
   * @throws {OutOfMemoryError} If the memory can't grow so far.
   */
  take(bytes: number): number;
  /** Gives up one hold on an area; the last one's gives back its memory. */
  give(address: number): void;
}

/** An area is larger by this share than asked for: that of training's other plan, of nearly the same size, then fits. */
const slack = 1 / 32;

/** @param memory - where the areas lie. */
export function sharedAreas(memory: Pick<WasmMemory, "take" | "give">): SharedAreas {
  const areas = new Map<number, { readonly bytes: number; holds: number }>();
  return {
    take(bytes) {
      // The smallest that fits, so that a large one goes back as soon as its own plan does.
      const fitting = Array.from(areas).filter(([, area]) => area.bytes >= bytes);
      const best = fitting.reduce<(typeof fitting)[number] | null>(
        (least, each) => (least && least[1].bytes <= each[1].bytes ? least : each),
        null,
      );
      if (best) {
        best[1].holds++;
        return best[0];
      }
      const roomy = Math.ceil(bytes * (1 + slack));
      const address = memory.take(roomy);
      areas.set(address, { bytes: roomy, holds: 1 });
      return address;
    },
    give(address) {
      const area = areas.get(address);
      if (!area) throw new RangeError(`no shared area was taken at ${address}`);
      if (--area.holds > 0) return;
      areas.delete(address);
      memory.give(address);
    },
  };
}
