import { Worker } from "node:worker_threads";
import { afterEach, describe, expect, test, vi } from "vitest";
import { UsageError } from "../../src/errors.ts";
import { loadNativeLapack } from "../../src/kernels/native-lapack.ts";
import { describeNative, nativeEngine } from "../../src/spectrum/native-engine.ts";
import { typedArrayEngine } from "../../src/spectrum/typed-array-engine.ts";
import { describeEngine, expectAgreement, valuesOf } from "../conformance/engine.ts";
import { gaussian, transposed } from "../noise.ts";

const found = await describeNative();

if (found === null) {
  test.skip("engine native: no koffi, or no LAPACK library on this machine", () => {});
} else describeEngine(await nativeEngine());

describe.skipIf(found === null)("the native engine", () => {
  test("says what library it is, and loads it once", async () => {
    expect(found).toMatch(/\S+ from \S+/);
    expect(await loadNativeLapack()).toBe(await loadNativeLapack());
  });

  test("keeps its bounds where rounding errors are all alike", async () => {
    const engine = await nativeEngine();
    for (const [rows, columns] of [
      [700, 700],
      [300, 5000],
      [5000, 300],
      [1024, 1100],
    ] as const) {
      // Entries of 0.1: the only singular value is 0.1 sqrt(rows columns).
      const data = new Float64Array(rows * columns).fill(0.1);
      const { values, relativeErrorBounds } = await valuesOf(engine, { rows, columns, data });
      const closed = 0.1 * Math.sqrt(rows * columns);
      expect(Math.abs(values[0]! / closed - 1)).toBeLessThanOrEqual(relativeErrorBounds[0]!);
      expect(values.subarray(1).every((value) => value === 0)).toBe(true);
    }
  });

  test("takes the long side in blocks, with the same bits for a matrix and its transpose", async () => {
    const engine = await nativeEngine();
    const data = Float32Array.from(gaussian(274, 6_000, 1e-3, "native").data);
    const wide = { rows: 274, columns: 6_000, data };
    const first = await valuesOf(engine, wide);
    expect(await valuesOf(engine, transposed(wide))).toEqual(first);
    expectAgreement(first, await valuesOf(typedArrayEngine, wide));
  });

  test("gives the same bits in a worker thread", async () => {
    const data = gaussian(60, 80, 1, "worker").data;
    const worker = new Worker(
      `const { parentPort, workerData } = require("node:worker_threads");
       import(workerData.module)
         .then(({ nativeEngine }) => nativeEngine())
         .then((engine) => engine.singularValues(workerData.matrix, 4))
         .then(({ values }) => parentPort.postMessage(values));`,
      {
        eval: true,
        workerData: {
          module: new URL("../../dist/spectrum/native-engine.js", import.meta.url).href,
          matrix: { rows: 60, columns: 80, data },
        },
      },
    );
    const values = await new Promise((resolve, reject) => worker.on("message", resolve).on("error", reject));
    await worker.terminate();
    const engine = await nativeEngine();
    expect(values).toEqual((await valuesOf(engine, { rows: 60, columns: 80, data })).values);
  });
});

describe("without what it needs the native engine is refused", () => {
  afterEach(() => {
    vi.doUnmock("koffi");
    vi.resetModules();
  });

  test("a library that is not there, with the way to another", async () => {
    const refused = nativeEngine("/nowhere/libnone.so");
    await expect(refused).rejects.toMatchObject({ code: "usage", exitCode: 2 });
    await expect(refused).rejects.toThrow(/libnone\.so|npm install koffi/);
    expect(await describeNative("/nowhere/libnone.so")).toBeNull();
  });

  test("koffi that is not installed, with the command that installs it", async () => {
    vi.resetModules();
    vi.doMock("koffi", () => {
      throw Object.assign(new Error("Cannot find package 'koffi'"), { code: "ERR_MODULE_NOT_FOUND" });
    });
    const fresh = await import("../../src/spectrum/native-engine.ts");
    await expect(fresh.nativeEngine()).rejects.toThrow(/needs koffi.*npm install koffi/);
    expect(await fresh.describeNative()).toBeNull();
  });

  test("is a UsageError, and nothing else is used in its stead", async () => {
    await expect(nativeEngine("/nowhere/libnone.so")).rejects.toBeInstanceOf(UsageError);
  });
});
