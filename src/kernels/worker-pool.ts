import type { Worker } from "node:worker_threads";
import { MarchenkoError } from "../errors.ts";

/** A worker thread that died, or an error that it could not name: a bug, not bad input. */
export class WorkerError extends MarchenkoError {
  readonly code = "worker";
  readonly exitCode = 1;
}

/** Sent to a worker. */
export interface WorkerRequest {
  readonly id: number;
  readonly task: string;
  readonly argument: unknown;
}

/** Sent back by it. */
export interface WorkerReply {
  readonly id: number;
  readonly value?: unknown;
  readonly error?: { readonly name: string; readonly message: string };
}

interface Job {
  readonly request: WorkerRequest;
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: Error) => void;
}

/** Threads that run named tasks; each runs one at a time, the others wait in line. */
export interface WorkerPool {
  readonly size: number;
  /** @throws {WorkerError} If the worker dies; otherwise what the task throws. */
  run(task: string, argument: unknown): Promise<unknown>;
  close(): Promise<void>;
}

/**
 * Starts worker threads on a module that answers {@link WorkerRequest} messages.
 *
 * A worker that dies fails the job that it had, with an error that says so; the others go on.
 *
 * @param module - URL of the worker's compiled module.
 * @param size - number of threads, >= 1.
 * @param workerData - what each worker is started with; structured-cloneable.
 */
export async function startWorkerPool(module: URL, size: number, workerData: unknown): Promise<WorkerPool> {
  const { Worker: ThreadWorker } = await import("node:worker_threads");
  const waiting: Job[] = [];
  const idle: Worker[] = [];
  const busy = new Map<Worker, Job>();
  let closed = false;
  let nextId = 0;

  const dispatch = (): void => {
    while (waiting.length > 0 && idle.length > 0) {
      const worker = idle.pop()!;
      const job = waiting.shift()!;
      busy.set(worker, job);
      worker.postMessage(job.request);
    }
  };
  const lose = (worker: Worker, why: string): void => {
    const place = idle.indexOf(worker);
    if (place >= 0) idle.splice(place, 1);
    busy.get(worker)?.reject(new WorkerError(why));
    busy.delete(worker);
    workers.delete(worker);
    if (workers.size === 0) for (const job of waiting.splice(0)) job.reject(new WorkerError(why));
  };
  const start = (): Worker => {
    const worker = new ThreadWorker(module, { workerData });
    worker.on("message", (reply: WorkerReply) => {
      const job = busy.get(worker);
      busy.delete(worker);
      idle.push(worker);
      if (reply.error)
        job?.reject(Object.assign(new WorkerError(reply.error.message), { cause: reply.error }));
      else job?.resolve(reply.value);
      dispatch();
    });
    worker.on("error", (error) => lose(worker, `a worker thread failed: ${error.message}`));
    worker.on("exit", (code) => {
      if (!closed) lose(worker, `a worker thread ended early, with code ${code}`);
    });
    return worker;
  };
  const workers = new Set<Worker>();
  for (let i = 0; i < size; i++) {
    const worker = start();
    workers.add(worker);
    idle.push(worker);
  }

  return {
    size,
    run: (task, argument) =>
      new Promise((resolve, reject) => {
        if (workers.size === 0) reject(new WorkerError("all worker threads have ended"));
        waiting.push({ request: { id: nextId++, task, argument }, resolve, reject });
        dispatch();
      }),
    async close() {
      closed = true;
      await Promise.all(Array.from(workers, (worker) => worker.terminate()));
    },
  };
}
