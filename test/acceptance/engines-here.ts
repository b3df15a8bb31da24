import { engines } from "../../src/spectrum/engines.ts";
import { describeNative } from "../../src/spectrum/native-engine.ts";
import type { SpectrumEngine } from "../../src/spectrum/spectrum-engine.ts";

/** The engines that run on this machine: relaxed SIMD needs a processor, native a library. */
export const enginesHere: readonly SpectrumEngine[] = await (async () => {
  const native = await describeNative();
  return engines.filter(({ id, unavailable }) =>
    id === "native" ? native !== null : (unavailable?.() ?? null) === null,
  );
})();
