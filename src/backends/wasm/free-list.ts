/** A cache line: no two threads write to one, and vectors don't straddle them. */
export const alignment = 64;

/** What is free of a range of bytes, by address. */
export class FreeList {
  /** Ascending, never adjacent to each other or to the end. */
  private readonly gaps: { start: number; end: number }[] = [];
  private readonly sizes = new Map<number, number>();
  private top: number;
  private most: number;

  /** @param start - where the range begins; it has no end. */
  constructor(start: number) {
    this.top = start;
    this.most = start;
  }

  /** The end of what is taken now. */
  get end(): number {
    return this.top;
  }

  /** The end of what was ever taken. */
  get farthest(): number {
    return this.most;
  }

  /** Takes the smallest gap that fits, or what follows the end. @returns its address, a multiple of {@link alignment}. */
  take(bytes: number): number {
    const size = Math.max(alignment, Math.ceil(bytes / alignment) * alignment);
    let best = -1;
    for (const [place, { start, end }] of this.gaps.entries()) {
      const fits = end - start >= size;
      if (fits && (best < 0 || end - start < this.gaps[best]!.end - this.gaps[best]!.start)) best = place;
    }
    let address = this.top;
    if (best < 0) {
      this.top = address + size;
      this.most = Math.max(this.most, this.top);
    } else {
      const gap = this.gaps[best]!;
      address = gap.start;
      gap.start += size;
      if (gap.start === gap.end) this.gaps.splice(best, 1);
    }
    this.sizes.set(address, size);
    return address;
  }

  /** Gives back what {@link FreeList.take} gave. */
  give(address: number): void {
    const size = this.sizes.get(address);
    if (size === undefined) throw new RangeError(`nothing was taken at ${address}`);
    this.sizes.delete(address);
    const end = address + size;
    let place = this.gaps.findIndex((gap) => gap.start > address);
    if (place < 0) place = this.gaps.length;
    const before = this.gaps[place - 1];
    const after = this.gaps[place];
    const meetsBefore = before?.end === address;
    const meetsAfter = after?.start === end;
    if (meetsBefore && meetsAfter) {
      before.end = after.end;
      this.gaps.splice(place, 1);
    } else if (meetsBefore) before.end = end;
    else if (meetsAfter) after.start = address;
    else this.gaps.splice(place, 0, { start: address, end });
    const last = this.gaps.at(-1)!;
    if (last.end === this.top) {
      this.top = last.start;
      this.gaps.pop();
    }
  }
}
