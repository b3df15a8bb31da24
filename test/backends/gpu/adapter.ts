import { describe } from "vitest";
import { findAdapter } from "../../../src/backends/gpu/adapter.ts";
import { findGpu, importGpuJs } from "../../../src/backends/gpu/webgpu-package.ts";

const succeeds = (work: Promise<unknown>) =>
  work.then(
    () => true,
    () => false,
  );

/** Whether WebGPU finds an adapter here, a real one or a program: `scripts/software-vulkan` brings one. */
export const hasAdapter = await succeeds(findAdapter());

/** Whether gpu.js is installed: pages are made with it, and kernels. */
export const hasGpuJs = await succeeds(importGpuJs());

/** Whether webgpu is installed, and loads. */
export const hasWebgpu = await succeeds(findGpu());

/** Whether programs run on a GPU here. */
export const hasGpu = hasAdapter && hasGpuJs;

/** Tests of that: skipped, and counted, where it can't be had. */
export const describeGpu = describe.skipIf(!hasGpu);
