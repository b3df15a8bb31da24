import type { CompiledKernels, KernelVariant } from "../../kernels/kernels.ts";
import { isNode } from "../../kernels/thread.ts";
import {
  adoptTrainingKernels,
  type TrainingKernels,
  trainingKernels,
} from "../../kernels/training-kernels.ts";
import { bind } from "./bind.ts";
import type { Instructions } from "./instruction.ts";
import { Lockstep } from "./lockstep.ts";

/** What a helper thread is started with. */
export interface HelperData {
  readonly memory: WebAssembly.Memory;
  readonly lockstep: SharedArrayBuffer;
  readonly modules: CompiledKernels;
  readonly variant: KernelVariant;
  /** Its number, 1 .. size - 1: thread 0 is the caller. */
  readonly rank: number;
  readonly size: number;
}

/** What it is sent afterwards: a plan to keep, or to forget when there are no instructions. */
export interface PlanMessage {
  readonly id: number;
  readonly instructions: Instructions | null;
}

interface Step {
  readonly waits: boolean;
  readonly run: () => void;
}

/** A helper: keeps plans, and runs them when the bell rings. @param fail - tells the caller why it ends. */
function helper({ memory, lockstep, modules, variant, rank, size }: HelperData, fail: (why: string) => void) {
  adoptTrainingKernels(modules);
  const kernels: TrainingKernels = trainingKernels(variant, memory);
  const step = new Lockstep(lockstep, size);
  const plans = new Map<number, readonly Step[]>();
  let ran = 0;
  let handled = 0;
  const run = (id: number): void => {
    for (const { waits, run } of plans.get(id)!) {
      if (waits) step.pass();
      run();
    }
    step.pass();
  };
  return ({ id, instructions }: PlanMessage): void => {
    try {
      if (instructions) {
        const member = { kernels, areas: instructions.areas, rank, size };
        plans.set(
          id,
          instructions.list.map((each) => ({ waits: each.waits, run: bind(each, member) })),
        );
      } else plans.delete(id);
      handled++;
      ran = step.serve(ran, handled, run);
    } catch (error) {
      step.break();
      fail((error as Error).message);
    }
  };
}

/** Answers messages: the first starts the helper. */
async function serve(): Promise<void> {
  let handle: ((message: PlanMessage) => void) | null = null;
  const take = (message: unknown, fail: (why: string) => void): void => {
    if (handle) handle(message as PlanMessage);
    else handle = helper(message as HelperData, fail);
  };
  if (isNode) {
    const { parentPort } = await import("node:worker_threads");
    parentPort?.on("message", (message) => take(message, (why) => parentPort.postMessage(why)));
  } else {
    // At once: a browser does not keep messages for a worker that waits before it listens.
    globalThis.onmessage = ({ data }) => take(data, (why) => globalThis.postMessage(why));
  }
}

void serve();
