import { z } from "zod";
import type { Folder } from "../checkpoint/folder.ts";
import { DatasetFormatError, UsageError } from "../errors.ts";
import { dataFolder, FILE_BYTES, fileOf, readWhole } from "./data-files.ts";
import { defineDataset } from "./dataset.ts";
import { centralFrames, randomFraming, wholeImage } from "./framing.ts";
import { type PackedImages, packedImageSet } from "./packed-images.ts";
import { standardisationOf } from "./standardisation.ts";

const SIDE = 32;
const CHANNELS = 3;
const CLASSES = 10;
const PADDING = 4;
const PIXELS = CHANNELS * SIDE * SIDE;

/** One label, then the pixels. */
const RECORD_BYTES = 1 + PIXELS;

const folderName = "cifar-10-batches-bin";
const trainingFiles = [1, 2, 3, 4, 5].map((i) => `data_batch_${i}.bin`);
const testFile = "test_batch.bin";

const advice = `Give data.path the folder with data_batch_1.bin to data_batch_5.bin and test_batch.bin, from the "CIFAR-10 binary version" of https://www.cs.toronto.edu/~kriz/cifar.html`;

/**
 * CIFAR-10, colour pictures of ten things: 50 000 training and 10 000 test images of 32 x 32, from its binary files;
 * standardised by each channel's mean and deviation over the training part.
 *
 * @source Krizhevsky 2009, "Learning multiple layers of features from tiny images".
 */
export const cifar10 = defineDataset({
  name: "cifar10",
  kind: "images",
  description: "small colour pictures, 32 x 32 (its binary version in data.path)",
  options: z.strictObject({
    /** Folder with the binary files, or the one above it. */
    path: z.string().min(1).optional(),
    /** Training images are cut at a random place of the image padded by 4, and half of them mirrored. */
    augment: z.boolean().default(false),
  }),
  async load({ path, augment }) {
    if (path === undefined) throw new UsageError(`cifar10 needs data.path. ${advice}`);
    const { join } = await import("node:path");
    const given = await dataFolder(path, advice);
    const folder = given.folders.includes(folderName)
      ? await dataFolder(join(path, folderName), advice)
      : given;
    const train = await packedRecords(folder, trainingFiles);
    const test = await packedRecords(folder, [testFile]);
    const standardisation = standardisationOf(train.pixels, CHANNELS, SIDE * SIDE);
    const framing = augment
      ? randomFraming(train, train, { padding: PADDING, mirrors: true, degrees: 0 })
      : wholeImage(train);
    return {
      kind: "images",
      train: packedImageSet(train, standardisation, framing),
      test: packedImageSet(test, standardisation, centralFrames(framing)),
    };
  },
});

async function packedRecords(folder: Folder, names: readonly string[]): Promise<PackedImages> {
  const parts: Uint8Array[] = [];
  for (const name of names) {
    const path = await fileOf(folder, [name], advice);
    const bytes = await readWhole(path, () => FILE_BYTES);
    if (bytes.length === 0 || bytes.length % RECORD_BYTES !== 0) {
      throw new DatasetFormatError(
        `${path}: expected whole records of ${RECORD_BYTES} bytes, got ${bytes.length} bytes. Download or copy it again.`,
      );
    }
    for (let at = 0; at < bytes.length; at += RECORD_BYTES) {
      if (bytes[at]! < CLASSES) continue;
      throw new DatasetFormatError(
        `${path}: expected labels below ${CLASSES}, got ${bytes[at]} at byte ${at}.`,
      );
    }
    parts.push(bytes);
  }
  const count = parts.reduce((sum, { length }) => sum + length / RECORD_BYTES, 0);
  const pixels = new Uint8Array(count * PIXELS);
  const labels = new Uint8Array(count);
  let i = 0;
  for (const part of parts) {
    for (let at = 0; at < part.length; at += RECORD_BYTES, i++) {
      labels[i] = part[at]!;
      pixels.set(part.subarray(at + 1, at + RECORD_BYTES), i * PIXELS);
    }
  }
  return { channels: CHANNELS, height: SIDE, width: SIDE, classes: CLASSES, pixels, labels };
}
