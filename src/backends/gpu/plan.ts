import { constantOp } from "../../autodiff/leaves.ts";
import { layOut, type Program } from "../../autodiff/program.ts";
import type { Feed, Tensor } from "../backend.ts";
import { entriesOf, requireState } from "../feed.ts";
import type { BufferPool } from "./buffer-pool.ts";
import type { OpenDevice } from "./device.ts";
import type { GpuPlan } from "./gpu-plan.ts";
import { lowerProgram } from "./lower-program.ts";
import type { Pipelines } from "./pipelines.ts";
import { bindProduct, type ProductChooser } from "./products/autotune.ts";
import type { ReadBack } from "./read-back.ts";
import { type Area, type Step, stepsOf } from "./steps.ts";
import { planUpdates } from "./updates-in-place.ts";

/** A tensor on the device. */
export interface GpuTensor extends Tensor {
  readonly buffer: GPUBuffer;
}

/** What plans of a backend share. */
export interface Workshop {
  readonly open: OpenDevice;
  readonly pool: BufferPool;
  readonly pipelines: Pipelines;
  readonly products: ProductChooser;
  /** The way that all products are computed; the fastest for each where there is none. */
  readonly product?: string | undefined;
  readonly readBack: ReadBack;
}

/** What a step is on the device. */
interface Dispatch {
  readonly label: string;
  readonly pipeline: GPUComputePipeline;
  readonly group: GPUBindGroup;
  readonly x: number;
  readonly y: number;
  readonly z: number;
}

/** Runs whose work isn't done yet: more would only fill the queue. */
const mostUnderWay = 3;

/**
 * Prepares a program: its kernels' shaders, and buffers that those hold entries in which don't need them at the same time.
 *
 * @throws {RangeError} If a parameter's tensor is missing or has another shape, or a kernel binds too many arrays;
 *   {OutOfMemoryError} If the device hasn't the memory.
 */
