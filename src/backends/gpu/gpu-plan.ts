import type { Plan } from "../backend.ts";

/** A plan that tells what it is made of. */
export interface GpuPlan extends Plan {
  /** The kernels of a run, in order: the ops that they are of, and for products how they are computed. */
  readonly kernels: readonly string[];
}
