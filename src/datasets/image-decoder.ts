import { systemCode } from "../checkpoint/system-errors.ts";
import { DatasetFormatError, UsageError } from "../errors.ts";

/** Pixels of one image: the largest of ImageNet has some 28 million. */
const MOST_PIXELS = 100_000_000;

/** A part of an image, in its own pixels. */
export interface Region {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

/** Reads image files: their extents, and parts of them at a size. */
export interface ImageDecoder {
  /**
   * A region as bytes [row, column, 3], scaled to a size (bilinear, over the pixels it covers).
   *
   * @param choose - the region to be taken of an image of given extents.
   * @throws {DatasetFormatError} If the file is no image, or a broken one.
   */
  decode(
    path: string,
    size: { readonly width: number; readonly height: number },
    choose: (width: number, height: number) => Region,
  ): Promise<Uint8Array>;
}

/**
 * The decoder of the package sharp: JPEG, PNG, WebP and more, grey and CMYK as RGB, without transparency.
 *
 * @throws {UsageError} If it is not installed.
 */
export async function sharpDecoder(): Promise<ImageDecoder> {
  const sharp = await importSharp();
  return {
    async decode(path, { width, height }, choose) {
      try {
        const image = sharp(path, { limitInputPixels: MOST_PIXELS, failOn: "error" });
        const stored = await image.metadata();
        const { data, info } = await image
          .extract(choose(stored.width, stored.height))
          .resize(width, height, { fit: "fill", kernel: "linear" })
          .toColourspace("srgb")
          .removeAlpha()
          .raw({ depth: "uchar" })
          .toBuffer({ resolveWithObject: true });
        if (info.channels !== 3) throw new Error(`${info.channels} channels where 3 were expected`);
        return data;
      } catch (cause) {
        throw new DatasetFormatError(
          `${path} cannot be read as an image (${(cause as Error).message.trim()}). Copy it again, or take it out of the folder.`,
          { cause },
        );
      }
    },
  };
}

async function importSharp(): Promise<typeof import("sharp")["default"]> {
  try {
    return (await import("sharp")).default;
  } catch (cause) {
    const isMissing = systemCode(cause) === "ERR_MODULE_NOT_FOUND";
    const state = isMissing ? "is not installed" : `does not load (${(cause as Error).message})`;
    throw new UsageError(`image-folder needs sharp, which ${state}: npm install sharp`, { cause });
  }
}
