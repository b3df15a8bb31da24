/**
 * Maps with a bounded number of items under way, and hands on each result in the order of the items.
 *
 * The first failure stops new work, and is thrown once what is under way has ended.
 *
 * @param limit - items under way at most, >= 1.
 * @param onResult - called in order, each as soon as it and all before it are done.
 */
export async function mapInOrder<Item, Result>(
  items: readonly Item[],
  limit: number,
  map: (item: Item, index: number) => Promise<Result>,
  onResult: (result: Result, index: number) => void,
): Promise<Result[]> {
  const results = new Map<number, Result>();
  const ordered: Result[] = [];
  let next = 0;
  let failure: { readonly error: unknown } | null = null;
  const lane = async (): Promise<void> => {
    while (next < items.length && !failure) {
      const index = next++;
      try {
        results.set(index, await map(items[index]!, index));
      } catch (error) {
        failure ??= { error };
        return;
      }
      while (results.has(ordered.length)) {
        const result = results.get(ordered.length)!;
        results.delete(ordered.length);
        ordered.push(result);
        onResult(result, ordered.length - 1);
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(limit, items.length) }, lane));
  if (failure !== null) throw (failure as { error: unknown }).error;
  return ordered;
}
