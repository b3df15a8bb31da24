import type { ProductKernel } from "./product-kernel.ts";
import { register4 } from "./registers.ts";
import { tile16 } from "./shared.ts";
import { tile64, tile128 } from "./tiled.ts";

/** Ways to compute a matrix product, besides that of gpu.js, which every adapter has. */
export const productKernels: readonly ProductKernel[] = [register4, tile16, tile64, tile128];
