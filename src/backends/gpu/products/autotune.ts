import type { ContractionPlan, Dimension } from "../../../kernels/contraction.ts";
import { DeviceLostError } from "../../backend.ts";
import { usage } from "../buffer-usage.ts";
import type { OpenDevice } from "../device.ts";
import type { Launch, Pipeline, Pipelines } from "../pipelines.ts";
import { productKernels } from "./catalogue.ts";
import { portableProduct } from "./portable.ts";
import { productsOf } from "./product-kernel.ts";
import type { TuningStore } from "./tuning-store.ts";

/** A product that is ready to run. */
export interface ReadyProduct {
  readonly id: string;
  readonly pipeline: Pipeline;
  readonly parameters: GPUBuffer;
  readonly groups: readonly [x: number, y: number, z: number];
}

export const portableId = "gpu.js";

/** Multiply-adds that a measurement takes at most: a software adapter does some 10^9 a second, a card 10^12. */
const worth = { software: 2 ** 22, hardware: 2 ** 32 };
/** Products that are timed together, after one that isn't timed. */
const rounds = { software: 1, hardware: 8 };

/** Chooses among the ways to compute a product. */
export interface ProductChooser {
  /** @param fixed - the way to take; the fastest by default. */
  choose(plan: ContractionPlan, fixed?: string): Promise<ReadyProduct>;
  dispose(): void;
}

/** @param clock - milliseconds from any start; without one gpu.js's kernel is taken, or what the store has. */
export function productChooser(
  { device, facts, settled }: OpenDevice,
  pipelines: Pipelines,
  store: TuningStore,
  clock: (() => number) | undefined,
): ProductChooser {
  // Shaders of one's own have no parameters, and are bound as gpu.js's are.
  const none = device.createBuffer({ size: 16, usage: usage.uniform });
  const speed = facts.isSoftware ? "software" : "hardware";
  const fits = (plan: ContractionPlan) =>
    productKernels.filter(
      (kernel) =>
        kernel.sharedBytes <= device.limits.maxComputeWorkgroupStorageSize &&
        kernel.threads <= device.limits.maxComputeInvocationsPerWorkgroup &&
        kernel.groups(plan).every((each) => each <= device.limits.maxComputeWorkgroupsPerDimension),
    );
  const ready = async (id: string, plan: ContractionPlan): Promise<ReadyProduct> => {
    const kernel = productKernels.find((each) => each.id === id);
    if (!kernel) {
      const { source, count } = portableProduct(plan);
      const compiled = pipelines.translate(source, 2, null);
      const pipeline = await pipelines.ready({ code: compiled.shader, reads: 2 });
      const { parameters, groups }: Launch = pipelines.parametersOf(compiled, count);
      return { id: portableId, pipeline, parameters, groups: [...groups, 1] };
    }
    const pipeline = await pipelines.ready({ code: kernel.shader(plan), reads: 2 });
    return { id, pipeline, parameters: none, groups: kernel.groups(plan) };
  };
  const measure = async (product: ReadyProduct, plan: ContractionPlan, time: () => number) => {
    const buffers = sizesOf(plan).map((size) =>
      device.createBuffer({ size: size * 4, usage: usage.storage }),
    );
    const [left, right, out] = buffers as [GPUBuffer, GPUBuffer, GPUBuffer];
    const group = bindProduct(device, product, left, right, out);
    const run = async (times: number): Promise<number> => {
      const start = time();
      const encoder = device.createCommandEncoder();
      const pass = encoder.beginComputePass();
      pass.setPipeline(product.pipeline.pipeline);
      pass.setBindGroup(0, group);
      for (let i = 0; i < times; i++) pass.dispatchWorkgroups(...product.groups);
      pass.end();
      device.queue.submit([encoder.finish()]);
      await settled(device.queue.onSubmittedWorkDone());
      return time() - start;
    };
    await run(1);
    const least = Math.min(await run(rounds[speed]), await run(rounds[speed]));
    for (const each of buffers) each.destroy();
    return least;
  };
  const fastest = async (plan: ContractionPlan, time: () => number): Promise<string> => {
    const sample = sampleOf(plan, worth[speed]);
    let best = { id: portableId, milliseconds: Number.POSITIVE_INFINITY };
    // Barriers are slow on programs, and take them seconds to compile.
    const tried = fits(sample).filter(({ sharedBytes }) => !facts.isSoftware || sharedBytes === 0);
    for (const id of [portableId, ...tried.map((each) => each.id)]) {
      const product = await ready(id, sample).catch((error: unknown) => {
        // A driver that doesn't take a shader of ours takes gpu.js's.
        if (id === portableId || error instanceof DeviceLostError) throw error;
        return null;
      });
      if (!product) continue;
      const milliseconds = await measure(product, sample, time);
      if (milliseconds < best.milliseconds) best = { id, milliseconds };
    }
    return best.id;
  };
  /** One measurement for all products of a kind, also for those that are asked for meanwhile; one kind at a time. */
  const underWay = new Map<string, Promise<string>>();
  let turn: Promise<unknown> = Promise.resolve();
  return {
    async choose(plan, fixed) {
      const key = `${facts.name}: ${kindOf(plan)}`;
      let id = fixed ?? store.get(key);
      if (id === undefined && clock) {
        let measuring = underWay.get(key);
        if (!measuring) {
          measuring = turn.then(() => fastest(plan, clock));
          turn = measuring.catch(() => {});
          underWay.set(key, measuring);
        }
        id = await measuring;
        store.set(key, id);
      }
      const possible = fits(plan).some((kernel) => kernel.id === id);
      return await ready(possible ? id! : portableId, plan);
    },
    dispose: () => none.destroy(),
  };
}

