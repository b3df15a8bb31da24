/** A set of places made of half-open intervals, kept sorted and apart. */
export class IntervalUnion {
  readonly #starts: number[] = [];
  readonly #ends: number[] = [];

  /** Adds [start, end). */
  add(start: number, end: number): void {
    const first = this.#firstEndingAt(start);
    let last = first;
    let from = start;
    let to = end;
    while (last < this.#starts.length && this.#starts[last]! <= end) {
      from = Math.min(from, this.#starts[last]!);
      to = Math.max(to, this.#ends[last]!);
      last++;
    }
    this.#starts.splice(first, last - first, from);
    this.#ends.splice(first, last - first, to);
  }

  /** Whether [start, end) shares a place with the set. */
  meets(start: number, end: number): boolean {
    const place = this.#firstEndingAt(start + 1);
    return place < this.#starts.length && this.#starts[place]! < end;
  }

  /** The place of the first interval that ends at `at` or later. */
  #firstEndingAt(at: number): number {
    let low = 0;
    let high = this.#ends.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#ends[middle]! < at) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
