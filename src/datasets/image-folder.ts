import { z } from "zod";
import type { Folder } from "../checkpoint/folder.ts";
import { UnreadableInputError, UsageError } from "../errors.ts";
import { randomStream } from "../linalg/random.ts";
import { dataFolder } from "./data-files.ts";
import { defineDataset, type ImageSet } from "./dataset.ts";
import { centralRegion, randomRegion } from "./image-crops.ts";
import { type ImageDecoder, sharpDecoder } from "./image-decoder.ts";
import { standardisedBytes } from "./standardisation.ts";

const advice =
  "Give data.path a folder with train/CLASS/*.jpg and val/CLASS/*.jpg, one folder a class, as ImageNet is laid out.";

const imageName = /\.(?:jpe?g|png|webp)$/i;

/**
 * Mean and deviation of ImageNet's channels, in bytes.
 *
 * @source torchvision's reference training for ImageNet: 0.485, 0.456, 0.406 and 0.229, 0.224, 0.225 of 255.
 */
const imagenet = {
  mean: [0.485, 0.456, 0.406].map((share) => 255 * share),
  deviation: [0.229, 0.224, 0.225].map((share) => 255 * share),
};

/** An image file and its class. */
interface Example {
  readonly path: string;
  readonly label: number;
}

/**
 * Colour images in a folder a class, decoded by the package sharp when an example is asked for; standardised by
 * ImageNet's channels. Classes are numbered in the order of their folders' names in `train`.
 */
export const imageFolder = defineDataset({
  name: "image-folder",
  kind: "images",
  description:
    "colour images in a folder a class (train/ and val/ in data.path; needs the npm package sharp)",
  options: z.strictObject({
    /** Folder that holds `train` and `val`. */
    path: z.string().min(1).optional(),
    /** Side of an example in pixels. */
    size: z.int().min(8).max(1024).default(224),
    /** What the shorter side of a test image is scaled to before its centre is cut out; at least `size`. */
    resize: z.int().min(8).max(2048).default(256),
    /** Training images are a random region of 8 % to 100 % of the area, half of them mirrored. */
    augment: z.boolean().default(false),
  }),
  async load({ path, size, resize, augment }) {
    if (path === undefined) throw new UsageError(`image-folder needs data.path. ${advice}`);
    if (resize < size)
      throw new UsageError(
        `image-folder: expected data.resize to be at least data.size (${size}), got ${resize}.`,
      );
    const { join } = await import("node:path");
    const root = await dataFolder(path, advice);
    for (const part of ["train", "val"]) {
      if (!root.folders.includes(part))
        throw new UnreadableInputError(`${path} has no folder ${part}. ${advice}`);
    }
    const training = await dataFolder(join(path, "train"), advice);
    const classes = training.folders;
    const train = await listExamples(training, classes);
    const test = await listExamples(await dataFolder(join(path, "val"), advice), classes);
    const decoder = await sharpDecoder();
    const shown = { classes: classes.length, size, resize };
    return {
      kind: "images",
      train: decodedSet(train, decoder, { ...shown, augment }),
      test: decodedSet(test, decoder, { ...shown, augment: false }),
    };
  },
});

/** The images of a part, by class and then by name. */
async function listExamples(part: Folder, classes: readonly string[]): Promise<Example[]> {
  const { join } = await import("node:path");
  const examples: Example[] = [];
  for (const name of part.folders) {
    const label = classes.indexOf(name);
    const folder = await dataFolder(join(part.path, name), advice);
    if (label < 0)
      throw new UnreadableInputError(`${folder.path} is a class that train does not have. ${advice}`);
    for (const file of folder.files) {
      if (imageName.test(file)) examples.push({ path: join(folder.path, file), label });
    }
  }
  if (examples.length === 0) throw new UnreadableInputError(`${part.path} has no images. ${advice}`);
  return examples;
}

interface Shown {
  readonly classes: number;
  readonly size: number;
  readonly resize: number;
  readonly augment: boolean;
}

function decodedSet(examples: readonly Example[], decoder: ImageDecoder, shown: Shown): ImageSet {
  const { classes, size, resize, augment } = shown;
  const values = standardisedBytes(imagenet);
  return {
    channels: 3,
    height: size,
    width: size,
    classes,
    count: examples.length,
    pixels: { ...imagenet, lowest: 0, highest: 255 },
    async example(i, to, offset, draws) {
      const { path, label } = examples[i]!;
      // A stream of its own, made before anything is awaited: examples that are decoded together share `draws`.
      const own = augment && draws ? randomStream(draws.uniform(), ["example"]) : null;
      const isMirrored = own !== null && own.uniform() < 0.5;
      const bytes = await decoder.decode(path, { width: size, height: size }, (width, height) =>
        own ? randomRegion(width, height, own) : centralRegion(width, height, size, resize),
      );
      for (let row = 0, at = 0; row < size; row++) {
        for (let column = 0; column < size; column++) {
          const place = row * size + (isMirrored ? size - 1 - column : column);
          for (let channel = 0; channel < 3; channel++, at++) {
            to[offset + channel * size * size + place] = values[channel * 256 + bytes[at]!]!;
          }
        }
      }
      return label;
    },
  };
}
