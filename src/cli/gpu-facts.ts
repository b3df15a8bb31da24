import { listAdapters, noAdapter } from "../backends/gpu/adapter.ts";
import type { AdapterFacts } from "../backends/gpu/adapter-facts.ts";
import { importGpuJs } from "../backends/gpu/webgpu-package.ts";
import { MarchenkoError } from "../errors.ts";

/** What `env` says of GPUs. */
export interface GpuFacts {
  /** The one that is taken first. */
  readonly adapters: readonly AdapterFacts[];
  /** Why training can't use one; null where it can. */
  readonly missing: string | null;
}

/** Looks for GPUs, and for what training on one needs. */
export async function gpuFacts(): Promise<GpuFacts> {
  try {
    const adapters = await listAdapters();
    await importGpuJs();
    return { adapters, missing: adapters.length === 0 ? noAdapter : null };
  } catch (error) {
    if (!(error instanceof MarchenkoError)) throw error;
    return { adapters: [], missing: error.message };
  }
}

/** In one text: each adapter, its limits and its features. */
export function gpuText({ adapters, missing }: GpuFacts): string {
  const described = adapters.map(({ name, isSoftware, limits, features }) => {
    const bounds = Object.entries(limits).map(([limit, value]) => `${limit} ${value}`);
    const kind = isSoftware ? ", a program on the CPU" : "";
    return `${name}${kind}: ${bounds.join(", ")}; ${features.join(", ")}`;
  });
  return [...described, ...(missing === null ? [] : [`none: ${missing}`])].join("; ");
}
