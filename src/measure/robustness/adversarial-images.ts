import type { PixelScale } from "../../datasets/standardisation.ts";

/**
 * One step of the fast gradient sign method in the pixels' own unit, given back as the model takes images.
 *
 *     p' = clip(p + epsilon (highest - lowest) sign dl/dp, lowest, highest),   p = mean + deviation x
 *
 * A pixel without a gradient stays as it is.
 *
 * @param images - x, standardised entries, shape [B, C, H, W].
 * @param gradients - dl/dx, of the same shape: deviations are positive, so that its signs are those of dl/dp.
 * @param perChannel - H W.
 * @param epsilon - over the range of pixels.
 * @source Goodfellow, Shlens & Szegedy 2015, arXiv 1412.6572, section 4.
 */
export function adversarialImages(
  images: ArrayLike<number>,
  gradients: ArrayLike<number>,
  perChannel: number,
  { mean, deviation, lowest, highest }: PixelScale,
  epsilon: number,
): Float64Array {
  const step = epsilon * (highest - lowest);
  return Float64Array.from(images, (x, i) => {
    const sign = Math.sign(gradients[i]!);
    if (sign === 0) return x;
    const channel = Math.floor(i / perChannel) % mean.length;
    const pixel = mean[channel]! + deviation[channel]! * x;
    const moved = Math.min(Math.max(pixel + step * sign, lowest), highest);
    return (moved - mean[channel]!) / deviation[channel]!;
  });
}
