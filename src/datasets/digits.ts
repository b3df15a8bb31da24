import { z } from "zod";
import { DatasetFormatError } from "../errors.ts";
import { randomStream } from "../linalg/random.ts";
import { readWhole, shippedFile } from "./data-files.ts";
import { type Dataset, defineDataset } from "./dataset.ts";
import { permutation } from "./epoch-order.ts";
import { wholeImage } from "./framing.ts";
import { type PackedImages, packedImageSet } from "./packed-images.ts";
import { standardisationOf } from "./standardisation.ts";

const SIDE = 8;
const CLASSES = 10;
const DARKEST = 16;
const TRAINING_COUNT = 1500;

/** The file's text has some 263 kB. */
const MOST_BYTES = 1 << 20;

/**
 * Handwritten digits of 8 x 8 pixels, shipped: 1797 images, 1500 of them for training and 297 for the test.
 * The file is in the order of its writers, so the parts are drawn from all of it, by a stream of their own that no
 * seed changes; all pixels are standardised by one mean and one deviation of the training part.
 *
 * @source Alpaydin & Kaynak 1998, UCI Machine Learning Repository, "Optical Recognition of Handwritten Digits".
 */
export const digits = defineDataset({
  name: "digits",
  kind: "images",
  description: "handwritten digits, 8 x 8 (shipped)",
  options: z.strictObject({}),
  async load() {
    const path = await shippedFile("digits.csv.gz");
    return digitsOf(new TextDecoder().decode(await readWhole(path, () => MOST_BYTES)), path);
  },
});

/**
 * The data set from the shipped file's text.
 *
 * @param path - of the file, for messages.
 * @throws {DatasetFormatError} If a row isn't 64 pixels and a digit.
 */
export function digitsOf(text: string, path: string): Dataset<"images"> {
  const rows = text.trimEnd().split("\n");
  const order = permutation(rows.length, randomStream("digits", ["split"]));
  const train = packedRows(rows, order.subarray(0, TRAINING_COUNT), path);
  const test = packedRows(rows, order.subarray(TRAINING_COUNT), path);
  const standardisation = standardisationOf(train.pixels, 1, SIDE * SIDE);
  return {
    kind: "images",
    train: packedImageSet(train, standardisation, wholeImage(train)),
    test: packedImageSet(test, standardisation, wholeImage(test)),
  };
}

/** Rows "64 pixels, class" of the file as images. */
function packedRows(rows: readonly string[], chosen: Uint32Array, path: string): PackedImages {
  const pixels = new Uint8Array(chosen.length * SIDE * SIDE);
  const labels = new Uint8Array(chosen.length);
  chosen.forEach((row, i) => {
    const values = rows[row]!.split(",").map(Number);
    const label = values.pop()!;
    const isWhole = (value: number, most: number) => Number.isInteger(value) && value >= 0 && value <= most;
    if (
      values.length !== SIDE * SIDE ||
      !values.every((value) => isWhole(value, DARKEST)) ||
      !isWhole(label, CLASSES - 1)
    ) {
      throw new DatasetFormatError(
        `${path}, line ${row + 1}: expected ${SIDE * SIDE} pixels from 0 to ${DARKEST} and a digit. Install the package again.`,
      );
    }
    pixels.set(values, i * SIDE * SIDE);
    labels[i] = label;
  });
  return { channels: 1, height: SIDE, width: SIDE, classes: CLASSES, pixels, highest: DARKEST, labels };
}
