import { describe } from "vitest";
import { findAdapter } from "../../../src/backends/gpu/adapter.ts";

/** Whether WebGPU finds an adapter here, a real one or a program: `scripts/software-vulkan` brings one. */
export const hasAdapter = await findAdapter().then(
  () => true,
  () => false,
);

/** Tests that need an adapter: skipped, and counted, where there is none. */
export const describeGpu = describe.skipIf(!hasAdapter);
