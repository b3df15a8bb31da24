import { compactLaw } from "./compact-law.ts";
import { type Law, type LawEntry, requirePositive } from "./law.ts";

/** The zero of an increasing or decreasing function between two ends of opposite signs, by bisection. */
function bisect(f: (z: number) => number, low: number, high: number): number {
  const sign = Math.sign(f(high)) || 1;
  for (let i = 0; i < 200; i++) {
    const middle = (low + high) / 2;
    if (middle === low || middle === high) break;
    if (f(middle) * sign < 0) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}

/**
 * The limiting law of the squared singular values of a product of two noise matrices, `U H' / N` for `U` of
 * shape `[p, N]` and `H` of shape `[d, N]` with independent entries of variance 1, as all three grow.
 *
 *     x z = (1 + z)(c1 + z)(c2 + z),   c1 = p / N,  c2 = d / N,   p(x) = Im z / (pi x min(1, c1, c2))
 *
 * z is the root with Im z > 0. The support ends where the discriminant of the cubic is 0, and the
 * distribution has a closed form in z:
 *
 *     P(X > x) = [ arg(1 + z) + c1 arg(c1 + z) + c2 arg(c2 + z) - 2 Im z ] / (pi min(1, c1, c2))
 *
 * A sum of N outer products of independent noise, such as a gradient over N samples, has this law. For N much
 * larger than p and d it tends to that of Marchenko and Pastur, at aspect ratio p / d and N entries of
 * variance 1 / N; at p = d = N it is the Fuss-Catalan law on [0, 27/4].
 *
 * @param firstRatio - c1 = p / N, dimensionless, > 0.
 * @param secondRatio - c2 = d / N, dimensionless, > 0; the two may be exchanged.
 * @param scale - s: product of the standard deviations of an entry of U and one of H, > 0.
 * @returns the law of one of the min(p, d) squared singular values, in the unit of `scale` squared; where N is
 *   smaller, the missing mass `1 - N / min(p, d)` sits at 0.
 * @throws {RangeError} If a parameter is not a positive finite number.
 * @source Burda, Jarosz, Livan, Nowak & Swiech 2010, Phys. Rev. E 82:061114; the distribution by integrating
 *   z d log x along the cubic. Fuss-Catalan: Penson & Zyczkowski 2011, Phys. Rev. E 83:061118.
 * @example
 * ```ts
 * import { productLaw } from "marchenko/laws";
 * const law = productLaw(1, 1, 1);
 * law.support; // [0, 6.75]
 * law.variance; // 2
 * productLaw(0.5, 2, 1).mean; // 2
 * ```
 */
export function productLaw(firstRatio: number, secondRatio: number, scale: number): Law {
  requirePositive("firstRatio", firstRatio);
  requirePositive("secondRatio", secondRatio);
  requirePositive("scale", scale);
  const [least, middle, most] = [1, firstRatio, secondRatio].sort((a, b) => a - b) as [
    number,
    number,
    number,
  ];
  const unit = scale ** 2;
  const eigenvalueOf = (z: number) => ((least + z) * (middle + z) * (most + z)) / z;
  // x'(z) = 0, as a cubic: its positive zero gives the upper edge, the one nearest to 0 below it the lower.
  const bend = (z: number) => (2 * z + least + middle + most) * z * z - least * middle * most;
  const upperZ = bisect(bend, 0, Math.cbrt(least * middle * most));
  const lower = least === middle ? 0 : unit * Math.max(0, eigenvalueOf(bisect(bend, -middle, -least)));
  const upper = unit * eigenvalueOf(upperZ);

  /** Real and imaginary part of z at a unit-scale x, from the real root -(most + d) of the cubic. */
  const solve = (x: number): readonly [number, number] => {
    const a = most - least;
    const b = most - middle;
    let d = Math.sqrt(x) + Math.cbrt(x * most); // right of the root, from where Newton falls onto it
    for (let i = 0; i < 100; i++) {
      const value = d * (a + d) * (b + d) - x * (most + d);
      const slope = (a + d) * (b + d) + d * (a + b + 2 * d) - x;
      const next = d - value / slope;
      if (!(next < d)) break;
      d = next;
    }
    // |z|^2 - (Re z)^2, with |z|^2 = least middle most / (most + d), in a form that keeps its digits near 0.
    const rise = d * ((least + middle) / 2 - (least * middle) / (most + d) - d / 4);
    return [(d - least - middle) / 2, Math.sqrt(Math.max(0, rise - (middle - least) ** 2 / 4))];
  };

  const m1 = (firstRatio * secondRatio) / Math.min(firstRatio, secondRatio);
  const m2 = m1 * (firstRatio + secondRatio + firstRatio * secondRatio);
  return compactLaw({
    id: "product-law",
    name: "Product of two noise matrices",
    lower,
    upper,
    mass: Math.min(1, 1 / Math.min(firstRatio, secondRatio)),
    mean: unit * m1,
    variance: unit ** 2 * (m2 - m1 ** 2),
    density: (x) => solve(x / unit)[1] / (Math.PI * x * least),
    tail(x) {
      const [real, imaginary] = solve(x / unit);
      let sum = -2 * imaginary;
      for (const c of [least, middle, most]) sum += c * Math.atan2(imaginary, c + real);
      return sum / (Math.PI * least);
    },
  });
}

export const productLawEntry: LawEntry = {
  id: "product-law",
  name: "Product of two noise matrices",
  parameters: [
    { name: "firstRatio", meaning: "c1 = p / N, rows of the first matrix over the inner side, > 0" },
    { name: "secondRatio", meaning: "c2 = d / N, rows of the second matrix over the inner side, > 0" },
    { name: "scale", meaning: "s, product of the standard deviations of an entry of either, > 0" },
  ],
  formula: "p(x) = Im z / (pi x min(1, c1, c2)), x z = (1 + z)(c1 + z)(c2 + z), at s = 1",
  source: "Burda, Jarosz, Livan, Nowak & Swiech 2010",
  examples: () =>
    [
      [1, 0.25, 1],
      [0.5, 0.5, 2],
      [0.05, 0.05, 1],
      [0.05, 0.2, 0.1],
      [4, 2, 1],
      [3, 0.4, 1],
      [1e-4, 3e-4, 1],
    ].map(([c1, c2, s]) => productLaw(c1!, c2!, s!)),
};
