import { describe, expect, test } from "vitest";
import { gramEigenvalues } from "../../src/kernels/gram-eigenvalues.ts";
import { runsVariant } from "../../src/kernels/kernels.ts";
import { censusOf } from "../../src/linalg/entry-census.ts";
import type { FloatFormatName } from "../../src/linalg/float-formats.ts";
import type { Matrix } from "../../src/linalg/matrix.ts";
import { randomStream } from "../../src/linalg/random.ts";
import { shortUnit } from "../../src/linalg/short-unit.ts";
import { computeSpectrum } from "../../src/spectrum/compute-spectrum.ts";
import { fromGramEigenvalues } from "../../src/spectrum/gram-accuracy.ts";
import { wasmEngine } from "../../src/spectrum/wasm-engine.ts";
import { asBF16, gaussian, transposed } from "../noise.ts";

const arithmetics = (["plain", "relaxed", "paired"] as const).filter((each) =>
  runsVariant(each === "plain" ? "plain" : "relaxed"),
);

/** The largest power of two that an entry reaches. */
function unitOf({ data }: Matrix): number {
  let largest = 0;
  for (const entry of data) largest = Math.max(largest, Math.abs(entry));
  return 2 ** Math.floor(Math.log2(largest));
}

/** The unit in which its entries are short, as an analysis has it. */
const unitIn = ({ data }: Matrix) => shortUnit(censusOf(data), "BF16");

/** Trace and squared Frobenius norm of W'W, which the eigenvalues have too, summed without rounding but the last. */
function invariants({ rows, columns, data }: Matrix): [trace: number, squares: number] {
  // Entries are whole multiples of `least`.
  const least = 2 ** -80;
  const whole = Array.from(data, (entry) => BigInt(entry / least));
  let [trace, squares] = [0n, 0n];
  for (let i = 0; i < columns; i++) {
    for (let j = 0; j <= i; j++) {
      let dot = 0n;
      for (let k = 0; k < rows; k++) dot += whole[k * columns + i]! * whole[k * columns + j]!;
      if (i === j) trace += dot;
      squares += dot * dot * (i === j ? 1n : 2n);
    }
  }
  return [Number(trace) * least ** 2, Number(squares) * least ** 4];
}

test.each(arithmetics)(
  "a spectrum of entries in bfloat16 is that of integers, of other formats not: %s",
  async (arithmetic) => {
    // Of 300 rows float64 has to round, since a few entries are small.
    const noise = gaussian(300, 60, 0.02, "choice").data.map((entry, at) =>
      at % 50 === 0 ? entry * 2 ** -24 : entry,
    );
    const w = { rows: 300, columns: 60, data: asBF16(noise) };
    const engine = wasmEngine(arithmetic);
    const valuesOf = async (format: FloatFormatName) =>
      (await computeSpectrum(w, { engine, format })).singularValues;
    const unit = unitIn(w)!;
    const fromGram = (isShort: boolean) =>
      fromGramEigenvalues(gramEigenvalues(arithmetic, w, unit, isShort), unit).values;
    expect(fromGram(true)).not.toEqual(fromGram(false));
    expect(await valuesOf("BF16")).toEqual(fromGram(true));
    expect(await valuesOf("F16")).toEqual(fromGram(false));
    expect(await valuesOf("F32")).toEqual(fromGram(false));
  },
);

