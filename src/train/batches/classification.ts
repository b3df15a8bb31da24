import type { ImageSet } from "../../datasets/dataset.ts";
import { batchOrder } from "../../datasets/epoch-order.ts";
import { UsageError } from "../../errors.ts";
import { randomStream } from "../../linalg/random.ts";
import { type Batches, type BatchOptions, NO_LABEL, type Task } from "./batches.ts";
import { mixImages } from "./mix-images.ts";

/** Images [B, C, H, W] with a class each, labels [B]; while mixing also labelsOther and share, [B]. */
export const classification: Task<"images"> = {
  name: "classification",
  kind: "images",
  perToken: false,
  sizesOf({ channels, height, width, classes }) {
    if (height !== width) {
      throw new UsageError(`the images are ${height} x ${width}: expected square ones.`);
    }
    return { equal: { imageSize: height, channels }, atLeast: { classes } };
  },
  pixelsOf: ({ pixels }) => pixels,
  training(part, options) {
    const { batchSize, seed, imageMixing } = options;
    const order = batchOrder(part.count, batchSize, seed);
    const size = entriesOf(part);
    return {
      count: order.batchesPerEpoch,
      async batch(step) {
        const images = new Float32Array(batchSize * size);
        const labels = new Float32Array(batchSize);
        const chosen = order.batch(step).slice();
        for (const [row, example] of chosen.entries()) {
          const draws = randomStream(seed, ["augment", step, row]);
          labels[row] = await part.example(example, images, row * size, draws);
        }
        if (!imageMixing) return { feed: { images, labels }, examples: batchSize };
        const draws = randomStream(seed, ["mix", step]);
        return { feed: mixImages({ images, labels }, part, imageMixing, draws), examples: batchSize };
      },
    };
  },
  testing: inOrder,
};

function inOrder(part: ImageSet, { batchSize }: BatchOptions): Batches {
  const size = entriesOf(part);
  return {
    count: Math.ceil(part.count / batchSize),
    async batch(place) {
      const images = new Float32Array(batchSize * size);
      const labels = new Float32Array(batchSize).fill(NO_LABEL);
      const examples = Math.min(batchSize, part.count - place * batchSize);
      for (let row = 0; row < examples; row++) {
        labels[row] = await part.example(place * batchSize + row, images, row * size);
      }
      return { feed: { images, labels }, examples };
    },
  };
}

function entriesOf({ channels, height, width }: ImageSet): number {
  return channels * height * width;
}
