import fc from "fast-check";
import { afterEach, describe, expect, test, vi } from "vitest";
import { censusOf, unitOf } from "../../src/linalg/entry-census.ts";
import type { Matrix } from "../../src/linalg/matrix.ts";
import { randomStream } from "../../src/linalg/random.ts";
import { accurateSingularValues } from "../../src/spectrum/accurate.ts";
import { gpuEngine } from "../../src/spectrum/gpu-engine.ts";
import { unpairedEngine } from "../../src/spectrum/wasm-engine.ts";
import { hasAdapter } from "../backends/gpu/adapter.ts";
import { describeEngine, expectAgreement, valuesOf } from "../conformance/engine.ts";
import { gaussian, transposed } from "../noise.ts";

// Whatever the size, on the device.
const engine = gpuEngine({ smallest: 0 });

if (hasAdapter) describeEngine(engine);
else test.skip("engine gpu: no adapter on this machine", () => {});

const single = ({ rows, columns, data }: Matrix): Matrix => ({
  rows,
  columns,
  data: Float32Array.from(data),
});

describe.skipIf(!hasAdapter)("the GPU engine", () => {
  test("agrees with the WebAssembly engine within both bounds on float32 matrices of graded and low rank", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 40, max: 260 }),
        fc.integer({ min: 40, max: 900 }),
        fc.constantFrom(0, 3, 6, 12),
        fc.integer({ min: 0, max: 1e6 }),
        async (rows, columns, decades, seed) => {
          const { normal } = randomStream(seed, ["gpu-engine"]);
          // Row i is 10^(-decades i / rows) times noise.
          const data = Float32Array.from(
            { length: rows * columns },
            (_, k) => normal() * 10 ** ((-decades * Math.floor(k / columns)) / rows),
          );
          const matrix = { rows, columns, data };
          expectAgreement(await valuesOf(engine, matrix), await valuesOf(unpairedEngine(), matrix));
        },
      ),
      { seed: 5, numRuns: 25 },
    );
  });

  test("gives float32 noise to ten digits, against one without squaring, and says so", async () => {
    const matrix = single(gaussian(300, 700, 0.02, "digits"));
    const { values, relativeErrorBounds } = await valuesOf(engine, matrix);
    const oracle = accurateSingularValues(matrix);
    for (const [i, value] of oracle.values.entries()) {
      const bound = relativeErrorBounds[i]! + oracle.relativeErrorBounds[i]!;
      expect(bound).toBeLessThan(1e-10);
      expect(Math.abs(values[i]! / value - 1)).toBeLessThanOrEqual(bound);
    }
  });

  test("puts many tiles and stretches together with the bits of one", async () => {
    const small = gpuEngine({ smallest: 0, tile: 256 });
    for (const [rows, columns] of [
      [300, 700],
      [540, 290],
      [80, 9000],
    ] as const) {
      const matrix = single(gaussian(rows, columns, 1, "tiles"));
      const inTiles = await valuesOf(small, matrix);
      expectAgreement(inTiles, await valuesOf(unpairedEngine(), matrix));
      expect(await valuesOf(small, transposed(matrix))).toEqual(inTiles);
    }
  });

  test("keeps its sums where all products are of one sign and as large as they can be", async () => {
    // All entries just under 2: the only singular value is their Frobenius norm.
    const [rows, columns] = [70, 40_000];
    const entry = 2 - 2 ** -23;
    const data = new Float32Array(rows * columns).fill(entry);
    const { values, relativeErrorBounds } = await engine.singularValues({ rows, columns, data }, 1);
    const closed = entry * Math.sqrt(rows * columns);
    expect(Math.abs(values[0]! / closed - 1)).toBeLessThanOrEqual(relativeErrorBounds[0]!);
    expect(relativeErrorBounds[0]).toBeLessThan(1e-13);
    expect(values.subarray(1).every((value) => value === 0)).toBe(true);
  });

  test("takes matrices that come at once in turn, and leaves small ones to the CPU", async () => {
    const matrices = [3, 4, 5].map((seed) => single(gaussian(60, 80, 1, `turn ${seed}`)));
    const together = await Promise.all(matrices.map((matrix) => valuesOf(engine, matrix)));
    for (const [i, matrix] of matrices.entries()) expect(await valuesOf(engine, matrix)).toEqual(together[i]);
    const usual = gpuEngine();
    expect(await valuesOf(usual, matrices[0]!)).toEqual(await valuesOf(unpairedEngine(), matrices[0]!));
  });
});

describe("without what it needs the GPU engine is refused", () => {
  afterEach(() => {
    vi.doUnmock("webgpu");
    vi.resetModules();
  });
  const refusal = async (create: () => unknown) => {
    vi.resetModules();
    vi.doMock("webgpu", create as () => Record<string, unknown>);
    const fresh = await import("../../src/spectrum/gpu-engine.ts");
    const matrix = gaussian(4, 5, 1, "refused");
    return fresh.gpuEngine().singularValues(matrix, unitOf(censusOf(matrix.data)));
  };

  test("webgpu that is not installed, with the command that installs it, whatever the matrix", async () => {
    const refused = refusal(() => {
      throw Object.assign(new Error("Cannot find package 'webgpu'"), { code: "ERR_MODULE_NOT_FOUND" });
    });
    await expect(refused).rejects.toMatchObject({ code: "usage", exitCode: 2 });
    await expect(refused).rejects.toThrow(/needs webgpu.*npm install gpu\.js webgpu/);
  });

  test("a machine without an adapter, with what to install", async () => {
    const refused = refusal(() => ({ create: () => ({ requestAdapter: async () => null }) }));
    await expect(refused).rejects.toMatchObject({ code: "usage", exitCode: 2 });
    await expect(refused).rejects.toThrow(/no GPU adapter was found: install/);
  });
});
