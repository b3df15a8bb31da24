import { beforeAll, describe, expect, test } from "vitest";
import {
  compileKernel,
  type GpuJs,
  isTranslatable,
  translator,
  UnknownGpuJsError,
} from "../../../src/backends/gpu/gpujs-compile.ts";
import { importGpuJs } from "../../../src/backends/gpu/webgpu-package.ts";
import { hasGpuJs } from "./adapter.ts";

describe.skipIf(!hasGpuJs)("gpu.js's kernels, as they are relied on", () => {
  let gpuJs: GpuJs;
  let instance: ReturnType<typeof translator>;
  beforeAll(async () => {
    gpuJs = await importGpuJs();
    instance = translator(gpuJs);
  });

  test("a kernel's shader has its operands, its result and its parameters where plans bind them", () => {
    const source = "function (a, b) { return a[this.thread.x] - -0.95 * b[this.thread.x * 3 + 1]; }";
    const { shader, groupSize, parameterBytes } = compileKernel(gpuJs, instance, source, 2);
    expect(shader).toContain("@group(0) @binding(0) var<uniform> params : Params;");
    expect(shader).toContain("@group(0) @binding(1) var<storage, read> user_a : array<f32>;");
    expect(shader).toContain("@group(0) @binding(2) var<storage, read> user_b : array<f32>;");
    expect(shader).toContain("@group(0) @binding(3) var<storage, read_write> result : array<f32>;");
    expect(shader.replaceAll(/\s+/g, " ")).toContain(
      "struct Params { outputX : u32, outputY : u32, outputZ : u32, dispatchWidth : u32,",
    );
    expect(shader).toContain("let flat_index : u32 = gid.x + gid.y * params.dispatchWidth;");
    expect(shader).toContain("if (flat_index >= params.outputX) { return; }");
    expect(groupSize).toBe(64);
    expect(parameterBytes).toBe(48);
  });

  test("a result that takes an operand's place reads it there, and binds no second buffer", () => {
    const source = "function (a, b) { return a[this.thread.x] + b[this.thread.x]; }";
    const { shader } = compileKernel(gpuJs, instance, source, 2, 0);
    expect(shader).not.toContain("@binding(1)");
    expect(shader).not.toContain("user_a[");
    expect(shader).toContain("return result[");
    expect(shader).toContain("user_b[");
  });

  test("loops whose end gpu.js doesn't see go on to their end, and whole numbers stay whole", () => {
    const source = `function (a) { var n = 0; n++; n = (a[0] | 0);
    var total = 0;
    for (var i = 0; i < n; i++) { total += a[i * 3 + this.thread.x]; }
    return total; }`;
    const { shader } = compileKernel(gpuJs, instance, source, 1);
    expect(shader).toContain("var user_n : i32 = 0;");
    expect(shader).not.toMatch(/LOOP_MAX : i32 = 1000;/);
  });

  test("no global is left behind, and one that was there stays", () => {
    expect(globalThis.navigator?.gpu).toBeUndefined();
  });

  test("a gpu.js that is made otherwise is told apart", () => {
    const strange = { ...instance, createKernel: () => ({ kernel: { build() {} } }) };
    expect(() => compileKernel(gpuJs, strange, "function (a) { return a[0]; }", 1)).toThrow(
      UnknownGpuJsError,
    );
    const rebound = {
      ...instance,
      createKernel: () => ({
        kernel: {
          build() {},
          _buildAsync() {},
          compiledSource: "@group(1) @binding(0) var<storage> a : array<f32>;",
          workgroupSize: [64, 1, 1],
          paramsLayout: { byteLength: 32 },
        },
      }),
    };
    const other = {
      ...gpuJs,
      GPU: class {
        createKernel = () => ({ kernel: {} });
        destroy = () => Promise.resolve();
      },
    };
    expect(isTranslatable(other)).toBe(false);
    expect(isTranslatable(gpuJs)).toBe(true);
    expect(() => compileKernel(gpuJs, rebound, "function (a) { return a[0]; }", 1)).toThrow(/another way/);
  });
});
