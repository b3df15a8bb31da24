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
  private pending: Pending[] = [];

  /**
   * Takes the next instruction's accesses.
   *
   * @param key - how it is shared out.
   * @returns whether all must wait before it.
   */
  next(accesses: readonly Access[], key: string): boolean {
    const own = accesses.map((access) => ({ ...access, key }));
    const waits = own.some((access) => this.pending.some((earlier) => conflict(access, earlier)));
    if (waits) this.pending = [];
    this.pending.push(...own);
    return waits;
  }
}

function conflict(a: Pending, b: Pending): boolean {
  if (!(a.writes || b.writes) || a.start >= b.end || b.start >= a.end) return false;
  const sameShares = a.key === b.key && a.isShared && b.isShared;
  return !(sameShares && (a.key === onlyOne || (a.start === b.start && a.end === b.end)));
}

/** The key of what one thread does alone. */
export const onlyOne = "one";
