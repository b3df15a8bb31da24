import type { CompiledKernels, KernelVariant } from "../../kernels/kernels.ts";
import { type Thread, type ThreadProgram, threadStarter } from "../../kernels/thread.ts";
import { WorkerError } from "../../kernels/worker-pool.ts";
import type { Instructions } from "./instruction.ts";
import { Lockstep, lockstepMemory } from "./lockstep.ts";
import type { HelperData, PlanMessage } from "./worker.ts";

/** The threads' program, built into one text. */
const program: ThreadProgram = {
  module: () => new URL("./worker.js", import.meta.url),
  source: async () => (await import("../generated/wasm-worker-source.ts")).source,
};

/** Threads that run plans together with the caller. */
export interface Helpers {
  /** Sends a plan, or tells them to forget it. */
  send(id: number, instructions: Instructions | null): void;
  /** Starts a plan on them; the caller then runs its own share. */
  start(id: number): void;
  /** Whether all were at the barrier soon. @throws {WorkerError} If a thread was lost. */
  passSoon(): number | null;
  /** Waits for the rest of a round. @throws {WorkerError} If a thread was lost. */
  passLater(round: number): Promise<void>;
  close(): Promise<void>;
}

/** Milliseconds that the caller sleeps at a time: what becomes of threads it hears in between. */
const nap = 20;

/**
 * Starts helper threads.
 *
 * @param size - number of threads with the caller, >= 2.
 */
export async function startHelpers(
  size: number,
  memory: WebAssembly.Memory,
  variant: KernelVariant,
  modules: CompiledKernels,
): Promise<Helpers> {
  const startThread = await threadStarter(program);
  const shared = lockstepMemory();
  const lockstep = new Lockstep(shared, size);
  let why: string | null = null;
  let closed = false;
  const lose = (reason: string): void => {
    if (closed) return;
    why ??= reason;
    lockstep.break();
  };
  const threads: Thread[] = [];
  for (let rank = 1; rank < size; rank++) {
    const thread = startThread({ onMessage: (message) => lose(message as string), onEnd: lose });
    thread.post({ memory, lockstep: shared, modules, variant, rank, size } satisfies HelperData);
    threads.push(thread);
  }
  const requireAll = (): void => {
    if (why !== null) throw new WorkerError(why);
  };
  return {
    send(id, instructions) {
      requireAll();
      for (const thread of threads) thread.post({ id, instructions } satisfies PlanMessage);
      lockstep.announce();
    },
    start(id) {
      requireAll();
      lockstep.start(id);
    },
    passSoon() {
      const round = lockstep.arrive();
      return round === null || lockstep.spin(round) ? null : round;
    },
    async passLater(round) {
      for (;;) {
        // Messages and ends of threads are heard only in between.
        await new Promise((resolve) => setTimeout(resolve, 0));
        requireAll();
        if (isOver(lockstep, round)) return;
      }
    },
    async close() {
      closed = true;
      await Promise.all(threads.map((thread) => thread.terminate()));
    },
  };
}

/** Sleeps where a thread may; a browser's own may not. */
function isOver(lockstep: Lockstep, round: number): boolean {
  try {
    return lockstep.sleep(round, nap);
  } catch {
    // Broken, or not allowed to sleep: what the threads have to say is heard next.
    return lockstep.spin(round);
  }
}
