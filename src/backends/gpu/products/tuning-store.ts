/** What was found fastest, by adapter and kind of product: a map, or what outlasts the program. */
export interface TuningStore {
  get(key: string): string | undefined;
  set(key: string, id: string): unknown;
}
