import { describe, expect, test } from "vitest";
import { startWorkerPool, WorkerError } from "../../src/kernels/worker-pool.ts";

/** A worker that doubles, fails, hangs or dies as it is told. */
const module = new URL(
  `data:text/javascript,${encodeURIComponent(`
    import { parentPort, threadId } from "node:worker_threads";
    parentPort.on("message", ({ id, task, argument }) => {
      if (task === "double") parentPort.postMessage({ id, value: 2 * argument });
      if (task === "thread") setTimeout(() => parentPort.postMessage({ id, value: threadId }), 20);
      if (task === "fail") parentPort.postMessage({ id, error: { name: "Error", message: "as told" } });
      if (task === "count") {
        Atomics.add(argument, 0, 1);
        parentPort.postMessage({ id });
      }
      if (task === "die") process.exit(7);
      if (task === "last") {
        parentPort.postMessage({ id, value: argument });
        setTimeout(() => process.exit(7), 20);
      }
      if (task === "throw") throw new Error("thrown");
    });
  `)}`,
);

const program = { module: () => module, source: () => Promise.reject(new Error("this is Node")) };

describe("a pool of workers", () => {
  test("runs more tasks than it has threads", async () => {
    const pool = await startWorkerPool(program, 2, {});
    const values = await Promise.all(Array.from({ length: 20 }, (_, i) => pool.run("double", i)));
    expect(values).toEqual(Array.from({ length: 20 }, (_, i) => 2 * i));
    await pool.close();
  });

  test("starts no second thread for a few short tasks, but for many of them, and for one that is not short", async () => {
    const threadsOf = async (shortTasks: number, others: number) => {
      const pool = await startWorkerPool(program, 2, {});
      const run = (count: number, isShort: boolean) =>
        Array.from({ length: count }, () => pool.run("thread", 0, isShort));
      const threads = await Promise.all([...run(shortTasks, true), ...run(others, false)]);
      expect(pool.size).toBe(2);
      await pool.close();
      return new Set(threads).size;
    };
    expect(await threadsOf(4, 0)).toBe(1);
    expect(await threadsOf(60, 0)).toBe(1);
    expect(await threadsOf(100, 0)).toBe(2);
    expect(await threadsOf(1, 1)).toBe(2);
  });

  test("runs a team on all threads at once, and in line with single tasks", async () => {
    const pool = await startWorkerPool(program, 3, {});
    const before = pool.run("double", 1);
    const team = pool.runTeam("thread", [0, 0, 0], () => {});
    const after = pool.run("double", 2);
    expect(await before).toBe(2);
    expect(new Set(await team).size).toBe(3);
    expect(await after).toBe(4);
    await pool.close();
  });

  test("passes on what a task throws, and goes on", async () => {
    const pool = await startWorkerPool(program, 1, {});
    await expect(pool.run("fail", 0)).rejects.toThrow(WorkerError);
    await expect(pool.run("fail", 0)).rejects.toThrow("as told");
    expect(await pool.run("double", 3)).toBe(6);
    await pool.close();
  });

  test("fails the task of a worker that dies, and goes on with the others until none is left", async () => {
    const pool = await startWorkerPool(program, 2, {});
    await expect(pool.run("die", 0)).rejects.toThrow(/ended early, with code 7/);
    expect(await pool.run("double", 4)).toBe(8);
    await expect(pool.runTeam("double", [1, 2], () => {})).rejects.toThrow(
      /needs 2 worker threads, and 1 are left/,
    );
    await expect(pool.run("throw", 0)).rejects.toThrow(/thrown/);
    await expect(pool.run("double", 4)).rejects.toThrow(WorkerError);
    await pool.close();
  });

  test("a worker that dies with nothing to do fails nothing, and is not counted on", async () => {
    const pool = await startWorkerPool(program, 2, {});
    expect(await Promise.all([pool.run("last", 5), pool.run("double", 5)])).toEqual([5, 10]);
    await expect.poll(() => pool.size, { timeout: 10_000 }).toBe(1);
    expect(await Promise.all([pool.run("double", 6), pool.run("double", 7)])).toEqual([12, 14]);
    await pool.close();
  });

  test("short tasks that a dying thread had not begun go to another", async () => {
    const pool = await startWorkerPool(program, 2, {});
    const short = (task: string, argument: number) => pool.run(task, argument, true);
    const jobs = [short("die", 0), short("double", 1), short("double", 2), short("double", 3)];
    const [first, ...others] = await Promise.allSettled(jobs);
    expect(first).toMatchObject({ status: "rejected", reason: expect.any(WorkerError) });
    expect(others).toEqual([2, 4, 6].map((value) => ({ status: "fulfilled", value })));
    expect(pool.size).toBe(1);
    await pool.close();
  });

  test("a thread has short tasks ahead, one that is not short alone", async () => {
    const pool = await startWorkerPool(program, 1, {});
    const counted = async (isShort: boolean, patience: number) => {
      await pool.run("double", 0);
      const count = new Int32Array(new SharedArrayBuffer(4));
      const jobs = Array.from({ length: 3 }, () => pool.run("count", count, isShort));
      // This thread hears of nothing meanwhile, and hands out nothing.
      const end = performance.now() + patience;
      while (Atomics.load(count, 0) < 3 && performance.now() < end);
      const done = Atomics.load(count, 0);
      await Promise.all(jobs);
      return done;
    };
    expect(await counted(true, 20_000)).toBe(3);
    expect(await counted(false, 200)).toBeLessThan(2);
    await pool.close();
  });

  test("fails all that wait when the last worker dies, and counts those that are left", async () => {
    const pool = await startWorkerPool(program, 1, {});
    expect(pool.size).toBe(1);
    const jobs = ["die", "double", "double", "double"].map((task) => pool.run(task, 1));
    for (const job of await Promise.allSettled(jobs)) {
      expect(job).toMatchObject({ status: "rejected", reason: expect.any(WorkerError) });
    }
    expect(pool.size).toBe(0);
    await pool.close();
  });

  test("closed, it fails what is not done and what comes, and starts no thread", async () => {
    const pool = await startWorkerPool(program, 2, {});
    const jobs = ["hang", "hang", "double"].map((task) => pool.run(task, 1));
    const settled = Promise.allSettled(jobs);
    await pool.close();
    for (const job of await settled) {
      expect(job).toMatchObject({ status: "rejected", reason: expect.any(WorkerError) });
    }
    const unused = await startWorkerPool(program, 2, {});
    await unused.close();
    await expect(unused.run("double", 4)).rejects.toThrow(WorkerError);
  });

  test("tells a team when one of it is lost", async () => {
    const pool = await startWorkerPool(program, 2, {});
    let told = 0;
    await expect(pool.runTeam("die", [0, 0], () => told++)).rejects.toThrow(WorkerError);
    expect(told).toBeGreaterThan(0);
    await pool.close();
  });
});
