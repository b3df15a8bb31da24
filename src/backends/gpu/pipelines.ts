import { computeStage, usage } from "./buffer-usage.ts";
import type { OpenDevice } from "./device.ts";
import { type CompiledKernel, compileKernel, type GpuJs, translator } from "./gpujs-compile.ts";

/** A shader that is ready, and how it is called. */
export interface Pipeline {
  readonly pipeline: GPUComputePipeline;
  readonly layout: GPUBindGroupLayout;
}

/** A shader: what it reads and, last, what it writes are bound from binding 1 on. */
export interface Shader {
  readonly code: string;
  /** Number of arrays that it reads. */
  readonly reads: number;
  /** Place of one of them that isn't bound, since the result takes its place. */
  readonly replaced?: number;
}

/** Compiles each shader once. */
export interface Pipelines {
  /** The shader of a gpu.js kernel. */
  translate(source: string, operands: number, replaced: number | null): CompiledKernel;
  /** @throws {RangeError} If the shader binds more arrays than the device can. */
  ready(shader: Shader): Promise<Pipeline>;
  /** Parameters of a gpu.js kernel, and its workgroups. */
  parametersOf(kernel: CompiledKernel, count: number): Launch;
  dispose(): void;
}

/** Parameters, and how many workgroups run. */
export interface Launch {
  readonly parameters: GPUBuffer;
  readonly groups: readonly [x: number, y: number];
}

export function pipelines({ device, settled }: OpenDevice, gpuJs: GpuJs): Pipelines {
  const instance = translator(gpuJs);
  const translated = new Map<string, CompiledKernel>();
  const compiled = new Map<string, Promise<Pipeline>>();
  const layouts = new Map<string, GPUBindGroupLayout>();
  const launches = new Map<string, Launch>();
  const layoutOf = ({ reads, replaced }: Shader): GPUBindGroupLayout => {
    const key = `${reads} ${replaced}`;
    let layout = layouts.get(key);
    if (!layout) {
      const types = Array.from({ length: reads + 2 }, (_, binding): GPUBufferBindingType => {
        if (binding === 0) return "uniform";
        return binding > reads ? "storage" : "read-only-storage";
      });
      const entries = types
        .map((type, binding) => ({ binding, visibility: computeStage, buffer: { type } }))
        .filter(({ binding }) => replaced === undefined || binding !== replaced + 1);
      layout = device.createBindGroupLayout({ entries });
      layouts.set(key, layout);
    }
    return layout;
  };
  const compile = async (shader: Shader): Promise<Pipeline> => {
    const { code } = shader;
    const layout = layoutOf(shader);
    // What is wrong with a shader is this caller's to hear, not the device's.
    device.pushErrorScope("validation");
    const module = device.createShaderModule({ code });
    const wrong = device.popErrorScope();
    const compiling = device.createComputePipelineAsync({
      layout: device.createPipelineLayout({ bindGroupLayouts: [layout] }),
      compute: { module, entryPoint: "main" },
    });
    const [error, pipeline] = await Promise.all([wrong, compiling]);
    if (error) throw new Error(`the GPU refused a shader: ${error.message}`);
    return { pipeline, layout };
  };
  return {
    translate(source, operands, replaced) {
      const key = `${operands} ${replaced} ${source}`;
      let kernel = translated.get(key);
      if (!kernel) {
        kernel = compileKernel(gpuJs, instance, source, operands, replaced);
        translated.set(key, kernel);
      }
      return kernel;
    },
    ready(shader) {
      const bound = shader.reads + 1;
      const most = device.limits.maxStorageBuffersPerShaderStage;
      if (bound > most) throw new RangeError(`a kernel binds ${bound} arrays, and this GPU ${most} at most`);
      let pipeline = compiled.get(shader.code);
      if (!pipeline) {
        pipeline = settled(compile(shader));
        compiled.set(shader.code, pipeline);
      }
      return pipeline;
    },
    parametersOf({ groupSize, parameterBytes }, count) {
      const key = `${groupSize} ${parameterBytes} ${count}`;
      let launch = launches.get(key);
      if (!launch) {
        const most = device.limits.maxComputeWorkgroupsPerDimension;
        const groups = Math.ceil(count / groupSize);
        const y = Math.ceil(groups / most);
        const x = Math.ceil(groups / y);
        if (y > most) throw new RangeError(`${count} entries are more than this GPU computes at once`);
        const parameters = device.createBuffer({
          size: parameterBytes,
          usage: usage.uniform | usage.copyTarget,
        });
        device.queue.writeBuffer(parameters, 0, new Uint32Array([count, 1, 1, x * groupSize]));
        launch = { parameters, groups: [x, y] };
        launches.set(key, launch);
      }
      return launch;
    },
    dispose() {
      for (const { parameters } of launches.values()) parameters.destroy();
    },
  };
}
