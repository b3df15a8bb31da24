/** Threads that work on one matrix together, in step: each runs the same code on its share of every loop. */
export interface Team {
  /** This thread's number, 0 .. size - 1; thread 0 does what can't be shared. */
  readonly rank: number;
  readonly size: number;
  /** Returns when all have called it: what each wrote before, all see after. */
  barrier(): void;
  /** 0, 1, 2 ... since the last barrier, each given to one caller: what is next to be done. */
  takeNumber(): number;
  /** Raises the number at a place of shared memory, for others to wait for. */
  raiseCount(counts: Int32Array, place: number, to: number): void;
  /** Returns when the number there is `least` or more. */
  awaitCount(counts: Int32Array, place: number, least: number): void;
}

let numbersTaken = 0;

/** A team of one. */
export const alone: Team = {
  rank: 0,
  size: 1,
  barrier() {
    numbersTaken = 0;
  },
  takeNumber: () => numbersTaken++,
  raiseCount() {},
  awaitCount() {},
};

/** Int32 places in shared memory: how many wait at the barrier, its round, whether a member was lost, numbers taken. */
const waiting = 0;
const round = 1;
const lost = 2;
const numbers = 3;
/** Looks before a waiting thread sleeps: a round is far shorter than waking up takes. */
const looks = 60_000;
/** Milliseconds between looks at whether a member was lost. */
const patience = 200;

/** Bytes at the start of a shared memory that the barrier takes. */
export const barrierBytes = 64;

/**
 * A member of a team whose barrier lies at the start of a shared memory.
 *
 * @throws (from `barrier`) {Error} If another member was lost.
 */
export function teamMember(memory: WebAssembly.Memory, rank: number, size: number): Team {
  const places = new Int32Array(memory.buffer, 0, barrierBytes / 4);
  const checkLost = () => {
    if (Atomics.load(places, lost) !== 0) throw new Error("another thread of the team ended early");
  };
  return {
    rank,
    size,
    barrier() {
      const current = Atomics.load(places, round);
      if (Atomics.add(places, waiting, 1) === size - 1) {
        Atomics.store(places, waiting, 0);
        Atomics.store(places, numbers, 0);
        Atomics.add(places, round, 1);
        Atomics.notify(places, round);
        return;
      }
      for (let look = 0; look < looks; look++) {
        if (Atomics.load(places, round) !== current) return;
      }
      while (Atomics.load(places, round) === current) {
        checkLost();
        Atomics.wait(places, round, current, patience);
      }
    },
    takeNumber: () => Atomics.add(places, numbers, 1),
    raiseCount(counts, place, to) {
      Atomics.store(counts, place, to);
      Atomics.notify(counts, place);
    },
    awaitCount(counts, place, least) {
      for (let look = 0; look < looks; look++) if (Atomics.load(counts, place) >= least) return;
      for (let count = Atomics.load(counts, place); count < least; count = Atomics.load(counts, place)) {
        checkLost();
        Atomics.wait(counts, place, count, patience);
      }
    },
  };
}

/** Tells the members of a team that one was lost, so that they don't wait for it. */
export function breakTeam(memory: WebAssembly.Memory): void {
  const places = new Int32Array(memory.buffer, 0, barrierBytes / 4);
  Atomics.store(places, lost, 1);
  Atomics.notify(places, round);
}

/** This thread's share of `count` places, in steps of `step`: [first, end). */
export function shareOf(
  team: Pick<Team, "rank" | "size">,
  count: number,
  step: number,
): [first: number, end: number] {
  const steps = Math.ceil(count / step);
  const first = Math.floor((steps * team.rank) / team.size) * step;
  const end = Math.min(count, Math.floor((steps * (team.rank + 1)) / team.size) * step);
  return [first, end];
}
