import { MarchenkoError } from "../errors.ts";
import { type Thread, type ThreadProgram, threadStarter } from "./thread.ts";

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
  readonly task: string;
  /** One argument a thread: a single one runs on any thread, several on as many at once. */
  readonly arguments: readonly unknown[];
  readonly values: unknown[];
  readonly resolve: (values: readonly unknown[]) => void;
  readonly reject: (error: Error) => void;
  /** Told when a thread of a team is lost, so that the others don't wait for it. */
  readonly onLoss: () => void;
  readonly isShort: boolean;
  left: number;
}

/** A job that a thread has, and which of its arguments. */
interface Given {
  readonly job: Job;
  readonly place: number;
}

const ended = "the worker threads were ended before the task was done";

/**
 * Short tasks in line that another thread is started for: until a thread has compiled what they run, it takes as long as
 * that many.
 */
const manyShort = 64;
/**
 * Short tasks that a thread has at once, the one it runs among them: it goes on while the thread that hands them out is
 * busy with something else.
 */
const ahead = 4;

/** Threads that run named tasks; each runs one at a time, the others wait in line, a few short ones at the thread itself. Threads start as they are needed. */
export interface WorkerPool {
  /** How many there may be, less those that were lost. */
  readonly size: number;
  /**
   * Runs a task on any thread.
   *
   * @param isShort - of a few milliseconds, and done at once, without a wait: a thread is started for many of them only, and is
   *   sent some ahead. One that was sent to a thread which died before it began goes to another.
   * @throws {WorkerError} If the worker dies; otherwise what the task throws.
   */
  run(task: string, argument: unknown, isShort?: boolean): Promise<unknown>;
  /**
   * Runs a task on all threads at once, each with its own argument.
   *
   * @param onLoss - must make the threads that are left end.
   * @returns what each gave, in order.
   */
  runTeam(task: string, args: readonly unknown[], onLoss: () => void): Promise<readonly unknown[]>;
  /** Ends the threads; what they have not done fails, and what comes later. */
  close(): Promise<void>;
}

/**
 * Starts worker threads on a program that answers {@link WorkerRequest} messages, as `serveTasks` does.
 *
 * A worker that dies fails the job that it ran, with an error that says so; the others go on.
 *
 * @param size - number of threads at most, >= 1.
 * @param data - what each is started with: its first message; structured-cloneable.
 */
export async function startWorkerPool(
  program: ThreadProgram,
  size: number,
  data: unknown,
): Promise<WorkerPool> {
  const startThread = await threadStarter(program);
  const waiting: Job[] = [];
  const idle: Thread[] = [];
  /** What each has, by the number of the request; in the order in which it is done. */
  const busy = new Map<Thread, Map<number, Given>>();
  const workers = new Set<Thread>();
  /** Threads that are yet to be started. */
  let unstarted = size;
  let closed = false;
  let lastLoss = "";
  let nextId = 0;

  const give = (worker: Thread, job: Job, place: number): void => {
    const id = nextId++;
    const given = busy.get(worker) ?? new Map<number, Given>();
    busy.set(worker, given.set(id, { job, place }));
    worker.post({ id, task: job.task, argument: job.arguments[place] } satisfies WorkerRequest);
  };
  const dispatch = (): void => {
    // In line: a team waits for its threads, and nobody overtakes it.
    while (waiting.length > 0) {
      const wanted = waiting[0]!.arguments.length;
      while (unstarted > 0 && idle.length < wanted && needsThread()) start();
      if (idle.length < wanted) break;
      const job = waiting.shift()!;
      for (const place of job.arguments.keys()) give(idle.pop()!, job, place);
    }
    for (let most = 2; most <= ahead; most++) {
      for (const [worker, given] of busy) {
        const isAllShort = Array.from(given.values()).every(({ job }) => job.isShort);
        if (waiting[0]?.isShort && isAllShort && given.size < most) give(worker, waiting.shift()!, 0);
      }
    }
  };
  const needsThread = (): boolean =>
    workers.size === 0 || waiting.length > manyShort || waiting.some(({ isShort }) => !isShort);
  const lose = (worker: Thread, why: string): void => {
    if (closed || !workers.delete(worker)) return;
    lastLoss = why;
    const place = idle.indexOf(worker);
    if (place >= 0) idle.splice(place, 1);
    // One that a browser calls lost may still be there.
    void worker.terminate();
    const [had, ...notBegun] = busy.get(worker)?.values() ?? [];
    busy.delete(worker);
    had?.job.onLoss();
    had?.job.reject(new WorkerError(why));
    waiting.unshift(...notBegun.map(({ job }) => job));
    for (const job of waiting.filter(({ arguments: args }) => args.length > workers.size + unstarted)) {
      waiting.splice(waiting.indexOf(job), 1);
      job.reject(new WorkerError(why));
    }
    dispatch();
  };
  const start = (): void => {
    unstarted--;
    const worker = startThread({
      onMessage(message) {
        const reply = message as WorkerReply;
        const given = busy.get(worker);
        const had = given?.get(reply.id);
        given?.delete(reply.id);
        if (given?.size === 0) {
          busy.delete(worker);
          idle.push(worker);
        }
        if (had) settle(had.job, had.place, reply);
        dispatch();
      },
      onEnd: (why) => lose(worker, why),
    });
    workers.add(worker);
    idle.push(worker);
    worker.post(data);
  };

  const submit = (
    task: string,
    args: readonly unknown[],
    onLoss: () => void,
    isShort = false,
  ): Promise<readonly unknown[]> =>
    new Promise((resolve, reject) => {
      if (closed) {
        reject(new WorkerError(ended));
        return;
      }
      const left = workers.size + unstarted;
      if (args.length > left) {
        const lost = `a task needs ${args.length} worker threads, and ${left} are left: ${lastLoss}`;
        reject(new WorkerError(lost));
        return;
      }
      waiting.push({
        task,
        arguments: args,
        values: [],
        resolve,
        reject,
        onLoss,
        isShort,
        left: args.length,
      });
      dispatch();
    });
  return {
    get size() {
      return workers.size + unstarted;
    },
    run: async (task, argument, isShort) => (await submit(task, [argument], () => {}, isShort))[0],
    runTeam: (task, args, onLoss) => submit(task, args, onLoss),
    async close() {
      closed = true;
      const given = Array.from(busy.values(), (each) => Array.from(each.values(), ({ job }) => job)).flat();
      for (const job of [...waiting.splice(0), ...given]) {
        job.reject(new WorkerError(ended));
      }
      await Promise.all(Array.from(workers, (worker) => worker.terminate()));
    },
  };
}

/** Takes a thread's answer to its part of a job. */
function settle(job: Job, place: number, { value, error }: WorkerReply): void {
  if (error) {
    job.onLoss();
    job.reject(Object.assign(new WorkerError(error.message), { cause: error }));
    return;
  }
  job.values[place] = value;
  job.left--;
  if (job.left === 0) job.resolve(job.values);
}
