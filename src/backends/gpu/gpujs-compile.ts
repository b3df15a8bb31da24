/** What gpu.js makes of a kernel's text: a shader, and how it is bound. */
export interface CompiledKernel {
  /** WGSL; its entry point is `main`. Binding 0 has the parameters, then come what is read, and what is written. */
  readonly shader: string;
  /** Threads of a workgroup, all along x. */
  readonly groupSize: number;
  /** Bytes of the parameters: [entries, 1, 1, threads of a row of workgroups] as 32-bit integers, the rest zeros. */
  readonly parameterBytes: number;
}

/** The gpu.js package, as far as it is used here. */
export interface GpuJs {
  readonly GPU: new (settings: { mode: "webgpu" }) => GpuJsInstance;
  input(value: Float32Array, size: readonly number[]): unknown;
}

interface GpuJsInstance {
  createKernel(source: string, settings: Record<string, unknown>): unknown;
  destroy(): Promise<void>;
}

/** What is relied on of gpu.js's WebGPU kernels: `test/backends/gpujs-compile.test.ts` holds it. */
interface Internals {
  _buildAsync?: unknown;
  build?: (...args: unknown[]) => unknown;
  readonly compiledSource?: unknown;
  readonly workgroupSize?: unknown;
  readonly paramsLayout?: { readonly byteLength?: unknown };
}

/** gpu.js is not as it is known here: kernels are then called through its public interface. */
export class UnknownGpuJsError extends Error {
  override readonly name = "UnknownGpuJsError";
}

/** Every loop ends by itself: gpu.js stops those that it can't see the end of after 1000 rounds, silently. */
export const loopMaxIterations = 2 ** 31 - 1;

/** A gpu.js that translates kernels for WebGPU, whether or not this program has a GPU. */
export function translator({ GPU }: GpuJs): GpuJsInstance {
  // It asks only whether there is navigator.gpu: that it is lent while it looks.
  const known = Object.getOwnPropertyDescriptor(globalThis, "navigator");
  const lent = globalThis.navigator?.gpu === undefined;
  try {
    if (lent) Object.defineProperty(globalThis, "navigator", { value: { gpu: {} }, configurable: true });
    return new GPU({ mode: "webgpu" });
  } finally {
    if (lent) {
      if (known) Object.defineProperty(globalThis, "navigator", known);
      else Reflect.deleteProperty(globalThis, "navigator");
    }
  }
}

/**
 * Has gpu.js translate a kernel over flat arrays, without a device.
 *
 * @param source - a function as text. @param operands - number of its parameters.
 * @param replaced - place of an operand whose entries the result takes the place of, or null.
 * @throws {UnknownGpuJsError} If gpu.js isn't made as it is known here.
 */
export function compileKernel(
  gpuJs: GpuJs,
  instance: GpuJsInstance,
  source: string,
  operands: number,
  replaced: number | null = null,
): CompiledKernel {
  const shortcut = instance.createKernel(source, { output: [1], loopMaxIterations }) as {
    readonly kernel?: Internals;
  };
  const kernel = shortcut.kernel;
  if (typeof kernel?.build !== "function" || typeof kernel._buildAsync !== "function") {
    throw new UnknownGpuJsError("gpu.js has no kernel.build and kernel._buildAsync");
  }
  // The part of the build that asks for a device of gpu.js's own.
  kernel._buildAsync = () => Promise.resolve();
  kernel.build(...Array.from({ length: operands }, () => gpuJs.input(new Float32Array(1), [1])));
  const { compiledSource, workgroupSize, paramsLayout } = kernel;
  const bytes = paramsLayout?.byteLength;
  if (typeof compiledSource !== "string" || !Array.isArray(workgroupSize) || typeof bytes !== "number") {
    throw new UnknownGpuJsError("gpu.js's kernels have no compiledSource, workgroupSize and paramsLayout");
  }
  const names = Array.from(compiledSource.matchAll(reading), ([, , name]) => name!);
  const isKnown =
    names.length === operands &&
    /@binding\(0\) var<uniform> params/.test(compiledSource) &&
    compiledSource.includes(`@binding(${operands + 1}) var<storage, read_write> result : array<f32>;`) &&
    compiledSource.includes("gid.x + gid.y * params.dispatchWidth") &&
    bytes >= 16 * (1 + operands);
  if (!isKnown) throw new UnknownGpuJsError("gpu.js's shaders are bound in another way");
  return {
    shader: replaced === null ? compiledSource : inPlace(compiledSource, names[replaced]!),
    groupSize: workgroupSize[0] as number,
    parameterBytes: bytes,
  };
}

/** Whether this gpu.js is made as it is known here. */
export function isTranslatable(gpuJs: GpuJs): boolean {
  try {
    compileKernel(gpuJs, translator(gpuJs), "function (a) { return a[this.thread.x]; }", 1);
    return true;
  } catch (error) {
    if (error instanceof UnknownGpuJsError) return false;
    throw error;
  }
}

const reading = /@group\(0\) @binding\((\d+)\) var<storage, read> (\w+) : array<f32>;/g;

/** The shader that reads an operand where it writes the result: one buffer can't be bound for both. */
function inPlace(shader: string, name: string): string {
  return shader
    .replaceAll(reading, (text, _, each) => (each === name ? "" : text))
    .replace(`return ${name}[`, "return result[");
}
