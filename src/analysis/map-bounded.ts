/** What an item under way is told, and may say. */
export interface Place {
  /** Makes room for the next item before this one is done. */
  leave(): void;
  /** Whether other items were waiting when this one began. */
  readonly othersFollow: boolean;
}

/**
 * Maps with a bounded number of items in their places, and hands on each result as it comes.
 *
 * The first failure stops new work, and is thrown once what is under way has ended.
 *
 * @param order - indices of the items, in the order in which they begin.
 * @param limit - items in their places at most, >= 1; an item that has left its place may still be under way.
 * @param onResult - called as soon as an item is done, also after another one failed.
 * @returns the results in the order of the items.
 */
export async function mapBounded<Item, Result>(
  items: readonly Item[],
  order: readonly number[],
  limit: number,
  map: (item: Item, place: Place) => Promise<Result>,
  onResult: (result: Result, index: number) => void,
): Promise<Result[]> {
  const results = new Array<Result>(items.length);
  const underWay = new Set<Promise<void>>();
  let next = 0;
  let failure: { readonly error: unknown } | null = null;
  const work = async (index: number, place: Place): Promise<void> => {
    try {
      const result = await map(items[index]!, place);
      results[index] = result;
      onResult(result, index);
    } catch (error) {
      failure ??= { error };
    }
  };
  const lane = async (): Promise<void> => {
    while (next < order.length && !failure) {
      const index = order[next++]!;
      await new Promise<void>((leave) => {
        const done = work(index, { leave, othersFollow: next < order.length });
        underWay.add(done);
        void done.then(() => {
          underWay.delete(done);
          leave();
        });
      });
    }
  };
  await Promise.all(Array.from({ length: Math.min(limit, order.length) }, lane));
  await Promise.all(underWay);
  if (failure !== null) throw (failure as { error: unknown }).error;
  return results;
}
