import { logSumOf, powersOf, scaleRow } from "./softmax";
import { sumOf } from "./sums";

// Rows of logits and a label each, a class number as float32; a row whose label is below 0 doesn't count.

/** out[i] <- ln sum e^z - (1 - s) z_y - s mean z, rows [first, end) of `classes`. */
export function crossEntropy(
  logits: usize,
  labels: usize,
  out: usize,
  classes: i32,
  smoothing: f32,
  first: i32,
  end: i32,
): void {
  for (let row = first; row < end; row++) {
    const z = logits + (<usize>(row * classes) << 2);
    const label = load<f32>(labels + (<usize>row << 2));
    let loss: f32 = NaN;
    if (label < 0) loss = 0;
    else if (label < <f32>classes) {
      const own = load<f32>(z + (<usize>(<i32>label) << 2));
      loss = logSumOf(z, classes) - (1 - smoothing) * own;
      if (smoothing != 0) loss -= (smoothing * sumOf(z, classes)) / <f32>classes;
    }
    store<f32>(out + (<usize>row << 2), loss);
  }
}

/** out <- g (softmax z - target), rows [first, end). @param gradients - g, a number a row. */
export function crossEntropyGradient(
  logits: usize,
  labels: usize,
  gradients: usize,
  out: usize,
  classes: i32,
  smoothing: f32,
  first: i32,
  end: i32,
): void {
  for (let row = first; row < end; row++) {
    const at = <usize>(row * classes) << 2;
    const label = load<f32>(labels + (<usize>row << 2));
    const g = load<f32>(gradients + (<usize>row << 2));
    if (label < 0) {
      memory.fill(out + at, 0, <usize>classes << 2);
      continue;
    }
    const sum = powersOf(logits + at, out + at, classes);
    scaleRow(out + at, classes, g / sum, (-g * smoothing) / <f32>classes);
    if (label < <f32>classes) {
      const own = out + at + (<usize>(<i32>label) << 2);
      store<f32>(own, load<f32>(own) - g * (1 - smoothing));
    }
  }
}

/** out[i] <- 1 where the first of the largest logits is the label's, else 0. */
export function correct(logits: usize, labels: usize, out: usize, classes: i32, first: i32, end: i32): void {
  for (let row = first; row < end; row++) {
    const z = logits + (<usize>(row * classes) << 2);
    let best = 0;
    let most = load<f32>(z);
    for (let c = 1; c < classes; c++) {
      const each = load<f32>(z + (<usize>c << 2));
      if (each > most) {
        most = each;
        best = c;
      }
    }
    store<f32>(out + (<usize>row << 2), load<f32>(labels + (<usize>row << 2)) == <f32>best ? 1 : 0);
  }
}
