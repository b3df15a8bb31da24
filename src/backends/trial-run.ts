import { layOut, type Program } from "../autodiff/program.ts";
import { sizeOf } from "../autodiff/shape.ts";
import { type Backend, OutOfMemoryError } from "./backend.ts";

/** Runs that are timed, and the milliseconds after which no other begins. */
const mostRuns = 5;
const longEnough = 1000;

/**
 * How long a backend takes for a run of a program, of zeros: the shortest of some, after one that isn't timed.
 *
 * @param clock - milliseconds, from any start.
 * @returns milliseconds; infinite where the backend hasn't the memory.
 */
export async function trialRun(backend: Backend, program: Program, clock: () => number): Promise<number> {
  const { inputs, parameters } = layOut(program);
  const state = new Map<string, ReturnType<Backend["alloc"]>>();
  try {
    for (const [name, { shape }] of parameters) state.set(name, backend.alloc(shape));
    const plan = await backend.compile(program, state);
    try {
      const feed = Object.fromEntries(
        Array.from(inputs, ([name, { shape }]) => [name, new Float32Array(sizeOf(shape))]),
      );
      await plan.run(feed);
      const begin = clock();
      let least = Number.POSITIVE_INFINITY;
      for (let run = 0; run < mostRuns && clock() - begin < longEnough; run++) {
        const start = clock();
        await plan.run(feed);
        least = Math.min(least, clock() - start);
      }
      return least;
    } finally {
      plan.dispose();
    }
  } catch (error) {
    if (error instanceof OutOfMemoryError) return Number.POSITIVE_INFINITY;
    throw error;
  } finally {
    for (const tensor of state.values()) backend.free(tensor);
  }
}
