import type { ContractionPlan, Dimension } from "../../../kernels/contraction.ts";
import { exactLength } from "../../../linalg/integer-slices.ts";
import type { OpenDevice } from "../device.ts";
import type { ProductKernel } from "../products/product-kernel.ts";
import { register4 } from "../products/registers.ts";
import { tile64 } from "../products/tiled.ts";

/** Threads of a workgroup that adds. */
const addThreads = 256;

/** How the slices of one side of a tile lie: entries from one vector to the next, and from one place of the sum to the next. */
export interface SideLayout {
  /** A multiple of 64. */
  readonly width: number;
  readonly across: number;
  readonly along: number;
}

/** Adds `weight` times a product of slices to sums of whole numbers, `[left.width, right.width]`. */
export interface ExactProducts {
  add(
    encoder: GPUCommandEncoder,
    left: GPUBuffer,
    right: GPUBuffer,
    sums: GPUBuffer,
    /** Places of the sum, a multiple of {@link exactLength}. */
    length: number,
    weight: 1 | 2,
  ): void;
}

/** Compiles what multiplies slices on a device; each shader once. */
export interface ExactProductShaders {
  /** @param product - a buffer for the products of a tile, before they are added. */
  ready(left: SideLayout, right: SideLayout, product: GPUBuffer): Promise<ExactProducts>;
}

/**
 * Products of integer slices without any rounding: float32 has whole numbers up to 2^24, which {@link exactLength}
 * products don't exceed, and what is beyond that is added as 32-bit integers.
 */
export function exactProductShaders(open: OpenDevice): ExactProductShaders {
  const { device } = open;
  const kernel = kernelFor(open);
  const compiled = new Map<string, Promise<GPUComputePipeline>>();
  const compile = (code: string): Promise<GPUComputePipeline> => {
    let pipeline = compiled.get(code);
    if (!pipeline) {
      const module = device.createShaderModule({ code });
      pipeline = device.createComputePipelineAsync({
        layout: "auto",
        compute: { module, entryPoint: "main" },
      });
      compiled.set(code, pipeline);
    }
    return pipeline;
  };
  return {
    async ready(left, right, product) {
      const plan = planOf(left, right);
      const [multiply, once, twice] = await open.settled(
        Promise.all([compile(kernel.shader(plan)), compile(addShader(1)), compile(addShader(2))]),
      );
      const groups = kernel.groups(plan);
      const entries = left.width * right.width;
      const bind = (pipeline: GPUComputePipeline, first: number, bound: readonly GPUBufferBinding[]) =>
        device.createBindGroup({
          layout: pipeline.getBindGroupLayout(0),
          entries: bound.map((resource, i) => ({ binding: first + i, resource })),
        });
      const products = { buffer: product, size: entries * 4 };
      return {
        add(encoder, leftSlices, rightSlices, sums, length, weight) {
          const addition = weight === 1 ? once! : twice!;
          const addGroup = bind(addition, 0, [products, { buffer: sums, size: entries * 4 }]);
          const pass = encoder.beginComputePass();
          for (let start = 0; start < length; start += exactLength) {
            const factors = [
              { buffer: leftSlices, offset: start * left.along * 4 },
              { buffer: rightSlices, offset: start * right.along * 4 },
            ];
            pass.setPipeline(multiply!);
            pass.setBindGroup(0, bind(multiply!, 1, [...factors, products]));
            pass.dispatchWorkgroups(...groups);
            pass.setPipeline(addition);
            pass.setBindGroup(0, addGroup);
            pass.dispatchWorkgroups(entries / addThreads);
          }
          pass.end();
        },
      };
    },
  };
}

/** Threads of software share slowly; tiles want their part of what a workgroup shares. */
function kernelFor({ facts, device: { limits } }: OpenDevice): ProductKernel {
  const fits =
    tile64.sharedBytes <= limits.maxComputeWorkgroupStorageSize &&
    tile64.threads <= limits.maxComputeInvocationsPerWorkgroup;
  return fits && !facts.isSoftware ? tile64 : register4;
}

/** A product over {@link exactLength} places, of vectors that lie as the layouts say. */
function planOf(left: SideLayout, right: SideLayout): ContractionPlan {
  const side = (letters: string, size: number, strides: Omit<Dimension, "letters" | "size">): Dimension => ({
    letters,
    size,
    ...strides,
  });
  return {
    leftIs: "a",
    m: side("m", left.width, { left: left.across, right: 0, out: right.width }),
    n: side("n", right.width, { left: 0, right: right.across, out: 1 }),
    k: side("k", exactLength, { left: left.along, right: right.along, out: 0 }),
    loops: [],
    sums: [],
    alpha: 1,
    accumulates: false,
  };
}

function addShader(weight: number): string {
  return `
@group(0) @binding(0) var<storage, read> products : array<f32>;
@group(0) @binding(1) var<storage, read_write> sums : array<i32>;
@compute @workgroup_size(${addThreads})
fn main(@builtin(global_invocation_id) id : vec3<u32>) {
  sums[id.x] += ${weight}i * i32(products[id.x]);
}`;
}
