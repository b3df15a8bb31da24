import type { Program } from "../../autodiff/program.ts";
import { sizeOf } from "../../autodiff/shape.ts";
import type { Backend, Tensor } from "../backend.ts";
import { describeAdapter, findAdapter } from "./adapter.ts";
import type { AdapterFacts } from "./adapter-facts.ts";
import { bufferPool } from "./buffer-pool.ts";
import { openDevice } from "./device.ts";
import type { GpuPlan } from "./gpu-plan.ts";
import { isTranslatable } from "./gpujs-compile.ts";
import { pipelines } from "./pipelines.ts";
import type { GpuTensor } from "./place-areas.ts";
import { compilePlan, type Workshop } from "./plan.ts";
import { productChooser } from "./products/autotune.ts";
import type { TuningStore } from "./products/tuning-store.ts";
import { publicCallsBackend } from "./public-calls.ts";
import { readBack } from "./read-back.ts";
import { findGpu, importGpuJs } from "./webgpu-package.ts";

/** How a {@link gpuBackend} works. */
export interface GpuBackendOptions {
  /** Milliseconds, from any start: ways to compute matrix products are then timed, and the fastest taken. */
  readonly clock?: () => number;
  /** What was found fastest before; forgotten with the backend by default. */
  readonly tuning?: TuningStore;
  /** The way to compute all matrix products, such as `tile-64`, or `gpu.js`. */
  readonly product?: string;
  /** For Dawn, such as `backend=null`. */
  readonly flags?: readonly string[];
}

/** A backend on a GPU. */
export interface GpuBackend extends Backend {
  readonly adapter: AdapterFacts;
  /** Bytes that tensors and plans take on the device; 0 where gpu.js keeps them. */
  readonly bytes: number;
  compile(program: Program, state: ReadonlyMap<string, Tensor>): Promise<GpuPlan>;
}

/**
 * Runs programs in float32 by WebGPU, in Node and in browsers: gpu.js translates the kernels, and a run is one
 * submission of all of them, with entries that stay on the device. With a gpu.js that is made otherwise than the one
 * known here, kernels are called one by one, which is slower.
 *
 * @throws {UsageError} If there is no adapter, or gpu.js or webgpu isn't installed.
 */
export async function gpuBackend({
  clock,
  tuning = new Map(),
  product,
  flags = [],
}: GpuBackendOptions = {}): Promise<GpuBackend> {
  const gpuJs = await importGpuJs();
  if (!isTranslatable(gpuJs)) {
    const adapter = describeAdapter(await findAdapter(flags));
    return { ...publicCallsBackend(gpuJs, await findGpu(flags)), adapter, bytes: 0 };
  }
  const open = await openDevice(flags);
  const { device, facts, check } = open;
  const pool = bufferPool(open);
  const shaders = pipelines(open, gpuJs);
  const products = productChooser(open, shaders, tuning, clock);
  const staging = readBack(open);
  const workshop: Workshop = { open, pool, pipelines: shaders, products, product, readBack: staging };
  const tensors = new Set<GpuTensor>();
  const own = (tensor: Tensor): GpuTensor => {
    if (!tensors.has(tensor as GpuTensor)) throw new RangeError("this tensor is none of this backend's");
    return tensor as GpuTensor;
  };
  let isDisposed = false;
  return {
    name: `gpu, ${facts.name}`,
    adapter: facts,
    get bytes() {
      return pool.bytes;
    },
    alloc(shape) {
      check();
      const tensor: GpuTensor = { shape, buffer: pool.create(sizeOf(shape) * 4) };
      tensors.add(tensor);
      return tensor;
    },
    free(tensor) {
      pool.destroy(own(tensor).buffer);
      tensors.delete(tensor as GpuTensor);
    },
    write(tensor, entries) {
      check();
      const { buffer, shape } = own(tensor);
      const count = sizeOf(shape);
      if (entries.length !== count) {
        throw new RangeError(`a tensor of ${count} entries can't take ${entries.length}`);
      }
      device.queue.writeBuffer(buffer, 0, Float32Array.from(entries));
    },
    async read(tensor) {
      check();
      await pool.settled();
      const { buffer, shape } = own(tensor);
      const encoder = device.createCommandEncoder();
      const entries = staging.copy(encoder, [{ buffer, count: sizeOf(shape) }]);
      device.queue.submit([encoder.finish()]);
      return (await entries())[0]!;
    },
    async compile(program, state) {
      if (isDisposed) throw new RangeError("the backend was disposed of");
      for (const tensor of state.values()) own(tensor);
      return await compilePlan(program, state, workshop);
    },
    async dispose() {
      if (isDisposed) return;
      isDisposed = true;
      staging.dispose();
      products.dispose();
      shaders.dispose();
      pool.dispose();
      open.close();
    },
  };
}
