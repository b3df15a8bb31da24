/** Lets what waits outside of the loop have its turn: signals, timers, the drawing of a page. */
export function eventTurn(): Promise<void> {
  return new Promise((resolve) => {
    // Browsers have no setImmediate, and a timer takes a millisecond in Node.
    if (typeof setImmediate === "function") setImmediate(resolve);
    else setTimeout(resolve, 0);
  });
}
