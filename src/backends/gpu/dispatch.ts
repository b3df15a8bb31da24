import type { OpenDevice } from "./device.ts";
import type { Pipelines } from "./pipelines.ts";
import { bindProduct, type ProductChooser } from "./products/autotune.ts";
import type { Area, Step } from "./steps.ts";

/** What makes steps ready. */
export interface DispatchMakers {
  readonly open: OpenDevice;
  readonly pipelines: Pipelines;
  readonly products: ProductChooser;
  /** The way that all products are computed; the fastest for each where there is none. */
  readonly product?: string | undefined;
}

/** What a step is on the device. */
export interface Dispatch {
  readonly label: string;
  readonly pipeline: GPUComputePipeline;
  readonly group: GPUBindGroup;
  readonly x: number;
  readonly y: number;
  readonly z: number;
}

/** Compiles a step's shader, and binds its arrays for all runs. @throws {RangeError} If it binds too many of them. */
export async function dispatchOf(
  { label, reads, writes, work }: Step,
  bufferOf: (area: Area) => GPUBuffer,
  { open: { device }, pipelines, products, product }: DispatchMakers,
): Promise<Dispatch> {
  const bound = reads.map(bufferOf);
  const out = bufferOf(writes);
  if ("product" in work) {
    const chosen = await products.choose(work.product, product);
    const group = bindProduct(device, chosen, bound[0]!, bound[1]!, out);
    const [x, y, z] = chosen.groups;
    return { label: `${label} by ${chosen.id}`, pipeline: chosen.pipeline.pipeline, group, x, y, z };
  }
  const { source, count, replaced } = work;
  const kernel = pipelines.translate(source, bound.length, replaced);
  const { pipeline, layout } = await pipelines.ready({
    code: kernel.shader,
    reads: bound.length,
    ...(replaced !== null && { replaced }),
  });
  const { parameters, groups } = pipelines.parametersOf(kernel, count);
  const entries = [parameters, ...bound, out]
    .map((buffer, binding) => ({ binding, resource: { buffer } }))
    .filter(({ binding }) => replaced === null || binding !== replaced + 1);
  const group = device.createBindGroup({ layout, entries });
  return { label, pipeline, group, x: groups[0], y: groups[1], z: 1 };
}

/** Adds kernels to commands, in order. */
export function encodeDispatches(encoder: GPUCommandEncoder, dispatches: readonly Dispatch[]): void {
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
