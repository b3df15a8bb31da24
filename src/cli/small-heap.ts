import { getHeapStatistics, setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

/**
 * Keeps V8's young generation, where all that is short-lived is made, at the megabyte or two that it has.
 *
 * Left alone it doubles whenever as much as it holds has outlived it, up to 48 MB in this thread, so that a long
 * checkpoint would take a third more memory than a short one. V8 goes back to doubling with each thread that is
 * started: to be called again then, at no cost to speak of.
 */
export function holdYoungGeneration(): void {
  setFlagsFromString("--semi-space-growth-factor=1");
}

/**
 * Has V8 collect what outlived the young generation from 6 MB on in a thread that is started after this, where the first
 * time would come with more than a run of minutes leaves: the more layers, the more would lie about in each thread.
 */
export function collectEarly(): void {
  setFlagsFromString("--initial-old-space-size=6");
}

/**
 * Has V8 collect garbage when the heap is half as large again as what was in use, where it would let small heaps grow
 * fourfold: for work that leaves much of it without a pause, such as drawing charts.
 */
export function growHeapSlowly(): void {
  setFlagsFromString("--heap-growing-percent=50");
}

/** Garbage that is left lying at most: this much, or this share of what is in use. Collecting takes some 5 ms. */
const mostGarbage = { bytes: 3e6, share: 0.1 };

/**
 * What keeps the heap near what is in use, when called every now and then, such as after each layer.
 *
 * Spectra outlive the young generation while they are fitted. Left alone V8 then lets them lie until there are 20 MB of
 * them and of what opening has left: a long checkpoint would take a fifth more memory than a short one.
 */
export function garbageCollector(): () => void {
  // A function of V8's own that scripts see only with a flag, and only contexts that are made after it was set.
  setFlagsFromString("--expose-gc");
  const collect: unknown = runInNewContext("globalThis.gc");
  setFlagsFromString("--no-expose-gc");
  if (typeof collect !== "function") return () => {};
  let most = 0;
  return () => {
    if (bytesInUse() <= most) return;
    collect();
    const left = bytesInUse();
    most = left + Math.max(mostGarbage.bytes, mostGarbage.share * left);
  };
}

/** What is in use, or garbage: objects and the entries of arrays. */
function bytesInUse(): number {
  const { used_heap_size, external_memory } = getHeapStatistics();
  return used_heap_size + external_memory;
}
