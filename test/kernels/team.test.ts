import { describe, expect, test } from "vitest";
import { computeInWorkers as startWorkers } from "../../dist/index.js";
import { bestVariant } from "../../src/kernels/kernels.ts";
import { alone, shareOf, type Team } from "../../src/kernels/team.ts";
import { computeSpectrum } from "../../src/spectrum/compute-spectrum.ts";
import { wasmEngine } from "../../src/spectrum/wasm-engine.ts";
import { asBF16, gaussian, plant } from "../noise.ts";

const variant = bestVariant();

describe.skipIf(variant === null)("several threads on one matrix", () => {
  test.each(variant === "relaxed" ? (["relaxed", "paired"] as const) : (["plain"] as const))(
    "give the bits that one thread gives, tall, wide, square, float32, float64 and bfloat16: %s",
    async (arithmetic) => {
      const engine = wasmEngine(arithmetic);
      for (const threads of [2, 3]) {
        const pool = await startWorkers(threads, 0, engine.id);
        try {
          for (const [rows, columns] of [
            [400, 390],
            [700, 385],
            [385, 1300],
            [513, 513],
            [1537, 1537], // of the wider band, a column left over
          ] as const) {
            const matrix = plant(gaussian(rows, columns, 1, "team"), 100, "team");
            for (const data of [matrix.data, Float32Array.from(matrix.data)]) {
              const format = data instanceof Float32Array ? "F32" : "F64";
              const together = await pool.spectrum({ rows, columns, data }, format);
              expect(together).toEqual(await computeSpectrum({ rows, columns, data }, { engine, format }));
            }
            for (const times of [1, 2 ** 9]) {
              // A column that integers leave over, in units of the others.
              const noise = gaussian(rows, columns, 1, "short").data;
              for (let at = 0; at < noise.length; at += columns) noise[at]! *= times;
              const short = { rows, columns, data: asBF16(noise) };
              const together = await pool.spectrum(short, "BF16");
              expect(together).toEqual(await computeSpectrum(short, { engine, format: "BF16" }));
            }
          }
        } finally {
          await pool.close();
        }
      }
    },
  );
});

test.skipIf(variant === null)(
  "threads are told of zeros and of what is not finite as one thread is",
  async () => {
    const engine = wasmEngine(variant!);
    const pool = await startWorkers(2, 0, engine.id);
    try {
      const zero = { rows: 400, columns: 400, data: new Float32Array(160_000) };
      expect(await pool.spectrum(zero, "F32")).toEqual(await computeSpectrum(zero, { engine }));
      const broken = { ...zero, data: Float32Array.from(zero.data, (_, i) => (i === 7 ? Number.NaN : 1)) };
      await expect(pool.spectrum(broken, "F32")).rejects.toThrow(
        /needs finite entries, got 1 NaN or infinite/,
      );
    } finally {
      await pool.close();
    }
  },
);

test("shares of a loop cover it once, in steps, however many threads there are", () => {
  for (const size of [1, 2, 3, 7]) {
    for (const count of [0, 1, 4, 10, 97]) {
      for (const step of [1, 4]) {
        let next = 0;
        for (let rank = 0; rank < size; rank++) {
          const member: Team = { ...alone, rank, size };
          const [first, end] = shareOf(member, count, step);
          expect(first).toBe(next);
          expect(first % step).toBe(0);
          next = Math.max(first, end);
        }
        expect(next).toBe(count);
      }
    }
  }
});