describe.each(arithmetics)("a Gram matrix of integers, %s", (arithmetic) => {
  const eigenvalues = (w: Matrix, unit = unitOf(w)) => gramEigenvalues(arithmetic, w, unit, true);

  test("has the trace and the norm of W'W, with entries that are no integers among them", () => {
    const { uniform } = randomStream(3, ["short"]);
    for (const [rows, columns] of [
      [1, 1],
      [7, 5],
      [250, 40],
      [403, 66],
    ] as const) {
      // Of many sizes: more than half have digits under 2^-13 units.
      const data = asBF16(
        Float32Array.from({ length: rows * columns }, () => (uniform() - 0.5) * 2 ** (-16 * uniform())),
      );
      const w = { rows, columns, data };
      const [trace, squares] = invariants(w);
      const bound = 8 * Number.EPSILON * columns;
      // Of units so small that nearly all is too large, or too much for 32 bits, too.
      for (const times of [4, 1, 2 ** -2, 2 ** -4, 2 ** -12]) {
        const unit = unitOf(w) * times;
        const values = eigenvalues(w, unit).map((value) => value * unit ** 2);
        expect(Math.abs(values.reduce((sum, each) => sum + each, 0) / trace - 1)).toBeLessThan(bound);
        expect(Math.abs(values.reduce((sum, each) => sum + each ** 2, 0) / squares - 1)).toBeLessThan(
          2 * bound,
        );
      }
    }
  });

  test("keeps sums of the largest entries, all of one sign or of two, over any number of places", () => {
    // Of 8 digits, of 13, and of 24.
    for (const largest of [2 - 2 ** -7, 2 - 2 ** -12, 2 - 2 ** -23]) {
      for (const rows of [8, 31, 191, 192, 193, 2000]) {
        const data = Float32Array.from({ length: rows * 3 }, (_, at) => (at % 3 === 1 ? -largest : largest));
        for (const unit of [4, 2, 1, 0.25]) {
          const top = eigenvalues({ rows, columns: 3, data }, unit)[2]! * unit ** 2;
          // Of 8 digits, squares of which 32 are less than 2^31: without rounding. Else at most 192 are added, and 11 sums.
          const isExact = largest < 2 - 2 ** -8 && unit > 1;
          const bound = isExact ? 4 : (192 + 11) / 2;
          expect(Math.abs(top / (3 * rows * largest ** 2) - 1)).toBeLessThan(bound * Number.EPSILON);
        }
      }
    }
  });

  const asRight = (w: Matrix, unit: number, isOther: boolean) => {
    const [short, plain] = [eigenvalues(w, unit), gramEigenvalues(arithmetic, w, unit)];
    const bound = 2 * Number.EPSILON * w.columns * plain.at(-1)!;
    for (const [i, value] of short.entries()) expect(Math.abs(value - plain[i]!)).toBeLessThan(bound);
    // Made in another way; but sums of few short entries are exact in either.
    if (isOther) expect(short).not.toEqual(plain);
  };

  test("is as right for entries of 24 bits", () => {
    const w = { rows: 150, columns: 90, data: Float32Array.from(gaussian(150, 90, 1, "long").data) };
    asRight(w, unitOf(w), true);
  });

  test("is as right where some columns are far too large for integers, and for large matrices", () => {
    const noise = gaussian(400, 130, 0.02, "uneven");
    for (const times of [8, 64, 2 ** 12]) {
      const data = asBF16(noise.data.map((entry, at) => (at % 130 < 2 ? times * entry : entry)));
      const w = { ...noise, data };
      expect(unitIn(w)).toBe(2 ** -5); // that of all others
      asRight(w, unitIn(w)!, false);
      expect(eigenvalues(transposed(w), unitIn(w)!)).toEqual(eigenvalues(w, unitIn(w)!));
    }
    const large = { rows: 1300, columns: 1100, data: asBF16(gaussian(1300, 1100, 0.02, "large").data) };
    asRight(large, unitIn(large)!, true);
  });

  test("has the bits of the transpose's, and of an equal matrix in other units", () => {
    for (const [rows, columns] of [
      [130, 67],
      [512, 260],
      [71, 70],
    ] as const) {
      const w = { rows, columns, data: asBF16(gaussian(rows, columns, 0.02, "bits").data) };
      const values = eigenvalues(w);
      expect(eigenvalues(transposed(w))).toEqual(values);
      expect(eigenvalues({ ...w, data: w.data.map((entry) => entry * 2 ** 40) })).toEqual(values);
    }
  });
});
