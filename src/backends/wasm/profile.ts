/** What one kind of work took, over all runs. */
export interface ProfileRow {
  /** The ops that were computed together, in order. */
  readonly label: string;
  readonly count: number;
  readonly seconds: number;
  /** Multiplications and additions of products of matrices. */
  readonly operations: number;
}

/** Adds up what instructions take. */
export interface Profile {
  /** Wraps an instruction's run. */
  timed(label: string, operations: number, run: () => void): () => void;
  /** The dearest first. */
  rows(): ProfileRow[];
}

/** @param clock - seconds, from any start. */
export function profileBy(clock: () => number): Profile {
  const totals = new Map<string, { count: number; seconds: number; operations: number }>();
  return {
    timed(label, operations, run) {
      let total = totals.get(label);
      if (!total) {
        total = { count: 0, seconds: 0, operations: 0 };
        totals.set(label, total);
      }
      const own = total;
      return () => {
        const start = clock();
        run();
        own.seconds += clock() - start;
        own.count++;
        own.operations += operations;
      };
    },
    rows: () =>
      Array.from(totals, ([label, total]) => ({ label, ...total })).sort((a, b) => b.seconds - a.seconds),
  };
}
