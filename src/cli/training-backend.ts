import type { Backend } from "../backends/backend.ts";
import { wasmBackend } from "../backends/wasm/wasm-backend.ts";
import { UsageError } from "../errors.ts";

/** Where a model can be trained, as `--device` says it. */
export const devices = ["auto", "cpu", "gpu"] as const;
export type Device = (typeof devices)[number];

/** Threads a core at most: more only take memory. */
export const mostThreadsPerCore = 4;

/** What each device is trained on. */
const backends: Readonly<Record<Device, (threads: number) => Promise<Backend>>> = {
  auto: (threads) => wasmBackend({ threads }),
  cpu: (threads) => wasmBackend({ threads }),
  gpu: async () => {
    throw new UsageError("there is no GPU backend in this version: leave out --device, or give --device cpu");
  },
};

/** The backend of a device. @throws {UsageError} If this version, or this machine, has none. */
export async function trainingBackend(device: Device, threads: number): Promise<Backend> {
  return await backends[device](threads);
}
