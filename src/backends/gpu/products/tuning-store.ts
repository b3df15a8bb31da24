/** What was found fastest, by adapter and kind of product: a map, or what outlasts the program. */
export interface TuningStore {
  /** The choice for a key, if one is known. */
  get(key: string): string | undefined;
  /** Keeps a choice. */
  set(key: string, id: string): unknown;
}
