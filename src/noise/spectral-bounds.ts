import type { Anisotropy } from "./anisotropy.ts";

/** What the formula of {@link spectralBounds} gives. */
export interface SpectralBounds {
  /** c = p / samples. */
  readonly aspectRatio: number;
  /** B_re, dimensionless. */
  readonly real: number;
  /** B_im. */
  readonly imaginary: number;
}

/**
 * The curves that the paper's code draws as bounds on spectral concentration. This is the formula of the code: no
 * theorem of this package stands behind it, and its values are far above 1 at any size that is trained here.
 *
 *     C = sqrt( c + (2 sqrt 2 + 3) c a / v + c D / v + c / (v p) ),   c = p / samples
 *     B_re = sqrt 2 / (c sqrt v) a C,   B_im = sqrt 2 / (c v^(3/2)) a^2 C
 *
 * @param width - p, of the features, >= 1. @param samples - in the accumulated gradients, > 0.
 * @param shape - a = alpha / p and D = delta / p of the features.
 * @param height - v, imaginary part of the argument of the Stieltjes transform, > 0; 0.01 by default.
 * @throws {RangeError} If an argument is out of its range.
 * @source `compute_bounds` of the code beside Peng, Qi, Shi & Gao 2023, arXiv 2309.03004.
 */
export function spectralBounds(
  width: number,
  samples: number,
  { alphaRatio, deltaRatio }: Pick<Anisotropy, "alphaRatio" | "deltaRatio">,
  height = 1e-2,
): SpectralBounds {
  if (!(width >= 1 && samples > 0 && height > 0)) {
    throw new RangeError(
      `bounds need a width >= 1 and samples and a height > 0, got ${width}, ${samples}, ${height}`,
    );
  }
  const c = width / samples;
  const common = Math.sqrt(c * (1 + ((2 * Math.SQRT2 + 3) * alphaRatio + deltaRatio + 1 / width) / height));
  return {
    aspectRatio: c,
    real: (Math.SQRT2 / (c * Math.sqrt(height))) * alphaRatio * common,
    imaginary: (Math.SQRT2 / (c * height ** 1.5)) * alphaRatio ** 2 * common,
  };
}
