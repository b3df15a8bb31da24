import { describe, expect, test } from "vitest";
import { ksDistance } from "../../src/fits/ks-distance.ts";
import { drawNullSpectra } from "../../src/fits/null-spectra.ts";
import { marchenkoPastur } from "../../src/laws/marchenko-pastur.ts";
import { porterThomas } from "../../src/laws/porter-thomas.ts";
import { quarterCircle } from "../../src/laws/quarter-circle.ts";
import { semicircle } from "../../src/laws/semicircle.ts";
import { spacingRatioLaw } from "../../src/laws/spacing-ratio.ts";
import { wignerSurmise } from "../../src/laws/wigner-surmise.ts";
import { randomStream } from "../../src/linalg/random.ts";
import { symmetricEigenvalues } from "../../src/linalg/symmetric-eigenvalues.ts";

/** Eigenvalues, ascending, of a real symmetric Gaussian matrix with variance 1 off the diagonal and 2 on it. */
function smallGaussian(side: number, key: number): number[] {
  const { normal } = randomStream(3, ["symmetric", side, key]);
  const lower = Float64Array.from({ length: side * side }, (_, i) =>
    i % (side + 1) === 0 ? Math.SQRT2 * normal() : normal(),
  );
  return Array.from(symmetricEigenvalues(lower, side)).sort((a, b) => a - b);
}

describe("laws of noise", () => {
  test("the quarter circle is Marchenko and Pastur's law of its square, at q = 1", () => {
    const square = marchenkoPastur(1, 3);
    const law = quarterCircle(3);
    for (const x of [0.01, 1, 3, 5.9]) {
      expect(Math.abs(law.cdf(x) - square.cdf(x * x))).toBeLessThan(4 * Number.EPSILON);
      expect(Math.abs(law.pdf(x) / (2 * x * square.pdf(x * x)) - 1)).toBeLessThan(1e-13);
    }
    expect(Math.abs(law.moment(4) / square.moment(2) - 1)).toBeLessThan(4 * Number.EPSILON);
  });

  test("the semicircle keeps its digits at both ends", () => {
    // The density is sqrt(4 u - u^2) / (2 pi) at a distance u from the end: a tail of 2 u^(3/2) / (3 pi) (1 + O(u)).
    const law = semicircle(1);
    for (const x of [2 - 1e-6, 2 - 1e-10]) {
      const leading = (2 * (2 - x) ** 1.5) / (3 * Math.PI);
      expect(Math.abs(law.survival(x) / leading - 1)).toBeLessThan(2 - x);
      expect(Math.abs(law.cdf(-x) / leading - 1)).toBeLessThan(2 - x);
    }
    for (const p of [1e-9, 1e-15]) {
      expect(Math.abs((2 + law.quantile(p)) / (1.5 * Math.PI * p) ** (2 / 3) - 1)).toBeLessThan(1e-5);
    }
  });

  test("the spacing ratio has the means of Atas and others, and mpmath's distribution and moments", () => {
    // Atas et al. 2013, table I, and quadrature by mpmath 1.4.1: F(0.1), F(0.5), F(0.9), m_2, m_4.
    for (const [beta, mean, below, moments] of [
      [
        1,
        0.5359,
        [0.03031966920420373, 0.4600507528439611, 0.908993566004539],
        [0.35152231106544934, 0.20146023069761881],
      ],
      [
        2,
        0.6027,
        [0.00630863625251404, 0.3475597278980002, 0.8842871553618877],
        [0.41636217975835166, 0.24860195647874328],
      ],
      [
        4,
        0.6762,
        [0.0003024643154443027, 0.21090960260582217, 0.8461416702237264],
        [0.49683834663415555, 0.3141006349023426],
      ],
    ] as const) {
      const law = spacingRatioLaw(beta);
      expect(law.mean).toBeCloseTo(mean, 4);
      for (const [i, r] of [0.1, 0.5, 0.9].entries())
        expect(Math.abs(law.cdf(r) / below[i]! - 1)).toBeLessThan(4e-15);
      expect(Math.abs(law.moment(2) / moments[0] - 1)).toBeLessThan(4e-15);
      expect(Math.abs(law.moment(4) / moments[1] - 1)).toBeLessThan(4e-15);
    }
    // Poisson: F(r) = 2 r / (1 + r), m_2 = 3 - 4 ln 2.
    expect(Math.abs(spacingRatioLaw(0).cdf(0.3) - 0.6 / 1.3)).toBeLessThan(4 * Number.EPSILON);
    expect(Math.abs(spacingRatioLaw(0).moment(2) - (3 - 4 * Math.LN2))).toBeLessThan(8 * Number.EPSILON);
  });

  test("the surmises are exact for the smallest real matrices: spacing of 2 x 2, ratio of 3 x 3", () => {
    const draws = 1000;
    const spacings = Float64Array.from({ length: draws }, (_, i) => {
      const [a, b] = smallGaussian(2, i);
      // The spacing is sqrt((a - d)^2 + 4 b^2), a Rayleigh variable of scale 2.
      return (b! - a!) / (2 * Math.sqrt(Math.PI / 2));
    }).sort();
    expect(ksDistance(spacings, wignerSurmise(1).cdf)).toBeLessThan(1.95 / Math.sqrt(draws)); // p = 0.001
    const ratios = Float64Array.from({ length: draws }, (_, i) => {
      const [a, b, c] = smallGaussian(3, i);
      return Math.min(b! - a!, c! - b!) / Math.max(b! - a!, c! - b!);
    }).sort();
    expect(ksDistance(ratios, spacingRatioLaw(1).cdf)).toBeLessThan(1.95 / Math.sqrt(draws));
  });

  test("eigenvalues of a symmetric noise matrix fill the semicircle, singular values of a square one the quarter", () => {
    // Eigenvalues of a matrix vary by O(log n / n) about the law's quantiles: 3 / 150 is ample, a wrong radius by 5 % is not.
    const side = 150;
    const eigenvalues = Float64Array.from(smallGaussian(side, 0), (value) => value / Math.sqrt(side));
    expect(ksDistance(eigenvalues, semicircle(1).cdf)).toBeLessThan(3 / side);
    const singular = drawNullSpectra(side, side, 4, 1).eigenvalues.map(Math.sqrt);
    expect(ksDistance(singular, quarterCircle(1).cdf)).toBeLessThan(3 / side);
  });

  test("squared entries of random unit vectors follow Porter and Thomas", () => {
    const { normal } = randomStream(5, ["unit-vectors"]);
    const [length, vectors] = [400, 5];
    const entries: number[] = [];
    for (let i = 0; i < vectors; i++) {
      const vector = Array.from({ length }, () => normal());
      const square = vector.reduce((sum, x) => sum + x * x, 0);
      for (const x of vector) entries.push((length * x * x) / square);
    }
    const sorted = Float64Array.from(entries).sort();
    expect(ksDistance(sorted, porterThomas(1).cdf)).toBeLessThan(1.95 / Math.sqrt(sorted.length));
  });

  test("a beta that no ensemble has is refused", () => {
    for (const make of [wignerSurmise, spacingRatioLaw, porterThomas]) {
      expect(() => (make as (beta: number) => unknown)(3)).toThrow(RangeError);
    }
  });
});