export async function compilePlan(
  program: Program,
  state: ReadonlyMap<string, Tensor>,
  { open, pool, pipelines, products, product, readBack }: Workshop,
): Promise<GpuPlan> {
  const { device, check, settled } = open;
  const layout = layOut(program);
  requireState(layout.parameters, state);
  const lowered = lowerProgram(layout);
  const planned = planUpdates(program, lowered);
  const { steps, areaOf } = stepsOf(planned);
  const lease = pool.lease();
  const constants: GPUBuffer[] = [];
  const release = (): void => {
    lease.end();
    for (const each of constants.splice(0)) pool.destroy(each);
  };
  try {
    const buffers = new Map<Area, GPUBuffer>();
    for (const [name, value] of layout.parameters) {
      buffers.set(areaOf(lowered.nodeOf(value)), (state.get(name) as GpuTensor).buffer);
    }
    for (const node of lowered.nodes) {
      if (node.value.op !== constantOp) continue;
      const buffer = pool.create(node.count * 4);
      constants.push(buffer);
      const { data } = node.value.attributes as { readonly data: Float64Array };
      device.queue.writeBuffer(buffer, 0, Float32Array.from(data));
      buffers.set(areaOf(node), buffer);
    }
    const pooled = new Set<Area>();
    const take = (area: Area): void => {
      pooled.add(area);
      buffers.set(area, lease.take(area.count * 4));
    };
    for (const value of layout.inputs.values()) take(areaOf(lowered.nodeOf(value)));
    for (const [place, { reads, writes }] of steps.entries()) {
      if (!buffers.has(writes)) take(writes);
      for (const each of new Set([...reads, writes])) {
        if (each.last === place && pooled.has(each)) lease.give(buffers.get(each)!);
      }
    }
    await pool.settled();
    const bufferOf = (area: Area): GPUBuffer => buffers.get(area)!;
    const ready = async (step: Step): Promise<Dispatch> => {
      const bound = step.reads.map(bufferOf);
      const out = bufferOf(step.writes);
      if ("product" in step.work) {
        const chosen = await products.choose(step.work.product, product);
        const group = bindProduct(device, chosen, bound[0]!, bound[1]!, out);
        const [x, y, z] = chosen.groups;
        return { label: `${step.label} by ${chosen.id}`, pipeline: chosen.pipeline.pipeline, group, x, y, z };
      }
      const { source, count, replaced } = step.work;
      const kernel = pipelines.translate(source, bound.length, replaced);
      const { pipeline, layout: groupLayout } = await pipelines.ready({
        code: kernel.shader,
        reads: bound.length,
        ...(replaced !== null && { replaced }),
      });
      const { parameters, groups } = pipelines.parametersOf(kernel, count);
      const entries = [parameters, ...bound, out]
        .map((buffer, binding) => ({ binding, resource: { buffer } }))
        .filter(({ binding }) => replaced === null || binding !== replaced + 1);
      const group = device.createBindGroup({ layout: groupLayout, entries });
      return { label: step.label, pipeline, group, x: groups[0], y: groups[1], z: 1 };
    };
    // All shaders are compiled beside each other.
    const dispatches = await Promise.all(steps.map(ready));
    check();
    const inputs = Array.from(layout.inputs, ([name, value]) => ({
      name,
      value,
      buffer: bufferOf(areaOf(lowered.nodeOf(value))),
    }));
    const outputs = new Map(
      Array.from(planned.outputs, ([name, node]) => [
        name,
        { buffer: bufferOf(areaOf(node)), count: node.count },
      ]),
    );
    const copies = planned.copies.map(({ from, parameter }) => ({
      from: bufferOf(areaOf(from)),
      to: bufferOf(areaOf(parameter)),
      bytes: from.count * 4,
    }));
    const underWay: Promise<unknown>[] = [];
    let isOver = false;
    const submit = (feed: Feed, read: readonly string[]) => {
      if (isOver) throw new RangeError("the plan was disposed of");
      check();
      for (const name of Object.keys(feed)) {
        if (!layout.inputs.has(name)) throw new RangeError(`the program has no input ${name}`);
      }
      const requests = read.map((name) => {
        const output = outputs.get(name);
        if (!output) throw new RangeError(`the program has no output ${name}`);
        return output;
      });
      const given = inputs.map(({ value, buffer }) => ({ buffer, entries: entriesOf(value, feed) }));
      for (const { buffer, entries } of given) {
        device.queue.writeBuffer(
          buffer,
          0,
          entries instanceof Float32Array
            ? (entries as Float32Array<ArrayBuffer>)
            : Float32Array.from(entries),
        );
      }
      const encoder = device.createCommandEncoder();
      encodeDispatches(encoder, dispatches);
      for (const { from, to, bytes } of copies) encoder.copyBufferToBuffer(from, 0, to, 0, bytes);
      const entries = requests.length > 0 ? readBack.copy(encoder, requests) : null;
      device.queue.submit([encoder.finish()]);
      return entries;
    };
    return {
      kernels: dispatches.map(({ label }) => label),
      async run(feed, read = Array.from(outputs.keys())) {
        const entries = submit(feed, read);
        if (entries) {
          const results = await entries();
          return Object.fromEntries(read.map((name, i) => [name, results[i]!]));
        }
        underWay.push(device.queue.onSubmittedWorkDone());
        if (underWay.length > mostUnderWay) await settled(underWay.shift()!);
        return {};
      },
      dispose() {
        if (isOver) return;
        isOver = true;
        release();
      },
    };
  } catch (error) {
    release();
    throw error;
  }
}

function encodeDispatches(encoder: GPUCommandEncoder, dispatches: readonly Dispatch[]): void {
  const pass = encoder.beginComputePass();
  let set: GPUComputePipeline | null = null;
  for (const { pipeline, group, x, y, z } of dispatches) {
    if (pipeline !== set) pass.setPipeline(pipeline);
    set = pipeline;
    pass.setBindGroup(0, group);
    pass.dispatchWorkgroups(x, y, z);
  }
  pass.end();
}
