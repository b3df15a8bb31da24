import { binary as plain } from "./generated/training-plain.ts";
import { binary as relaxed } from "./generated/training-relaxed.ts";
import { kernelModules } from "./kernel-modules.ts";
import type { CompiledKernels, KernelVariant } from "./kernels.ts";

/** Addresses are bytes in the kernels' memory, counts and strides are entries of float32; see `training/` for each. */
export interface TrainingKernels {
  readonly memory: WebAssembly.Memory;
  packPanels(
    from: number,
    lanes: number,
    count: number,
    laneStride: number,
    placeStride: number,
    width: number,
    to: number,
  ): void;
  multiplyPanels(
    left: number,
    right: number,
    count: number,
    rows: number,
    columns: number,
    out: number,
    rowStride: number,
    columnStride: number,
    alpha: number,
    adds: number,
    scratch: number,
  ): void;
  listActive(
    from: number,
    rows: number,
    columns: number,
    group: number,
    pitch: number,
    all: number,
    list: number,
    ends: number,
  ): number;
  addActiveRows(
    list: number,
    ends: number,
    groups: number,
    rows: number,
    bytes: number,
    out: number,
    scratch: number,
  ): void;
  multiplyActive(
    list: number,
    ends: number,
    rows: number,
    groups: number,
    panel: number,
    columns: number,
    out: number,
    rowStride: number,
    scratch: number,
    panelBytes: number,
  ): void;
}

const modules = kernelModules({
  plain,
  relaxed,
});

/** The trainer's modules of a variant, for other threads to {@link adoptTrainingKernels}. */
export function compileTrainingKernels(variant: KernelVariant): CompiledKernels {
  const names = [variant, `${variant}-shared`] as const;
  return new Map(names.map((name) => [name, modules.moduleOf(name)]));
}

/** Takes modules that another thread compiled. */
export function adoptTrainingKernels(compiled: CompiledKernels): void {
  modules.adopt(compiled);
}

/**
 * The trainer's kernels, working on a memory.
 *
 * @param variant - one that this machine runs.
 * @param memory - of this thread alone, or shared: then with a maximum of 65536 pages, as `takeSharedMemory` makes it.
 */
export function trainingKernels(variant: KernelVariant, memory: WebAssembly.Memory): TrainingKernels {
  const isShared = typeof SharedArrayBuffer !== "undefined" && memory.buffer instanceof SharedArrayBuffer;
  return modules.instantiate<TrainingKernels>(isShared ? `${variant}-shared` : variant, memory);
}
