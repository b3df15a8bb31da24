import type { ImageSet } from "../../datasets/dataset.ts";
import type { RandomStream } from "../../linalg/random.ts";
import type { BatchArrays, BatchOptions } from "./batches.ts";

/**
 * Blends each image of a batch with the one before it (the first with the last), by one share for all.
 *
 * Mixup: x <- s x + (1 - s) x', s ~ Beta(alpha, alpha). CutMix: a rectangle of the area 1 - s at a drawn place comes
 * from x', and s becomes the share that is left. Where both are given each batch draws which.
 *
 * @param batch - images [B, C, H, W] and labels [B]; the images are changed.
 * @param draws - for this batch alone.
 * @returns images, labels, labelsOther and share, of [B] each but the images.
 * @source Zhang et al. 2018, arXiv 1710.09412 (mixup); Yun et al. 2019, arXiv 1905.04899 (CutMix).
 */
export function mixImages(
  { images, labels }: { readonly images: Float32Array; readonly labels: Float32Array },
  part: ImageSet,
  { mixup, cutmix }: NonNullable<BatchOptions["imageMixing"]>,
  draws: RandomStream,
): BatchArrays {
  const ways = [
    ...(mixup === undefined ? [] : [() => blend(images, labels.length, beta(mixup, draws))]),
    ...(cutmix === undefined
      ? []
      : [() => cutAndPaste(images, labels.length, part, beta(cutmix, draws), draws)]),
  ];
  const way = ways[Math.floor(draws.uniform() * ways.length)];
  const share = way ? way() : 1;
  const labelsOther = labels.map((_, row) => labels.at(row - 1)!);
  return { images, labels, labelsOther, share: new Float32Array(labels.length).fill(share) };
}

/** Beta(alpha, alpha), as a share of two gamma draws. */
function beta(alpha: number, draws: RandomStream): number {
  const first = draws.chiSquared(2 * alpha);
  const second = draws.chiSquared(2 * alpha);
  return first + second === 0 ? 0.5 : first / (first + second);
}

function blend(images: Float32Array, count: number, share: number): number {
  const before = images.slice();
  const size = images.length / count;
  for (let i = 0; i < images.length; i++) {
    const other = before[(i + images.length - size) % images.length]!;
    images[i] = share * before[i]! + (1 - share) * other;
  }
  return share;
}

function cutAndPaste(
  images: Float32Array,
  count: number,
  { channels, height, width }: ImageSet,
  share: number,
  draws: RandomStream,
): number {
  const before = images.slice();
  const size = images.length / count;
  const half = 0.5 * Math.sqrt(1 - share);
  const [top, bottom] = interval(draws.uniform(), half, height);
  const [left, right] = interval(draws.uniform(), half, width);
  for (let row = 0; row < count; row++) {
    const own = row * size;
    const other = ((row + count - 1) % count) * size;
    for (let channel = 0; channel < channels; channel++) {
      for (let y = top; y < bottom; y++) {
        const line = (channel * height + y) * width;
        images.set(before.subarray(other + line + left, other + line + right), own + line + left);
      }
    }
  }
  return 1 - ((bottom - top) * (right - left)) / (height * width);
}

/** Whole pixels within `half` of the extent on either side of a place, both as shares. */
function interval(place: number, half: number, extent: number): [number, number] {
  const centre = Math.floor(place * extent);
  const reach = Math.floor(half * extent);
  return [Math.max(0, centre - reach), Math.min(extent, centre + reach)];
}
