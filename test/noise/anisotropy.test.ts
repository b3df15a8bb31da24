import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { anisotropy } from "../../src/noise/anisotropy.ts";
import { effectiveSteps } from "../../src/noise/effective-steps.ts";
import { spectralBounds } from "../../src/noise/spectral-bounds.ts";
import { whitened, whitening } from "../../src/noise/whitening.ts";
import { thinSvd } from "../../src/spectrum/singular-vectors.ts";
import { gaussian } from "../noise.ts";

/** U' U / n of n Gaussian rows, columns scaled. */
function covariance(order: number, rows: number, scale: (j: number) => number, name: string): Float64Array {
  const { data } = gaussian(rows, order, 1, name);
  const result = new Float64Array(order * order);
  for (let r = 0; r < rows; r++) {
    for (let i = 0; i < order; i++) {
      for (let j = 0; j < order; j++) {
        result[i * order + j]! += (scale(i) * data[r * order + i]! * scale(j) * data[r * order + j]!) / rows;
      }
    }
  }
  return result;
}

describe("S17: anisotropy", () => {
  test("alpha is the squared trace over the squared norm, and delta follows from it", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 12 }), fc.integer({ min: 1, max: 30 }), (order, rows) => {
        const c = covariance(order, rows, (j) => 1 + j, `${order} ${rows}`);
        const found = anisotropy(c, order)!;
        const trace = Array.from({ length: order }, (_, i) => c[i * order + i]!).reduce((a, b) => a + b, 0);
        const squares = c.reduce((sum, entry) => sum + entry ** 2, 0);
        expect(Math.abs(found.alpha / (trace ** 2 / squares) - 1)).toBeLessThan(1e-12);
        expect(Math.abs(found.scale / (trace / squares) - 1)).toBeLessThan(1e-12);
        // The root loses digits where alpha is p: squares are compared.
        expect(Math.abs(found.deltaRatio ** 2 - (1 - found.alphaRatio))).toBeLessThan(1e-12);
        expect(found.alphaRatio).toBeLessThanOrEqual(1 + 1e-12);
        expect(found.alpha).toBeGreaterThanOrEqual(1 - 1e-12);
        const scaled = anisotropy(
          c.map((entry) => entry * 1e-200),
          order,
        )!;
        expect(Math.abs(scaled.alpha / found.alpha - 1)).toBeLessThan(1e-12);
      }),
      { seed: 1, numRuns: 40 },
    );
  });

  test("is 1 / p for one direction, 1 for all alike, none for zeros", () => {
    const identity = Float64Array.from({ length: 49 }, (_, i) => (i % 8 === 0 ? 3 : 0));
    expect(anisotropy(identity, 7)).toMatchObject({ alphaRatio: 1, deltaRatio: 0, trace: 21 });
    const one = Float64Array.from({ length: 49 }, (_, i) => (i === 24 ? 2 : 0));
    expect(anisotropy(one, 7)!.alpha).toBe(1);
    expect(anisotropy(new Float64Array(4), 2)).toBeNull();
  });

  test("effective steps are those of the paper's code", () => {
    expect([0.3, 0.1, 0.01].map((decay) => effectiveSteps(1e-3, decay))).toEqual([50057, 161172, 1842058]);
    expect(effectiveSteps(1e-3, 0)).toBe(Number.POSITIVE_INFINITY);
    // What is left of a geometric sum after that many steps is under tau, and one step before it is not.
    for (const [rate, decay, tail] of [
      [0.1, 0.5, 1e-2],
      [1e-2, 0.3, 1e-3],
    ] as const) {
      const r = 1 - rate * decay;
      const steps = effectiveSteps(rate, decay, tail);
      // r^(t + 1) / (1 - r) <= tau
      expect(r ** (steps + 1) / (1 - r)).toBeLessThanOrEqual(tail * (1 + 1e-9));
      expect(r ** steps / (1 - r)).toBeGreaterThan(tail);
    }
    for (const [rate, decay, tail] of [
      [0, 1, 0.1],
      [1, 1, 0.1],
      [1e-3, -1, 0.1],
      [1e-3, 1, 1],
    ] as const) {
      expect(() => effectiveSteps(rate, decay, tail)).toThrow(RangeError);
    }
  });

  test("the bounds of the code are of the size that its notebook shows", () => {
    // Studies, method.md 4.2 and 4.5: at 187500 steps of 32 examples, about 1e5 for p = 10 and 2.3e3 for p = 600.
    const at = (width: number, alphaRatio: number, deltaRatio: number, steps = 187500) =>
      spectralBounds(width, 32 * steps, { alphaRatio, deltaRatio });
    expect(at(10, 0.37, 0.76).real).toBeGreaterThan(5e4);
    expect(at(10, 0.37, 0.76).real).toBeLessThan(2e5);
    expect(at(600, 0.11, 0.94).real).toBeGreaterThan(1.5e3);
    expect(at(600, 0.11, 0.94).real).toBeLessThan(3.5e3);
    expect(at(600, 0.11, 0.94).real).toBeGreaterThan(at(600, 0.11, 0.94, 1000).real);
    // B_im / B_re = a / v.
    const { real, imaginary } = at(64, 0.2, 0.9);
    expect(imaginary / real).toBeCloseTo(0.2 / 0.01, 10);
    expect(() => spectralBounds(0, 1, { alphaRatio: 1, deltaRatio: 0 })).toThrow(RangeError);
  });
});

