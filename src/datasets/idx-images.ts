import { z } from "zod";
import { DatasetFormatError } from "../errors.ts";
import { dataFolder, fileOf } from "./data-files.ts";
import type { Dataset } from "./dataset.ts";
import { centralFrames, randomFraming, wholeImage } from "./framing.ts";
import { readIdx } from "./idx.ts";
import { type PackedImages, packedImageSet } from "./packed-images.ts";
import { standardisationOf } from "./standardisation.ts";

const CLASSES = 10;

/** Side of an augmented image, and the black around an image it is cut out of. */
const AUGMENTED = { height: 32, width: 32 };
const PADDING = 16;
const DEGREES = 30;

/** Options of every data set in MNIST's files. */
export const idxImageOptions = z.strictObject({
  /** Folder with the four IDX files, plain or gzipped. */
  path: z.string().min(1).optional(),
  /** Frames of 32 x 32: training at a random place of the image padded by 16, turned up to 30 degrees; tests centred. */
  augment: z.boolean().default(false),
});

/**
 * Loads grey images of ten classes from four IDX files, standardised by one mean and deviation of the training part.
 *
 * @param path - their folder; names may have `-idx3-ubyte` or `.idx3-ubyte`, and may end in `.gz`.
 * @param augment - as in the options.
 * @param advice - a sentence: how to get the files.
 * @source arXiv 2309.03004's official code, marchenko_pastur/mnist.py, for the augmentation (method.md 4.4).
 */
export async function loadIdxImages(
  path: string,
  augment: boolean,
  advice: string,
): Promise<Dataset<"images">> {
  const folder = await dataFolder(path, advice);
  const part = async (name: string): Promise<PackedImages> => {
    const images = await fileOf(folder, spellings(`${name}-images`, 3), advice);
    const labels = await fileOf(folder, spellings(`${name}-labels`, 1), advice);
    return packedImages(images, labels);
  };
  const train = await part("train");
  const test = await part("t10k");
  if (test.height !== train.height || test.width !== train.width) {
    throw new DatasetFormatError(
      `${path}: expected test images of ${train.height} x ${train.width} like the training images, got ${test.height} x ${test.width}.`,
    );
  }
  const standardisation = standardisationOf(train.pixels, 1, train.height * train.width);
  const framing = augment
    ? randomFraming(train, AUGMENTED, { padding: PADDING, mirrors: false, degrees: DEGREES })
    : wholeImage(train);
  return {
    kind: "images",
    train: packedImageSet(train, standardisation, framing),
    test: packedImageSet(test, standardisation, centralFrames(framing)),
  };
}

/** How a file of MNIST may be called. */
function spellings(stem: string, rank: number): string[] {
  return [`${stem}-idx${rank}-ubyte`, `${stem}.idx${rank}-ubyte`].flatMap((name) => [name, `${name}.gz`]);
}

async function packedImages(imagePath: string, labelPath: string): Promise<PackedImages> {
  const images = await readIdx(imagePath, 3);
  const labels = await readIdx(labelPath, 1);
  const [count, height, width] = images.shape as [number, number, number];
  if (labels.data.length !== count) {
    throw new DatasetFormatError(
      `${labelPath}: expected a label for each of the ${count} images of ${imagePath}, got ${labels.data.length}.`,
    );
  }
  const wrong = labels.data.findIndex((label) => label >= CLASSES);
  if (wrong >= 0) {
    throw new DatasetFormatError(
      `${labelPath}: expected labels below ${CLASSES}, got ${labels.data[wrong]} at ${wrong}.`,
    );
  }
  return { channels: 1, height, width, classes: CLASSES, pixels: images.data, labels: labels.data };
}
