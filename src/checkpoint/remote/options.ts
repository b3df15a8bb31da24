/** How addresses are reached. */
export interface RemoteOptions {
  /** Token of the hub's account, sent to the hub's own host alone; none by default. */
  readonly token?: string | undefined;
  /** Address of the hub that `hf://` stands for; https://huggingface.co by default. */
  readonly endpoint?: string | undefined;
  /** Whether plain http may be used to other machines than this one, too; false by default. */
  readonly allowHttp?: boolean | undefined;
  /** Milliseconds without a byte after which an attempt is given up; 30 000 by default. */
  readonly timeout?: number | undefined;
  /** Milliseconds before the first repetition of a request that failed, doubled for each further one; 250 by default. */
  readonly retryDelay?: number | undefined;
  /** In the place of the global `fetch`. */
  readonly fetch?: typeof globalThis.fetch | undefined;
}
