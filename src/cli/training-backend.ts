import type { Program } from "../autodiff/program.ts";
import type { Backend } from "../backends/backend.ts";
import { noAdapter, noAdapterError } from "../backends/gpu/adapter.ts";
import { gpuBackend } from "../backends/gpu/gpu-backend.ts";
import { importGpuJs } from "../backends/gpu/webgpu-package.ts";
import { trialRun } from "../backends/trial-run.ts";
import { wasmBackend } from "../backends/wasm/wasm-backend.ts";
import { UsageError } from "../errors.ts";
import { formatNumber } from "../report/format-number.ts";
import { probeGpus } from "./probe-gpus.ts";
import { tuningFile } from "./tuning-file.ts";

/** Where a model can be trained, as `--device` says it. */
export const devices = ["auto", "cpu", "gpu"] as const;
export type Device = (typeof devices)[number];

/** Threads a core at most: more only take memory. */
export const mostThreadsPerCore = 4;

/** Operations of a step under which no GPU is looked for: a CPU takes a few milliseconds, a GPU's launches no less. */
const worthGpu = 1e8;

/** What is to be trained. */
export interface TrainingWork {
  /** Of the CPU. */
  readonly threads: number;
  /** Operations of a step. */
  readonly cost: number;
  /** A step; traced when it is needed. */
  readonly step: () => Program;
}

/** A backend, and why it was taken where there was a choice. */
export interface ChosenBackend {
  readonly backend: Backend;
  readonly why: string | null;
}

const clock = () => performance.now();
const openCpu = ({ threads }: TrainingWork) => wasmBackend({ threads });
const openGpu = () => gpuBackend({ clock, tuning: tuningFile() });

/** How each device is opened. */
const open: Readonly<Record<Device, (work: TrainingWork) => Promise<ChosenBackend>>> = {
  auto: fastest,
  cpu: async (work) => ({ backend: await openCpu(work), why: null }),
  gpu: async () => ({ backend: await requiredGpu(), why: null }),
};

/**
 * The backend of a device.
 *
 * @throws {UsageError} If this machine has none; of a GPU, the message names the command that installs what is missing.
 */
export async function trainingBackend(device: Device, work: TrainingWork): Promise<ChosenBackend> {
  return await open[device](work);
}

/** Whether a backend of the device may come to be a GPU. */
export async function mayTakeGpu(device: Device, cost: number): Promise<boolean> {
  return await takesGpu[device](cost);
}

/** The same, by device. */
const takesGpu: Readonly<Record<Device, (cost: number) => Promise<boolean>>> = {
  async auto(cost) {
    if (cost < worthGpu) return false;
    const { adapters, missing } = await probeGpus();
    return missing === null && adapters[0]?.isSoftware === false;
  },
  cpu: async () => false,
  gpu: async () => true,
};

/** The GPU; looked for in a process of its own first, so that of a machine without one the error says all there is to read. */
async function requiredGpu(): Promise<Backend> {
  await importGpuJs();
  const { missing } = await probeGpus();
  if (missing === noAdapter) throw noAdapterError();
  if (missing !== null) throw new UsageError(missing);
  return await openGpu();
}

/** The GPU where there is one that isn't a program and makes a step in less time, else the CPU. */
async function fastest(work: TrainingWork): Promise<ChosenBackend> {
  const cpu = async (why: string | null) => ({ backend: await openCpu(work), why });
  if (work.cost < worthGpu) return await cpu(null);
  const { adapters, missing } = await probeGpus();
  const [adapter] = adapters;
  if (missing !== null || !adapter) return await cpu(missing);
  if (adapter.isSoftware) return await cpu(`the only GPU here, ${adapter.name}, is a program on the CPU`);
  let gpu: Backend;
  try {
    gpu = await openGpu();
  } catch (error) {
    return await cpu(`the GPU ${adapter.name} can't be opened (${(error as Error).message})`);
  }
  return await faster(gpu, await openCpu(work), work.step());
}

/** Times a step on both, and ends the one that takes longer, or the GPU where it fails. */
export async function faster(
  gpu: Backend,
  cpu: Backend,
  step: Program,
  time: () => number = clock,
): Promise<ChosenBackend> {
  let onGpu: number;
  try {
    onGpu = await trialRun(gpu, step, time);
  } catch (error) {
    await gpu.dispose();
    return { backend: cpu, why: `the ${gpu.name}, can't run a step (${(error as Error).message})` };
  }
  const onCpu = await trialRun(cpu, step, time);
  const [backend, other] = onGpu < onCpu ? [gpu, cpu] : [cpu, gpu];
  await other.dispose();
  return { backend, why: comparison(gpu.name, onGpu, onCpu) };
}

/** Says how long a step takes on both. @param onGpu, onCpu - milliseconds; infinite where it doesn't fit. */
function comparison(gpu: string, onGpu: number, onCpu: number): string {
  const time = (milliseconds: number) =>
    Number.isFinite(milliseconds) ? `${formatNumber(milliseconds)} ms` : "more memory than there is";
  return `a step takes ${time(onGpu)} on the ${gpu}, and ${time(onCpu)} on the CPU`;
}
