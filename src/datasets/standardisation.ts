/** What pixels are standardised by: (pixel - mean) / deviation, in the pixels' own unit; one entry a channel. */
export interface Standardisation {
  readonly mean: readonly number[];
  readonly deviation: readonly number[];
}

/** How the entries of an image stand for its pixels: entry = (pixel - mean) / deviation, pixels from lowest to highest. */
export interface PixelScale extends Standardisation {
  readonly lowest: number;
  readonly highest: number;
}

/**
 * Mean and standard deviation of each channel over a training part, (1/n) sum p and sqrt((1/n) sum p^2 - mean^2).
 * Sums of whole numbers are exact up to 2^53: the result does not depend on the order of images.
 *
 * @param pixels - bytes, [image, channel, place].
 * @param channels - channels of an image.
 * @param places - pixels of one channel of one image.
 * @returns a deviation of 1 for a channel that is the same everywhere.
 */
export function standardisationOf(pixels: Uint8Array, channels: number, places: number): Standardisation {
  const perChannel = pixels.length / channels;
  const mean: number[] = [];
  const deviation: number[] = [];
  for (let channel = 0; channel < channels; channel++) {
    let sum = 0;
    let squares = 0;
    for (let start = channel * places; start < pixels.length; start += channels * places) {
      for (let i = start; i < start + places; i++) {
        sum += pixels[i]!;
        squares += pixels[i]! ** 2;
      }
    }
    const center = sum / perChannel;
    mean.push(center);
    deviation.push(Math.sqrt(Math.max(0, squares / perChannel - center ** 2)) || 1);
  }
  return { mean, deviation };
}

/** The standardised value of every byte of every channel, [channel, byte]. */
export function standardisedBytes({ mean, deviation }: Standardisation): Float32Array {
  const values = new Float32Array(256 * mean.length);
  for (let i = 0; i < values.length; i++) {
    const channel = i >> 8;
    values[i] = ((i & 255) - mean[channel]!) / deviation[channel]!;
  }
  return values;
}
