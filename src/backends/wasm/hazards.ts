import { IntervalUnion } from "./interval-union.ts";

/** Bytes that an instruction reads or writes. */
export interface Access {
  readonly start: number;
  readonly end: number;
  readonly writes: boolean;
  /** Whether a thread touches only its share of them. */
  readonly isShared: boolean;
}

/** An access and how threads share out the instruction that makes it: equal keys, equal shares. */
interface Pending extends Access {
  readonly key: string;
}

/** Tells where threads must wait for each other: where one touches what another may have written, or will overwrite. */
export class Hazards {
  #pending: Pending[] = [];
  /** What the first thread alone touches, which it need not wait for itself: one set, however many instructions. */
  #alone = { read: new IntervalUnion(), written: new IntervalUnion() };

  /**
   * Takes the next instruction's accesses.
   *
   * @param key - how it is shared out.
   * @returns whether all must wait before it.
   */
  next(accesses: readonly Access[], key: string): boolean {
    const own = accesses.map((access) => ({ ...access, key }));
    const waits = own.some(
      (access) => this.#pending.some((earlier) => conflict(access, earlier)) || this.#meetsAlone(access),
    );
    if (waits) {
      this.#pending = [];
      this.#alone = { read: new IntervalUnion(), written: new IntervalUnion() };
    }
    for (const access of own) {
      if (!isAlone(access)) this.#pending.push(access);
      else this.#alone[access.writes ? "written" : "read"].add(access.start, access.end);
    }
    return waits;
  }

  #meetsAlone(access: Pending): boolean {
    if (isAlone(access)) return false;
    const { start, end, writes } = access;
    return this.#alone.written.meets(start, end) || (writes && this.#alone.read.meets(start, end));
  }
}

function isAlone({ key, isShared }: Pending): boolean {
  return key === onlyOne && isShared;
}

function conflict(a: Pending, b: Pending): boolean {
  if (!(a.writes || b.writes) || a.start >= b.end || b.start >= a.end) return false;
  const sameShares = a.key === b.key && a.isShared && b.isShared;
  return !(sameShares && a.start === b.start && a.end === b.end);
}

/** The key of what one thread does alone. */
export const onlyOne = "one";
