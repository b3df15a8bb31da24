import type { ImageSet } from "./dataset.ts";
import type { Frame, Framing } from "./framing.ts";
import { type Standardisation, standardisedBytes } from "./standardisation.ts";

/** Images of one size as bytes, [image, channel, row, column], and the class of each. */
export interface PackedImages {
  readonly channels: number;
  readonly height: number;
  readonly width: number;
  readonly classes: number;
  readonly pixels: Uint8Array;
  /** The largest value that a pixel can have: 255 by default. */
  readonly highest?: number;
  readonly labels: Uint8Array;
}

/**
 * Packed images as examples: each is framed, and its pixels are standardised.
 *
 * @param images - as stored.
 * @param standardisation - of the training part, for both parts.
 * @param framing - which part of an image an example shows.
 */
export function packedImageSet(
  images: PackedImages,
  standardisation: Standardisation,
  framing: Framing,
): ImageSet {
  const { channels, classes, pixels, labels } = images;
  const values = standardisedBytes(standardisation);
  const stored = images.height * images.width;
  const shown = framing.height * framing.width;
  const sources = new Int32Array(shown); // where the pixels of `placed` are read from; -1 is black
  let placed: Frame | null = null;
  return {
    channels,
    height: framing.height,
    width: framing.width,
    classes,
    count: labels.length,
    pixels: { ...standardisation, lowest: 0, highest: images.highest ?? 255 },
    example(i, to, offset, draws) {
      const frame = framing.frame(draws);
      if (frame !== placed) placeSources(sources, framing, frame, images);
      placed = frame;
      for (let channel = 0; channel < channels; channel++) {
        const from = (i * channels + channel) * stored;
        const start = offset + channel * shown;
        for (let j = 0; j < shown; j++) {
          const source = sources[j]!;
          to[start + j] = values[channel * 256 + (source < 0 ? 0 : pixels[from + source]!)]!;
        }
      }
      return labels[i]!;
    },
  };
}

/**
 * Where each pixel of a frame is read from: the nearest stored pixel, by the frame's inverse map. A turn shows
 * black beyond the frame's own edge, also where the stored image goes on.
 */
function placeSources(
  sources: Int32Array,
  { height, width }: Framing,
  { top, left, mirrored, angle }: Frame,
  stored: PackedImages,
): void {
  const cos = Math.cos(angle);
  const sin = Math.sin(angle);
  for (let y = 0, at = 0; y < height; y++) {
    for (let x = 0; x < width; x++, at++) {
      let row = y;
      let column = x;
      if (angle !== 0) {
        const down = y + 0.5 - height / 2;
        const right = x + 0.5 - width / 2;
        row = Math.floor(sin * right + cos * down + height / 2);
        column = Math.floor(cos * right - sin * down + width / 2);
      }
      const isInFrame = row >= 0 && row < height && column >= 0 && column < width;
      row += top;
      column = left + (mirrored ? width - 1 - column : column);
      const isStored = row >= 0 && row < stored.height && column >= 0 && column < stored.width;
      sources[at] = isInFrame && isStored ? row * stored.width + column : -1;
    }
  }
}