describe("whitening", () => {
  const [n, d] = [9, 6];
  const cn = covariance(n, 40, (j) => 1 + j, "n");
  const cd = covariance(d, 30, (j) => 3 ** j, "d");

  test("makes vectors of the covariance white", () => {
    const { factor, rank } = whitening({ covariance: cn, order: n })!;
    expect(rank).toBe(n);
    for (let a = 0; a < n; a++) {
      for (let b = 0; b < n; b++) {
        let sum = 0;
        for (let i = 0; i < n; i++) {
          for (let j = 0; j < n; j++) sum += factor[a * n + i]! * cn[i * n + j]! * factor[b * n + j]!;
        }
        expect(Math.abs(sum - (a === b ? 1 : 0))).toBeLessThan(1e-10);
      }
    }
  });

  test("gives the singular values of C_r^-1/2 N C_c^-1/2", () => {
    const noise = gaussian(n, d, 1, "noise");
    const found = whitened(
      noise,
      whitening({ covariance: cn, order: n })!,
      whitening({ covariance: cd, order: d })!,
    );
    // By the roots themselves, U L^-1/2 U'.
    const root = (c: Float64Array, p: number) => {
      const { left, values } = thinSvd({ rows: p, columns: p, data: c });
      const result = new Float64Array(p * p);
      for (let k = 0; k < p; k++) {
        for (let i = 0; i < p; i++) {
          for (let j = 0; j < p; j++)
            result[i * p + j]! += (left[i * p + k]! * left[j * p + k]!) / Math.sqrt(values[k]!);
        }
      }
      return result;
    };
    const times = (a: Float64Array, b: Float64Array, m: number, k: number, l: number) => {
      const result = new Float64Array(m * l);
      for (let i = 0; i < m; i++)
        for (let j = 0; j < l; j++)
          for (let s = 0; s < k; s++) result[i * l + j]! += a[i * k + s]! * b[s * l + j]!;
      return result;
    };
    const data = times(times(root(cn, n), noise.data, n, n, d), root(cd, d), n, d, d);
    const expected = thinSvd({ rows: n, columns: d, data }).values;
    const own = thinSvd(found).values;
    for (const [k, value] of expected.entries()) expect(Math.abs(own[k]! / value - 1)).toBeLessThan(1e-10);
  });

  test("leaves out directions without variance", () => {
    const flat = covariance(n, 40, (j) => (j < 4 ? 1 : 0), "flat");
    const white = whitening({ covariance: flat, order: n })!;
    expect(white.rank).toBe(4);
    expect(white.eigenvalues.slice(4)).toEqual(new Float64Array(5));
    expect(whitening({ covariance: new Float64Array(n * n), order: n })).toBeNull();
  });
});
