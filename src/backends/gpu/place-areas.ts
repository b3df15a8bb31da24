import { constantOp } from "../../autodiff/leaves.ts";
import type { ProgramLayout } from "../../autodiff/program.ts";
import type { Tensor } from "../backend.ts";
import type { BufferPool } from "./buffer-pool.ts";
import type { LoweredNodes } from "./node.ts";
import type { Area, Steps } from "./steps.ts";

/** A tensor on the device. */
export interface GpuTensor extends Tensor {
  readonly buffer: GPUBuffer;
}

/** A plan's areas in buffers. */
export interface PlacedAreas {
  bufferOf(area: Area): GPUBuffer;
  /** Gives all back that isn't a tensor's. */
  release(): void;
}

/**
 * Gives every area a buffer: parameters those of their tensors, constants one each, and all else what the pool has, again
 * once nobody reads what was there.
 *
 * @throws {OutOfMemoryError} If an array is larger than the device binds.
 */
export function placeAreas(
  { parameters, inputs }: ProgramLayout,
  { nodes, nodeOf }: LoweredNodes,
  { steps, areaOf }: Steps,
  state: ReadonlyMap<string, Tensor>,
  pool: BufferPool,
  queue: GPUQueue,
): PlacedAreas {
  const lease = pool.lease();
  const constants: GPUBuffer[] = [];
  const release = (): void => {
    lease.end();
    for (const each of constants.splice(0)) pool.destroy(each);
  };
  const buffers = new Map<Area, GPUBuffer>();
  const pooled = new Set<Area>();
  const take = (area: Area): void => {
    pooled.add(area);
    buffers.set(area, lease.take(area.count * 4));
  };
  try {
    for (const [name, value] of parameters) {
      buffers.set(areaOf(nodeOf(value)), (state.get(name) as GpuTensor).buffer);
    }
    for (const node of nodes) {
      if (node.value.op !== constantOp) continue;
      const buffer = pool.create(node.count * 4);
      constants.push(buffer);
      const { data } = node.value.attributes as { readonly data: Float64Array };
      queue.writeBuffer(buffer, 0, Float32Array.from(data));
      buffers.set(areaOf(node), buffer);
    }
    for (const value of inputs.values()) take(areaOf(nodeOf(value)));
    for (const [place, { reads, writes }] of steps.entries()) {
      if (!buffers.has(writes)) take(writes);
      for (const each of new Set([...reads, writes])) {
        if (each.last === place && pooled.has(each)) lease.give(buffers.get(each)!);
      }
    }
  } catch (error) {
    release();
    throw error;
  }
  return { bufferOf: (area) => buffers.get(area)!, release };
}
