import { engines } from "../../src/spectrum/engines.ts";
import { describeNative } from "../../src/spectrum/native-engine.ts";
import type { SpectrumEngine } from "../../src/spectrum/spectrum-engine.ts";
import { hasAdapter } from "../backends/gpu/adapter.ts";

/** The engines that run on this machine: relaxed SIMD needs a processor, native a library, gpu an adapter. */
export const enginesHere: readonly SpectrumEngine[] = await (async () => {
  const onDemand: Readonly<Record<string, boolean>> = {
    native: (await describeNative()) !== null,
    gpu: hasAdapter,
  };
  return engines.filter(({ id, unavailable }) => onDemand[id] ?? (unavailable?.() ?? null) === null);
})();
