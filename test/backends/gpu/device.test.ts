import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { afterAll, beforeAll, expect, test } from "vitest";
import { input, parameter } from "../../../src/autodiff/leaves.ts";
import { adamStep } from "../../../src/autodiff/ops/adam-step.ts";
import { sum } from "../../../src/autodiff/ops/broadcasting.ts";
import { contraction } from "../../../src/autodiff/ops/contraction.ts";
import { linear } from "../../../src/autodiff/ops/linear.ts";
import { movingAverage } from "../../../src/autodiff/ops/moving-average.ts";
import { multiply } from "../../../src/autodiff/ops/multiply.ts";
import { softmax } from "../../../src/autodiff/ops/softmax.ts";
import { DeviceLostError } from "../../../src/backends/backend.ts";
import { type GpuBackend, gpuBackend } from "../../../src/backends/gpu/gpu-backend.ts";
import { prepareRecipe } from "../../../src/train/prepare-recipe.ts";
import { parseRecipe } from "../../../src/train/recipe.ts";
import { runThroughLoss } from "../../../src/train/run-through-loss.ts";
import { train } from "../../../src/train/train.ts";
import { metricsOf, runFolders, toy } from "../../train/toy.ts";
import { describeGpu, hasAdapter } from "./adapter.ts";

const newFolder = runFolders();

interface Prototype {
  prototype: Record<string, (...args: unknown[]) => unknown>;
}
const none: Prototype = { prototype: {} };
/** Of Dawn, which may not load where there is no adapter. */
const { GPUAdapter, GPUQueue } = (hasAdapter
  ? (await import("webgpu")).globals
  : { GPUAdapter: none, GPUQueue: none }) as unknown as Record<"GPUAdapter" | "GPUQueue", Prototype>;

/** V8's own, which is behind a flag. */
function garbageCollector(): () => void {
  setFlagsFromString("--expose-gc");
  return runInNewContext("gc") as () => void;
}

/** Devices in the order in which they were opened, and how often something was submitted. */
const devices: GPUDevice[] = [];
let submissions = 0;
const { requestDevice } = GPUAdapter.prototype;
const { submit } = GPUQueue.prototype;

