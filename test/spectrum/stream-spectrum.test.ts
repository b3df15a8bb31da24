import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { runsVariant } from "../../src/kernels/kernels.ts";
import type { FloatFormatName } from "../../src/linalg/float-formats.ts";
import { computeSpectrum } from "../../src/spectrum/compute-spectrum.ts";
import type { SingularValues } from "../../src/spectrum/spectrum-engine.ts";
import { streamSpectrum } from "../../src/spectrum/stream-spectrum.ts";
import { wasmEngine } from "../../src/spectrum/wasm-engine.ts";
import { asBF16, gaussian } from "../noise.ts";

const plain = wasmEngine("plain");
const step = plain.rowsAtOnce!;

/** A matrix by rows, in blocks of so many; `asked` counts the readings of the whole. */
function byRows(rows: number, columns: number, data: Float32Array | Float64Array, blockRows: number) {
  const asked = { times: 0 };
  const w = {
    rows,
    columns,
    async *blocks() {
      asked.times++;
      for (let first = 0; first < rows; first += blockRows) {
        const last = Math.min(rows, first + blockRows);
        yield { first, data: data.slice(first * columns, last * columns) };
      }
    },
  };
  return { w, asked };
}

function stream(w: ReturnType<typeof byRows>["w"], format: FloatFormatName, engine = plain) {
  const shape = { rows: w.rows, columns: w.columns, entryBytes: format === "F64" ? 8 : 4 };
  return streamSpectrum(
    w,
    format,
    (unit, short: number | null) => engine.team!(shape, unit, 1, short)!,
    async (work, part) => engine.runPart!(work.step(part)[0]) as SingularValues | null,
  );
}

describe("a spectrum of a matrix that is read by rows", () => {
  test.each(runsVariant("relaxed") ? [plain, wasmEngine("paired")] : [plain])(
    "has the bits of the whole matrix, for any shape, scale, format and size of blocks: $id",
    async (engine) => {
      await fc.assert(
        fc.asyncProperty(
          fc.integer({ min: 1, max: 90 }),
          fc.integer({ min: 0, max: 2000 }),
          fc.integer({ min: 1, max: 6 }),
          fc.constantFrom("F32", "F64", "BF16") as fc.Arbitrary<FloatFormatName>,
          fc.constantFrom(1e-30, 1e-3, 1, 1e15),
          fc.integer({ min: 0, max: 1e6 }),
          async (columns, more, steps, format, scale, seed) => {
            const rows = columns + more;
            const noise = gaussian(rows, columns, scale, seed).data;
            // A column of rests, in units of the others, at times.
            for (let at = 0; at < noise.length; at += columns) noise[at]! *= seed % 3 === 0 ? 2 ** 9 : 1;
            const short = format === "BF16" ? asBF16(noise) : Float32Array.from(noise);
            const data = format === "F64" ? Float64Array.from(noise) : short;
            const { w, asked } = byRows(rows, columns, data, steps * engine.rowsAtOnce!);
            const { census, spectrum } = await stream(w, format, engine);
            const whole = await computeSpectrum({ rows, columns, data }, { engine, format, method: "gram" });
            expect(spectrum).toEqual(whole);
            expect(census.count).toBe(rows * columns);
            expect(asked.times).toBe(format === "F32" ? 1 : 2);
          },
        ),
        { seed: 5, numRuns: 40 },
      );
    },
  );

  test("counts what is not finite in all blocks, and knows a matrix of zeros", async () => {
    const rows = 2 * step + 1;
    const data = new Float32Array(rows * 3);
    expect((await stream(byRows(rows, 3, data, step).w, "F32")).spectrum).toBe(null);
    expect((await stream(byRows(rows, 3, data, step).w, "F32")).census.isZero).toBe(true);
    data[5] = Number.NaN;
    data[3 * rows - 1] = Number.POSITIVE_INFINITY;
    for (const [format, entries] of [
      ["F32", data],
      ["F64", Float64Array.from(data)],
    ] as const) {
      const { census, spectrum } = await stream(byRows(rows, 3, entries, step).w, format);
      expect([census.nonFinite, spectrum]).toEqual([2, null]);
    }
  });

  test("passes on what fails, once the block that is being read has come", async () => {
    let reading = false;
    const w = {
      rows: 2 * step,
      columns: 1,
      async *blocks() {
        yield { first: 0, data: Float32Array.from({ length: step }, (_, i) => i) };
        reading = true;
        await new Promise((resolve) => setTimeout(resolve, 5));
        reading = false;
        yield { first: step, data: new Float32Array(step) };
      },
    };
    const failing = streamSpectrum(
      w,
      "F32",
      (unit) => plain.team!({ rows: w.rows, columns: 1, entryBytes: 4 }, unit, 1)!,
      () => Promise.reject(new Error("a thread is gone")),
    );
    await expect(failing).rejects.toThrow("a thread is gone");
    expect(reading).toBe(false);
  });
});
