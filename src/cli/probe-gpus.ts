import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import type { GpuFacts } from "./gpu-facts.ts";

/** Milliseconds after which a driver that doesn't answer is given up. */
const patience = 20_000;

/**
 * Looks for GPUs in a process of its own: drivers and Dawn write warnings to the process's stderr, which nobody asked for,
 * and a driver that crashes takes that process with it alone.
 */
export function probeGpus(): Promise<GpuFacts> {
  const program = fileURLToPath(new URL("./list-gpus.js", import.meta.url));
  return new Promise((resolve) => {
    execFile(process.execPath, [program], { timeout: patience }, (error, stdout) => {
      try {
        resolve(JSON.parse(stdout) as GpuFacts);
      } catch {
        const why = error?.signal ?? error?.code ?? "no answer";
        resolve({ adapters: [], missing: `looking for GPU adapters failed (${why})` });
      }
    });
  });
}