/** What a product reads and writes, bound. */
export function bindProduct(
  device: GPUDevice,
  { pipeline, parameters }: ReadyProduct,
  left: GPUBuffer,
  right: GPUBuffer,
  out: GPUBuffer,
): GPUBindGroup {
  const entries = [parameters, left, right, out].map((buffer, binding) => ({
    binding,
    resource: { buffer },
  }));
  return device.createBindGroup({ layout: pipeline.layout, entries });
}

/** Products of one kind are of similar sizes, and read their factors along the same sides. */
function kindOf({ m, n, k, loops, sums, ...rest }: ContractionPlan): string {
  const size = (count: number) => 2 ** Math.round(Math.log2(count));
  const side = (stride: number) => (stride === 1 ? "beside" : stride === 0 ? "none" : "apart");
  const sides = [m.left, k.left, n.right, k.right, n.out].map(side).join(" ");
  const summed = sums.reduce((total, each) => total * each.size, 1);
  return `${size(m.size)} x ${size(n.size)} x ${size(k.size)}, ${size(productsOf({ m, n, k, loops, sums, ...rest }))} loops, ${size(summed)} sums, ${sides}`;
}

/** The same product with shorter sides, so that it takes no more multiply-adds than are worth it. */
function sampleOf(plan: ContractionPlan, most: number): ContractionPlan {
  let { m, n, k } = plan;
  let loops = plan.loops.slice();
  let sums = plan.sums.slice();
  const halved = (dimension: Dimension): Dimension => ({ ...dimension, size: Math.ceil(dimension.size / 2) });
  const work = () => [m, n, k, ...loops, ...sums].reduce((total, { size }) => total * size, 1);
  // Loops first, then the longest side: tiles stay as full as they go.
  while (work() > most) {
    if (loops.some(({ size }) => size > 1)) loops = loops.map(halved);
    else if (sums.some(({ size }) => size > 1)) sums = sums.map(halved);
    else if (m.size >= n.size && m.size >= k.size) m = halved(m);
    else if (k.size >= n.size) k = halved(k);
    else n = halved(n);
  }
  return { ...plan, m, n, k, loops, sums };
}

/** Entries that a plan reaches in the left factor, the right one and the result. */
function sizesOf({ m, n, k, loops, sums }: ContractionPlan): number[] {
  const all = [m, n, k, ...loops, ...sums];
  return (["left", "right", "out"] as const).map(
    (side) => 1 + all.reduce((total, dimension) => total + (dimension.size - 1) * dimension[side], 0),
  );
}
