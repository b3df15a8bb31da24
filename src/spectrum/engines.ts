import { UsageError } from "../errors.ts";
import { gpuEngine } from "./gpu-engine.ts";
import { nativeEngineOnDemand } from "./native-engine.ts";
import type { SpectrumEngine } from "./spectrum-engine.ts";
import { typedArrayEngine } from "./typed-array-engine.ts";
import { wasmEngine } from "./wasm-engine.ts";

/** Every engine; worker threads find theirs here by its id. "native" and "gpu" run only when they are asked for. */
export const engines: readonly SpectrumEngine[] = [
  wasmEngine("relaxed"),
  wasmEngine("paired"),
  wasmEngine("plain"),
  typedArrayEngine,
  nativeEngineOnDemand,
  gpuEngine(),
];

/** @throws {UsageError} If there is no engine of that id, or this machine can't run it. */
export function engineById(id: string): SpectrumEngine {
  const engine = engines.find((each) => each.id === id);
  const why = engine?.unavailable?.();
  if (why) throw new UsageError(`engine ${id} can't run here: ${why}`);
  if (engine) return engine;
  throw new UsageError(`there is no engine ${id}: use one of ${engines.map((each) => each.id).join(", ")}`);
}
