import type { RandomStream } from "../linalg/random.ts";
import type { Region } from "./image-decoder.ts";

/** Shares of an image's area, and ratios of width to height, that random regions are drawn from. */
const LEAST_AREA = 0.08;
const WIDEST = 4 / 3;

/** Draws that may fail to fit before the central region is taken. */
const ATTEMPTS = 10;

/**
 * A random region: its area uniform on 8 % to 100 % of the image, its ratio log-uniform on 3/4 to 4/3, its place uniform.
 * Where none of ten such fits, the largest central region of a ratio in that range.
 *
 * @source torchvision.transforms.RandomResizedCrop; Szegedy et al. 2015, arXiv 1409.4842, section 6.
 */
export function randomRegion(width: number, height: number, draws: RandomStream): Region {
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const area = width * height * (LEAST_AREA + (1 - LEAST_AREA) * draws.uniform());
    const ratio = WIDEST ** (2 * draws.uniform() - 1);
    const w = Math.round(Math.sqrt(area * ratio));
    const h = Math.round(Math.sqrt(area / ratio));
    if (w < 1 || h < 1 || w > width || h > height) continue;
    return {
      left: Math.floor(draws.uniform() * (width - w + 1)),
      top: Math.floor(draws.uniform() * (height - h + 1)),
      width: w,
      height: h,
    };
  }
  return central(
    width,
    height,
    Math.min(width, Math.max(1, Math.round(height * WIDEST))),
    Math.min(height, Math.max(1, Math.round(width * WIDEST))),
  );
}

/**
 * The central square that a crop of `size` shows of an image whose shorter side was scaled to `resized`:
 * its side is shorter side * size / resized.
 */
export function centralRegion(width: number, height: number, size: number, resized: number): Region {
  const shorter = Math.min(width, height);
  const side = Math.min(shorter, Math.max(1, Math.round((shorter * size) / resized)));
  return central(width, height, side, side);
}

function central(width: number, height: number, w: number, h: number): Region {
  return { left: Math.floor((width - w) / 2), top: Math.floor((height - h) / 2), width: w, height: h };
}