describeGpu("a device", () => {
  let backend: GpuBackend;
  beforeAll(async () => {
    GPUAdapter.prototype.requestDevice = async function (this: unknown, ...args) {
      const device = (await requestDevice!.apply(this, args)) as GPUDevice;
      devices.push(device);
      return device;
    };
    GPUQueue.prototype.submit = function (this: unknown, ...args) {
      submissions++;
      return submit!.apply(this, args);
    };
    backend = await gpuBackend();
  });
  afterAll(async () => {
    GPUAdapter.prototype.requestDevice = requestDevice!;
    GPUQueue.prototype.submit = submit!;
    await backend.dispose();
  });

  /** A step of one weight matrix, and the tensors that it updates. */
  async function step() {
    const [w, m, v] = ["w", "m", "v"].map((name) => parameter(name, [16, 16]));
    const x = input("x", [8, 16]);
    const y = softmax(contraction(x, w!, "bi,oi->bo"));
    const gradient = contraction(y, x, "bo,bi->oi");
    const [one, rate] = [input("one"), input("rate")];
    const first = movingAverage(m!, gradient, one, 0.9, 1);
    const second = movingAverage(v!, gradient, one, 0.9, 2);
    const options = { epsilon: 1e-8, weightDecay: 0.1 };
    const updates = [
      { parameter: m!, value: first },
      { parameter: v!, value: second },
      { parameter: w!, value: adamStep(w!, first, second, rate, one, one, options) },
    ];
    const loss = sum(multiply(y, linear(y, 0.5)));
    const state = new Map(["w", "m", "v"].map((name) => [name, backend.alloc([16, 16])]));
    return await backend.compile({ outputs: { loss }, updates }, state);
  }
  const feed = { x: new Float32Array(128).fill(0.1), one: 1, rate: 0.01 };

  test("a step is one submission, with the loss or without", async () => {
    const plan = await step();
    submissions = 0;
    await plan.run(feed);
    expect(submissions).toBe(1);
    await plan.run(feed, []);
    expect(submissions).toBe(2);
    plan.dispose();
  });

  test("so is a step of a training run, between those at which something is saved, measured or evaluated", async () => {
    const counts: number[] = [];
    await train({
      recipe: { ...toy, steps: 12, logEvery: 12, evaluateEvery: 12, checkpointEvery: 12 },
      backend,
      out: newFolder(),
      onProgress: () => counts.push(submissions),
    });
    expect(counts).toHaveLength(12);
    for (let i = 2; i < 11; i++) expect(counts[i]! - counts[i - 1]!).toBe(1);
  });

  test("thousands of steps take no more memory than the first", async () => {
    const plan = await step();
    const collect = garbageCollector();
    const residentAfter = async (steps: number) => {
      for (let i = 0; i < steps; i++) await plan.run(feed, i % 2 === 0 ? ["loss"] : []);
      collect();
      return process.memoryUsage.rss();
    };
    let before = await residentAfter(1000);
    const { bytes } = backend;
    const grown: number[] = [];
    for (let i = 0; i < 4; i++) {
      const after = await residentAfter(1000);
      grown.push(after - before);
      before = after;
    }
    expect(backend.bytes).toBe(bytes);
    // 32 KiB a step, the least that an encoder or a buffer takes that isn't freed, would be 31 MiB each time; the
    // allocators of Node and of the driver grow now and then, but not each time.
    expect(Math.min(...grown)).toBeLessThan(16 * 2 ** 20);
    plan.dispose();
  });

  test("a device that is lost is an error, of a run under way too", async () => {
    const lossy = await gpuBackend();
    const w = parameter("w", [100]);
    const state = new Map([["w", lossy.alloc([100])]]);
    const plan = await lossy.compile({ outputs: { y: sum(linear(w, 2)) } }, state);
    await plan.run({});
    devices.at(-1)!.destroy();
    await expect(plan.run({})).rejects.toThrow(DeviceLostError);
    await expect(plan.run({}, [])).rejects.toThrow(DeviceLostError);
    expect(() => lossy.alloc([1])).toThrow(DeviceLostError);
    await expect(lossy.read(state.get("w")!)).rejects.toThrow(DeviceLostError);
    await lossy.dispose();
  });

  test("a run goes on from what was saved when its device is lost, and ends as one that lost none", async () => {
    const prepared = await prepareRecipe(parseRecipe(toy));
    const [whole, lost] = [newFolder(), newFolder()];
    await train({ recipe: toy, backend, out: whole });
    const first = await gpuBackend();
    const opened = [first];
    let destroyed = false;
    const losses: [string, number][] = [];
    await runThroughLoss(prepared.recipe, prepared.ingredients, first, {
      options: (on) => ({
        out: lost,
        backend: on,
        onProgress({ step }) {
          if (step === 7 && !destroyed) {
            destroyed = true;
            devices.at(-1)!.destroy();
          }
        },
      }),
      async reopen(error, step) {
        losses.push([error.name, step]);
        await opened.at(-1)!.dispose();
        opened.push(await gpuBackend());
        return opened.at(-1)!;
      },
    });
    expect(losses).toEqual([["DeviceLostError", 7]]);
    expect(metricsOf(lost)).toEqual(metricsOf(whole));
    await opened.at(-1)!.dispose();
  });

  test("a device that is lost again before the run comes any further ends it", async () => {
    const prepared = await prepareRecipe(parseRecipe(toy));
    const folder = newFolder();
    const backends = [await gpuBackend()];
    const running = runThroughLoss(prepared.recipe, prepared.ingredients, backends[0]!, {
      options: (on) => ({
        out: folder,
        backend: on,
        onProgress: () => devices.at(-1)!.destroy(),
      }),
      async reopen() {
        backends.push(await gpuBackend());
        return backends.at(-1)!;
      },
    });
    await expect(running).rejects.toThrow(DeviceLostError);
    expect(backends).toHaveLength(2);
    for (const each of backends) await each.dispose();
  });
});
