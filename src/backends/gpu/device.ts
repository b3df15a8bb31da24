import { DeviceLostError } from "../backend.ts";
import { askedLimits, describeAdapter, findAdapter } from "./adapter.ts";
import type { AdapterFacts } from "./adapter-facts.ts";

/** A device that is open. */
export interface OpenDevice {
  readonly device: GPUDevice;
  readonly facts: AdapterFacts;
  /** @throws {DeviceLostError} If the device was lost; what a shader or a command did wrong otherwise. */
  check(): void;
  /** What the device's work gives. @throws As {@link OpenDevice.check} does, if that is why it gives nothing. */
  settled<T>(work: Promise<T>): Promise<T>;
  close(): void;
}

/** Opens the system's preferred adapter with all that it has. @throws {UsageError} If there is none. */
export async function openDevice(flags: readonly string[] = []): Promise<OpenDevice> {
  const adapter = await findAdapter(flags);
  const facts = describeAdapter(adapter);
  const device = await adapter.requestDevice({
    requiredLimits: Object.fromEntries(askedLimits.map((name) => [name, adapter.limits[name]])),
  });
  let failure: Error | null = null;
  void device.lost.then(({ message, reason }) => {
    failure ??= new DeviceLostError(`the GPU was lost: ${message || reason}`);
  });
  device.onuncapturederror = ({ error }) => {
    failure ??= new Error(`the GPU refused a command: ${error.message}`);
  };
  const check = (): void => {
    if (failure) throw failure;
  };
  return {
    device,
    facts,
    check,
    async settled(work) {
      try {
        const done = await work;
        check();
        return done;
      } catch (error) {
        // Work that a lost device gives up may end before the device says that it is lost.
        await new Promise((resolve) => setTimeout(resolve));
        check();
        throw error;
      }
    },
    close() {
      failure = new RangeError("the backend was disposed of");
      device.destroy();
    },
  };
}
