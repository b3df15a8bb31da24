import { isNode } from "./thread.ts";
import type { WorkerReply, WorkerRequest } from "./worker-pool.ts";

/** Tasks by name, each a function of the argument that the pool sends. */
export type Tasks = Readonly<Record<string, (argument: never) => unknown>>;

/**
 * Answers the requests of a worker pool: what a pool's program ends with.
 *
 * @param start - makes the tasks from what the pool was started with; called once, with the first message.
 */
export async function serveTasks(start: (data: unknown) => Tasks): Promise<void> {
  let tasks: Tasks | null = null;
  const answer = async (message: unknown, reply: (reply: WorkerReply) => void): Promise<void> => {
    if (!tasks) {
      tasks = start(message);
      return;
    }
    const { id, task, argument } = message as WorkerRequest;
    try {
      reply({ id, value: await tasks[task]!(argument as never) });
    } catch (error) {
      const { name, message: text } = error as Error;
      reply({ id, error: { name, message: text } });
    }
  };
  if (isNode) {
    const { parentPort } = await import("node:worker_threads");
    parentPort?.on("message", (message) => answer(message, (reply) => parentPort.postMessage(reply)));
  } else {
    // At once: a browser does not keep messages for a worker that waits before it listens.
    globalThis.onmessage = ({ data }) => answer(data, (reply) => globalThis.postMessage(reply));
  }
}
