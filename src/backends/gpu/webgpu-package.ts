import { UsageError } from "../../errors.ts";
import type { GpuJs } from "./gpujs-compile.ts";

/** The command that installs what the GPU backend needs. */
export const installCommand = "npm install gpu.js webgpu";

/** What Dawn is created with: once a process, and for ever, since its devices don't outlive it. */
const created = new Map<string, Promise<GPU>>();

/**
 * Where adapters are asked for: `navigator.gpu` in a browser, else Dawn, of the package `webgpu`.
 *
 * @param flags - for Dawn, such as `backend=null`.
 * @throws {UsageError} If there is neither; it names the command that installs what is missing.
 */
export function findGpu(flags: readonly string[] = []): Promise<GPU> {
  if (typeof process === "undefined" || !process.versions?.node) {
    const { gpu } = globalThis.navigator;
    if (gpu) return Promise.resolve(gpu);
    return Promise.reject(new UsageError("this browser has no WebGPU: navigator.gpu is missing"));
  }
  const key = flags.join(" ");
  let gpu = created.get(key);
  if (!gpu) {
    gpu = importOptional("webgpu", () => import("webgpu")).then(({ create }) => create(flags.slice()));
    created.set(key, gpu);
  }
  return gpu;
}

/** gpu.js. @throws {UsageError} If it isn't installed. */
export async function importGpuJs(): Promise<GpuJs> {
  const found = (await importOptional("gpu.js", () => import("gpu.js"))) as unknown as GpuJs & {
    readonly default?: GpuJs;
  };
  return found.default ?? found;
}

async function importOptional<T>(name: string, load: () => Promise<T>): Promise<T> {
  try {
    return await load();
  } catch (cause) {
    const isMissing = (cause as { code?: unknown }).code === "ERR_MODULE_NOT_FOUND";
    const state = isMissing ? "is not installed" : `does not load (${(cause as Error).message})`;
    throw new UsageError(`the GPU backend needs ${name}, which ${state}: ${installCommand}`, { cause });
  }
}
