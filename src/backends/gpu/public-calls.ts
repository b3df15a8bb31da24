import { constantOp, inputOp } from "../../autodiff/leaves.ts";
import { layOut, type Program } from "../../autodiff/program.ts";
import { type Shape, sizeOf } from "../../autodiff/shape.ts";
import type { Backend, Feed, Tensor } from "../backend.ts";
import { entriesOf, requireState } from "../feed.ts";
import { lowerProgram } from "../lowered-program.ts";
import { kernelOf } from "./catalogue.ts";
import type { GpuPlan } from "./gpu-plan.ts";
import { type GpuJs, loopMaxIterations } from "./gpujs-compile.ts";
import type { Node } from "./node.ts";
import { portableProduct } from "./products/portable.ts";
import { type Area, type Step, stepsOf } from "./steps.ts";
import { planUpdates } from "./updates-in-place.ts";

/** gpu.js's name for entries that stay on the device. */
interface Handle {
  toArray(): Promise<Float32Array>;
  clone(): Handle;
  delete(): void;
}

type Kernel = (...operands: unknown[]) => Promise<Handle>;

interface HandleTensor extends Tensor {
  /** Null for zeros that nobody has written yet. */
  handle: Handle | null;
  /** What was written, until it is needed on the device. */
  entries: Float32Array | null;
}

interface PublicCallsBackend extends Backend {
  compile(program: Program, state: ReadonlyMap<string, Tensor>): Promise<GpuPlan>;
}

/**
 * The same programs by gpu.js's public calls alone, one a kernel: slower, and free of what it may change within.
 *
 * @param gpu - lent to gpu.js as `navigator.gpu` where there is none, for as long as the program runs.
 */
export function publicCallsBackend(gpuJs: GpuJs, gpu: GPU): PublicCallsBackend {
  if (globalThis.navigator?.gpu === undefined) {
    Object.defineProperty(globalThis, "navigator", { value: { gpu }, configurable: true });
  }
  const instance = new gpuJs.GPU({ mode: "webgpu" });
  const kernels = new Map<string, Kernel>();
  const translated = (source: string, count: number): Kernel => {
    const key = `${count} ${source}`;
    let kernel = kernels.get(key);
    if (!kernel) {
      const settings = { output: [count], pipeline: true, immutable: true, loopMaxIterations };
      kernel = instance.createKernel(source, { ...settings, dynamicArguments: true }) as Kernel;
      kernels.set(key, kernel);
    }
    return kernel;
  };
  const upload = (entries: Float32Array): Promise<Handle> =>
    translated(
      "function (a) { return a[this.thread.x]; }",
      entries.length,
    )(gpuJs.input(entries, [entries.length]));
  const handleOf = async (tensor: HandleTensor): Promise<Handle> => {
    if (!tensor.handle || tensor.entries) {
      tensor.handle?.delete();
      tensor.handle = await upload(tensor.entries ?? new Float32Array(sizeOf(tensor.shape)));
      tensor.entries = null;
    }
    return tensor.handle;
  };
  const runStep = ({ work, writes }: Step, operands: Handle[]): Promise<Handle> => {
    if ("product" in work) {
      const { source, count } = portableProduct(work.product);
      return translated(source, count)(...operands);
    }
    return translated(work.source, writes.count)(...operands);
  };
  return {
    name: "gpu, by gpu.js's calls",
    alloc: (shape: Shape): HandleTensor => ({ shape, handle: null, entries: null }),
    free: (tensor) => (tensor as HandleTensor).handle?.delete(),
    write(tensor, entries) {
      const count = sizeOf(tensor.shape);
      if (entries.length !== count) {
        throw new RangeError(`a tensor of ${count} entries can't take ${entries.length}`);
      }
      (tensor as HandleTensor).entries = Float32Array.from(entries);
    },
    read: async (tensor) => (await handleOf(tensor as HandleTensor)).toArray(),
    async compile(program, state) {
      const layout = layOut(program);
      requireState(layout.parameters, state);
      const lowered = lowerProgram(layout, kernelOf);
      const { order, outputs, taken, copies } = planUpdates(program, lowered);
      // Each result is an array of its own here: parameters take theirs at the end.
      const next = [...copies, ...Array.from(taken, ([from, parameter]) => ({ from, parameter }))];
      const { steps, areaOf } = stepsOf({ order, outputs, taken: new Map(), copies: next });
      const leafOf = async (node: Node, feed: Feed): Promise<Handle> => {
        const { op, attributes } = node.value;
        if (op === inputOp) return await upload(Float32Array.from(entriesOf(node.value, feed)));
        if (op === constantOp) {
          return await upload(Float32Array.from((attributes as { readonly data: Float64Array }).data));
        }
        const { name } = attributes as { readonly name: string };
        return (await handleOf(state.get(name) as HandleTensor)).clone();
      };
      return {
        kernels: steps.map(({ label }) => label),
        async run(feed, read = Array.from(outputs.keys())) {
          for (const name of Object.keys(feed)) {
            if (!layout.inputs.has(name)) throw new RangeError(`the program has no input ${name}`);
          }
          const handles = new Map<Area, Handle>();
          for (const node of order) if (!node.lowered) handles.set(areaOf(node), await leafOf(node, feed));
          for (const [place, step] of steps.entries()) {
            const operands = step.reads.map((area) => handles.get(area)!);
            handles.set(step.writes, await runStep(step, operands));
            for (const area of new Set([...step.reads, step.writes])) {
              if (area.last !== place) continue;
              handles.get(area)!.delete();
              handles.delete(area);
            }
          }
          const results: Record<string, Float32Array> = {};
          for (const name of read) {
            const node = outputs.get(name);
            if (!node) throw new RangeError(`the program has no output ${name}`);
            results[name] = await handles.get(areaOf(node))!.toArray();
          }
          for (const { from, parameter } of next) {
            const { name } = parameter.value.attributes as { readonly name: string };
            const tensor = state.get(name) as HandleTensor;
            tensor.handle?.delete();
            tensor.handle = handles.get(areaOf(from))!.clone();
          }
          for (const handle of handles.values()) handle.delete();
          return results;
        },
        dispose() {},
      };
    },
    dispose: () => instance.destroy(),
  };
}
